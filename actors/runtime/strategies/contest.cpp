#include "actors/runtime/strategies/contest.hpp"

#include <algorithm>
#include <cassert>

namespace seedwalk::sim {

void contest::announce(const pending_event& one) {
  if (announced_.insert(one.name).second)
    by_->on_pending(one);
}

void contest::withdraw(const candidate& one) {
  if (announced_.erase(one.name) != 0)
    by_->on_withdrawn(one);
}

contest::team& contest::team_of(std::uint32_t group) {
  const std::size_t at = group == no_group ? 0 : group + 1;
  if (teams_.size() <= at)
    teams_.resize(at + 1);
  return teams_[at];
}

void contest::enter(const entrant& one) {
  if (entrants_.size() <= one.slot)
    entrants_.resize(one.slot + 1);
  auto& known = entrants_[one.slot];
  known.is = one;
  by_source_[one.event.source] = one.slot;
  push_waiting(known);
}

void contest::push_waiting(known_entrant& one) {
  one.stamp = ++stamps_;
  one.is_waiting = true;
  team_of(one.is.group)
      .waiting.push({static_cast<std::uint64_t>(std::max<std::int64_t>(one.is.due.count(), 0)),
                     one.is.order, one.is.slot, one.stamp});
}

void contest::push_ranked(known_entrant& one) {
  one.stamp = ++stamps_;
  one.is_waiting = false;
  auto& of = team_of(one.is.group);
  const auto rank = by_->rank(one.is.event);
  if (rank.races)
    of.racing.push({of.clock + rank.value, one.is.order, one.is.slot, one.stamp});
  else
    of.ranked.push({rank.value, one.is.order, one.is.slot, one.stamp});
}

void contest::leave(std::uint32_t slot) {
  auto& known = entrants_[slot];
  if (known.stamp == 0)
    return;
  if (!known.is_waiting)
    by_->on_left(known.is.event);
  known.stamp = 0;
  if (const auto at = by_source_.find(known.is.event.source);
      at != by_source_.end() && at->second == slot)
    by_source_.erase(at);
}

void contest::take(std::uint32_t slot) {
  const auto event = entrants_[slot].is.event;
  leave(slot);
  announced_.erase(event.name);
  by_->on_taken(event);
}

/// Ranks them anew whose rank is another since the last choice.
void contest::rank_changed() {
  if (!by_->has_changed())
    return;
  for (const auto source : by_->take_changed())
    if (const auto at = by_source_.find(source); at != by_source_.end())
      if (auto& known = entrants_[at->second]; known.stamp != 0 && !known.is_waiting)
        push_ranked(known);
}

/// The first of a queue that is not stale; null if none is.
const contest::place* contest::top(queue& of) {
  while (!of.empty()) {
    const auto& first = of.top();
    if (entrants_[first.slot].stamp == first.stamp)
      return &first;
    of.pop();
  }
  return nullptr;
}

/// The same of those due by `limit`; the others wait.
const contest::place* contest::top_by(queue& of, net::steady_time limit) {
  for (auto first = top(of); first != nullptr; first = top(of)) {
    auto& known = entrants_[first->slot];
    if (known.is.due <= limit)
      return first;
    by_->on_left(known.is.event);
    push_waiting(known);
  }
  return nullptr;
}

void contest::consider(team& of, net::steady_time limit, best_places& best) {
  const auto due_by = static_cast<std::uint64_t>(limit.count());
  for (auto first = top(of.waiting); first != nullptr && first->rank <= due_by;
       first = top(of.waiting)) {
    auto& known = entrants_[first->slot];
    of.waiting.pop();
    push_ranked(known);
  }
  const auto note = [](std::optional<place>& into, place one) {
    if (!into || *into > one)
      into = one;
  };
  if (const auto first = top_by(of.ranked, limit))
    note(best.ranked, *first);
  if (const auto first = top_by(of.racing, limit)) {
    auto one = *first;
    one.rank -= std::min(of.clock, one.rank);
    note(best.racing, one);
  }
}

std::uint32_t contest::pick(const window& when,
                            const std::function<net::steady_time(std::uint32_t)>& busy_until) {
  rank_changed();
  auto slot = first(when, busy_until);
  while (by_->puts_off(entrants_[slot].is.event)) {
    push_ranked(entrants_[slot]);
    slot = first(when, busy_until);
  }
  return slot;
}

std::uint32_t contest::first(const window& when,
                             const std::function<net::steady_time(std::uint32_t)>& busy_until) {
  // Nobody is passed over by one that is due, or would run, so much later than the first.
  auto last = when.horizon;
  const auto behind = std::max(when.behind, net::steady_time{1});
  if (behind < net::steady_time::max() - when.head)
    last = std::min(last, when.head + behind - net::steady_time{1});
  best_places best;
  eligible_.clear();
  team_of(no_group); // it is there
  for (std::uint32_t at = 0; at != teams_.size(); ++at) {
    const auto free_at = at == 0 ? net::steady_time{0} : busy_until(at - 1);
    if (free_at > when.horizon || (free_at > when.now && free_at > last))
      continue;
    eligible_.push_back(&teams_[at]);
    consider(teams_[at], last, best);
  }
  assert(best.ranked || best.racing);
  if (!best.racing ||
      (best.ranked &&
       best.ranked->rank < by_->rank_in_race(entrants_[best.racing->slot].is.event.name)))
    return best.ranked->slot;
  for (auto* one : eligible_)
    one->clock += best.racing->rank;
  return best.racing->slot;
}

} // namespace seedwalk::sim
