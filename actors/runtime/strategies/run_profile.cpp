#include "actors/runtime/strategies/run_profile.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

namespace {

/// To the nearest.
std::uint32_t mean_of(std::uint64_t sum, std::uint64_t count) {
  return count == 0 ? 0 : static_cast<std::uint32_t>((sum + count / 2) / count);
}

} // namespace

std::uint64_t run_profile::target::name() const {
  return name_from("target", source, type);
}

run_profile::weight run_profile::weights::of(const pending_event& one) const {
  if (const auto known = of_->by_name_.find(one.name); known != of_->by_name_.end())
    return by_index_[known->second];
  const auto kind = by_kind_.find(one.kind);
  return kind == by_kind_.end() ? mean_ : kind->second;
}

run_profile::weights run_profile::weigh(const target* aim) const {
  weights result;
  result.of_ = this;
  std::vector<std::uint64_t> counts(events_.size(), 0);
  for (auto at = events_.size(); at-- != 0;) {
    const auto& one = events_[at];
    if (!one.had_turn)
      continue;
    const auto is_aimed_at = aim == nullptr || (one.is_step && aim->includes(one.source, one.type));
    if (aim == nullptr)
      ++counts[at]; // itself
    if (one.cause != 0)
      counts[one.cause - 1] += counts[at] + (aim != nullptr && is_aimed_at ? 1 : 0);
  }
  result.by_index_.reserve(counts.size());
  std::unordered_map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>>
      by_kind; // order never seen: each kind is looked at by itself
  std::pair<std::uint64_t, std::uint64_t> all;
  for (std::size_t at = 0; at != counts.size(); ++at) {
    result.by_index_.push_back(
        static_cast<weight>(std::min<std::uint64_t>(counts[at], UINT32_MAX)));
    if (!events_[at].had_turn)
      continue;
    for (auto* sum : {&by_kind[events_[at].kind], &all}) {
      sum->first += counts[at];
      ++sum->second;
    }
  }
  for (const auto& [kind, sum] : by_kind)
    result.by_kind_.emplace(kind, mean_of(sum.first, sum.second));
  result.mean_ = mean_of(all.first, all.second);
  return result;
}

/// Who led to whom.
class run_profile::descent {
public:
  explicit descent(const std::vector<event>& events)
      : sizes_(events.size(), 1), places_(events.size()) {
    for (auto at = events.size(); at-- != 0;)
      if (const auto cause = events[at].cause; cause != 0)
        sizes_[cause - 1] += sizes_[at];
    std::vector<std::size_t> free_places(events.size());
    std::size_t free_place = 0;
    for (std::size_t at = 0; at != events.size(); ++at) {
      const auto cause = events[at].cause;
      auto& next = cause == 0 ? free_place : free_places[cause - 1];
      places_[at] = next;
      next += sizes_[at];
      free_places[at] = places_[at] + 1;
    }
  }

  bool led_to(std::size_t one, std::size_t other) const {
    return places_[one] <= places_[other] && places_[other] < places_[one] + sizes_[one];
  }

private:
  // Where an event comes if each is followed by all that it led to, and how many those are.
  std::vector<std::size_t> sizes_;
  std::vector<std::size_t> places_;
};

std::vector<run_profile::target> run_profile::targets() const {
  const descent from(events_);
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> last; // of each target, and 1
  std::set<std::uint64_t> known;
  std::vector<target> result;
  for (std::size_t at = 0; at != events_.size(); ++at) {
    const auto& one = events_[at];
    if (!one.had_turn || !one.is_step)
      continue;
    for (const target to : {target{one.source, 0}, target{one.source, one.type}}) {
      const auto before = std::exchange(last[{to.source, to.type}], at + 1);
      if (before != 0 && events_[before - 1].sender != one.sender && !from.led_to(before - 1, at) &&
          known.insert(to.name()).second)
        result.push_back(to);
    }
  }
  return result;
}

std::vector<message_order> run_profile::orders() const {
  std::map<std::uint64_t, std::uint64_t> last; // of each actor, the kind
  std::set<message_order> result;
  for (const auto& one : events_) {
    if (!one.had_turn || !one.is_step)
      continue;
    const auto [known, is_first] = last.try_emplace(one.source, one.kind);
    if (!is_first)
      result.insert({one.source, std::exchange(known->second, one.kind), one.kind});
  }
  return {result.begin(), result.end()};
}

std::vector<message_order> run_profile::races() const {
  const descent from(events_);
  std::map<std::uint64_t, std::map<std::uint64_t, std::size_t>> last; // of each actor, by kind
  std::set<message_order> result;
  for (std::size_t at = 0; at != events_.size(); ++at) {
    const auto& one = events_[at];
    if (!one.had_turn || !one.is_step)
      continue;
    auto& of_actor = last[one.source];
    for (const auto& [kind, before] : of_actor)
      if (events_[before].sender != one.sender && !from.led_to(before, at)) {
        result.insert({one.source, kind, one.kind});
        result.insert({one.source, one.kind, kind});
      }
    of_actor[one.kind] = at;
  }
  return {result.begin(), result.end()};
}

run_profile::senders run_profile::senders_of(std::uint64_t actor, std::uint64_t kind) const {
  senders result;
  std::vector<bool> is_one(events_.size(), false);
  for (const auto& one : events_)
    if (one.is_step && one.source == actor && one.kind == kind && one.cause != 0)
      is_one[one.cause - 1] = true;
  for (const auto& [name, at] : by_name_)
    if (is_one[at]) {
      result.names.insert(name);
      result.alike.insert(senders::likeness(events_[at].source, events_[at].kind));
    }
  return result;
}

void profile_keeper::on_pending(const pending_event& one) {
  const auto [known, is_new] =
      profile_.by_name_.try_emplace(one.name, static_cast<std::uint32_t>(profile_.events_.size()));
  if (!is_new)
    return;
  const auto cause = profile_.by_name_.find(one.cause);
  profile_.events_.push_back({one.source, one.sender, one.type, one.kind,
                              cause == profile_.by_name_.end() ? 0 : cause->second + 1, one.is_step,
                              false});
}

void profile_keeper::on_taken(std::uint64_t name) {
  ++profile_.turns_;
  if (const auto known = profile_.by_name_.find(name); known != profile_.by_name_.end())
    profile_.events_[known->second].had_turn = true;
}

} // namespace seedwalk::sim
