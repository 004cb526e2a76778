#include "actors/runtime/schedule.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "actors/runtime/strategies/contest.hpp"
#include "actors/runtime/strategies/portfolio.hpp"
#include "actors/runtime/strategies/run_profile.hpp"

namespace seedwalk::sim {

schedule::schedule(std::uint64_t seed, std::chrono::seconds wall, schedule_options options)
    : options_(std::move(options)), draws_(seed), rank_seed_(seed), given_(options_.given.size()) {
  now_.wall = wall;
  for (const auto& one : options_.given) {
    given_before_[one.head].push_back(one.taken);
    given_taken_.emplace(one.taken, false);
  }
  if (options_.keeps_profile)
    profile_ = std::make_unique<profile_keeper>();
  begin(options_.strategy, options_.depth);
}

schedule::~schedule() = default;

/// The strategy that decides from here on.
void schedule::begin(sim::strategy strategy, std::uint32_t depth) {
  const auto one = settled({strategy, depth}, rank_seed_);
  options_.strategy = one.strategy;
  options_.depth = one.depth;
  auto by = make_ranking(
      {options_.strategy, rank_seed_, options_.depth, options_.profile, options_.wanted});
  contest_ = by ? std::make_unique<contest>(std::move(by)) : nullptr;
  hears_ = contest_ || profile_;
  tracks_ = hears_ || keeps_candidates();
}

// -- slots

std::uint32_t schedule::allocate() {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto at = free_.back();
  free_.pop_back();
  return at;
}

void schedule::release(std::uint32_t at) {
  auto& s = slots_[at];
  ++s.generation;
  s.competes = false;
  s.before = none;
  s.next = none;
  s.owning_group = none;
  s.origin = 0;
  s.actor = nullptr;
  s.source = nullptr;
  free_.push_back(at);
}

/// Whose turn is early: by due time alone, or moved by a draw.
std::int64_t schedule::rank_of(const slot& s) const {
  if (!is_ranked())
    return s.due.count();
  const auto draw = drawn(rank_seed_, "rank", s.name);
  if (options_.behind == net::steady_time::max())
    return static_cast<std::int64_t>(draw >> 1);
  const auto width = static_cast<std::uint64_t>(std::max<std::int64_t>(options_.behind.count(), 1));
  return s.due.count() + static_cast<std::int64_t>(draw % width);
}

schedule::place schedule::place_of(std::uint32_t at) const {
  const auto& s = slots_[at];
  return {rank_of(s), s.order, at, s.generation};
}

/// The first of a queue that is still there; null if none is.
inline const schedule::place* schedule::top(turn_queue& of) {
  while (!of.empty()) {
    const auto& first = of.front();
    const auto& s = slots_[first.at];
    if (s.generation == first.generation && s.competes) [[likely]]
      return &first;
    of.pop();
  }
  return nullptr;
}

void schedule::compete(std::uint32_t at) {
  auto& s = slots_[at];
  s.competes = true;
  if (s.owning_group != none)
    groups_[s.owning_group].ready.push(place_of(at));
  else if (is_ranked() && s.due <= horizon_)
    ready_.push(place_of(at));
  else
    waiting_.push({s.due.count(), s.order, at, s.generation});
  if (tracks_) [[unlikely]]
    note_candidate(at);
}

void schedule::note_candidate(std::uint32_t at) {
  const auto& s = slots_[at];
  if (contest_)
    contest_->enter({at, s.owning_group, s.order, s.due, {s.name, s.key, s.owning_group != none}});
  if (!keeps_candidates())
    return;
  by_fifo_.emplace(s.due, s.order, at);
  by_name_[s.name] = at;
}

void schedule::stop_competing(std::uint32_t at) {
  auto& s = slots_[at];
  s.competes = false;
  if (tracks_) [[unlikely]]
    forget_candidate(at);
}

void schedule::forget_candidate(std::uint32_t at) {
  const auto& s = slots_[at];
  if (contest_)
    contest_->leave(at);
  if (!keeps_candidates())
    return;
  by_fifo_.erase({s.due, s.order, at});
  if (const auto known = by_name_.find(s.name); known != by_name_.end() && known->second == at)
    by_name_.erase(known);
}

std::uint32_t schedule::add(net::steady_time due, const lane& in, event_source& source,
                            std::uint64_t payload, std::uint64_t nth) {
  const auto at = allocate();
  auto& s = slots_[at];
  s.key = in.key;
  s.nth = nth;
  s.name = name_from("event", s.key, s.nth);
  s.order = ++orders_;
  s.cause = turns_;
  s.due = due;
  s.source = &source;
  s.payload = payload;
  if (hears_) [[unlikely]]
    announce_put(s);
  return at;
}

/// The last of a lane; none if it is empty.
std::uint32_t schedule::tail_of(const lane& in) const {
  const auto at = in.tail.slot;
  return at != none && slots_[at].generation == in.tail.generation ? at : none;
}

schedule::handle schedule::put(net::steady_time due, lane& in, event_source& source,
                               std::uint64_t payload) {
  in.last = std::max(in.last, due);
  const auto at = add(in.last, in, source, payload, in.count++);
  link(at, tail_of(in), none);
  in.tail = {at, slots_[at].generation};
  return in.tail;
}

schedule::handle schedule::put_nth(net::steady_time due, lane& in, event_source& source,
                                   std::uint64_t payload, std::uint64_t nth, std::uint64_t cause) {
  const auto at = add(due, in, source, payload, nth);
  slots_[at].cause = cause;
  auto before = tail_of(in);
  auto behind = none;
  while (before != none && slots_[before].due > due) {
    behind = before;
    before = slots_[before].before;
  }
  link(at, before, behind);
  const handle result{at, slots_[at].generation};
  if (behind == none)
    in.tail = result;
  return result;
}

/// Into its lane, between these two; the first of a lane competes.
void schedule::link(std::uint32_t at, std::uint32_t before, std::uint32_t behind) {
  slots_[at].before = before;
  slots_[at].next = behind;
  if (behind != none) {
    slots_[behind].before = at;
    if (before == none)
      stop_competing(behind);
  }
  if (before != none)
    slots_[before].next = at;
  else
    compete(at);
}

void schedule::cancel(handle event) {
  if (event.slot == none || slots_[event.slot].generation != event.generation)
    return;
  auto& s = slots_[event.slot];
  if (contest_)
    contest_->withdraw({s.name, s.key, false});
  if (!s.competes) { // It keeps its place, and does nothing there.
    s.source = nullptr;
    return;
  }
  const auto behind = s.next;
  stop_competing(event.slot);
  release(event.slot);
  advance_lane(behind);
}

/// The next of a lane competes; those that were cancelled there are passed over.
void schedule::advance_lane(std::uint32_t next) {
  while (next != none && slots_[next].source == nullptr) {
    const auto gone = next;
    next = slots_[gone].next;
    release(gone);
  }
  if (next != none) {
    slots_[next].before = none;
    compete(next);
  }
}

// -- groups

schedule::group schedule::add_group() {
  groups_.emplace_back();
  return static_cast<group>(groups_.size() - 1);
}

void schedule::ready(group owning_group, actor_entry* actor, std::uint64_t actor_key,
                     std::uint64_t origin, std::uint64_t nth, std::uint64_t cause) {
  const auto at = allocate();
  auto& s = slots_[at];
  s.cause = cause;
  s.owning_group = owning_group;
  s.actor = actor;
  s.key = actor_key;
  s.origin = origin;
  s.nth = nth;
  s.name = name_from("step", actor_key, origin, nth);
  s.order = ++orders_;
  s.due = now_.steady;
  ++actors_;
  if (hears_) [[unlikely]]
    sent(actor_key, origin, nth, 0, 0);
  compete(at);
}

std::vector<actor_entry*> schedule::take_group(group owning_group) {
  std::vector<std::pair<std::uint64_t, actor_entry*>> found;
  auto& ready = groups_[owning_group].ready;
  while (const auto first = top(ready)) {
    const auto at = first->at;
    ready.pop();
    found.emplace_back(slots_[at].order, slots_[at].actor);
    stop_competing(at);
    release(at);
    --actors_;
  }
  std::sort(found.begin(), found.end());
  std::vector<actor_entry*> result;
  result.reserve(found.size());
  for (const auto& [order, actor] : found)
    result.push_back(actor);
  return result;
}

// -- choosing

/// When it would run: an actor waits for its process.
net::steady_time schedule::due_of(std::uint32_t at) const {
  const auto& s = slots_[at];
  return s.owning_group == none ? s.due : std::max(s.due, groups_[s.owning_group].busy_until);
}

/// The rank of one that would go at `from` and runs at `runs`, where its process is occupied until
/// then. Going before its process is free moves time to when that is: then it is no better than one
/// that is due then, and nobody waits for it longer than `behind`.
std::int64_t schedule::rank_at(net::steady_time from, std::int64_t rank,
                               net::steady_time runs) const {
  if (is_ranked() && (runs <= from || options_.behind == net::steady_time::max()))
    return rank;
  return std::max(rank, runs.count());
}

/// Ranked events compete from when the horizon comes to them.
void schedule::promote() {
  for (auto first = top(waiting_); first != nullptr && first->rank <= horizon_.count();
       first = top(waiting_)) {
    ready_.push(place_of(first->at));
    waiting_.pop();
  }
}

/// Who goes if time stands at `from`; `none` if nobody competes then.
std::uint32_t schedule::choose_from(net::steady_time from) {
  horizon_ = from + options_.ahead;
  for (auto* feeder : feeders_)
    feeder->feed(horizon_);
  if (is_ranked())
    promote();
  place best{.at = none};
  if (const auto* first = top(is_ranked() ? ready_ : waiting_)) {
    const auto due = slots_[first->at].due;
    if (due <= horizon_) {
      best = *first;
      best.rank = rank_at(from, first->rank, due);
    }
  }
  for (auto& one : groups_) {
    if (one.busy_until > horizon_)
      continue;
    const auto* first = top(one.ready);
    if (first == nullptr)
      continue;
    auto other = *first;
    other.rank = rank_at(from, first->rank, one.busy_until);
    if (best.at == none || other < best)
      best = other;
  }
  return best.at;
}

/// Who would go next by fifo, among those that compete.
std::optional<std::uint32_t> schedule::fifo_head() const {
  std::optional<std::uint32_t> head;
  std::pair<net::steady_time, std::uint64_t> first;
  for (const auto& [due, order, at] : by_fifo_) {
    if (due > horizon_ || (head && due > first.first))
      break;
    const auto runs = due_of(at);
    if (runs > horizon_ || (head && first < std::pair{runs, order}))
      continue;
    head = at;
    first = {runs, order};
  }
  return head;
}

/// Whom a given departure puts before `head`, if that one competes now.
std::optional<std::uint32_t> schedule::given_instead(std::uint32_t head) {
  const auto list = given_before_.find(slots_[head].name);
  if (list == given_before_.end())
    return std::nullopt;
  for (auto& name : list->second) {
    const auto known = by_name_.find(name);
    if (known == by_name_.end() || due_of(known->second) > horizon_)
      continue;
    // Those before it in the list did not come up in time, and may later.
    list->second.erase(list->second.begin() + (&name - list->second.data()));
    ++made_;
    return known->second;
  }
  return std::nullopt;
}

/// It has its turn: what should go before it and has gone is as it was given.
void schedule::note_given(const slot& s) {
  if (const auto taken = given_taken_.find(s.name); taken != given_taken_.end())
    taken->second = true;
  const auto before = given_before_.find(s.name);
  if (before == given_before_.end())
    return;
  for (const auto name : before->second)
    made_ += given_taken_.at(name) ? 1 : 0;
  given_before_.erase(before);
}

std::optional<net::steady_time> schedule::next_due() {
  std::optional<net::steady_time> result;
  const auto consider = [&](std::optional<net::steady_time> due) {
    if (due && (!result || *due < *result))
      result = due;
  };
  if (const auto first = top(waiting_))
    consider(slots_[first->at].due);
  if (top(ready_) != nullptr) // these are not in the order of their times
    for (const auto& one : slots_)
      if (one.competes && one.owning_group == none)
        consider(one.due);
  for (auto& one : groups_)
    if (const auto first = top(one.ready))
      consider(due_of(first->at));
  for (const auto* feeder : feeders_)
    consider(feeder->next_due());
  return result;
}

/// False if somebody has events by then that only a move of time brings: they must be there before
/// anybody goes.
bool schedule::is_fed(net::steady_time by) const {
  return std::none_of(feeders_.begin(), feeders_.end(), [by](const event_feeder* feeder) {
    const auto due = feeder->next_due();
    return due && *due <= by;
  });
}

/// Who goes in place of `head`, whose turn it would be by due time or by `uniform`.
std::uint32_t schedule::decide(std::uint32_t head, net::steady_time from) {
  auto chosen = head;
  if (contest_)
    chosen = contest_->pick({from, due_of(head), horizon_, options_.behind},
                            [this](group of) { return groups_[of].busy_until; });
  if (!keeps_candidates())
    return chosen;
  const auto by_fifo = fifo_head();
  assert(by_fifo);
  if (options_.strategy == strategy::fifo)
    chosen = given_instead(*by_fifo).value_or(*by_fifo);
  if (chosen != *by_fifo && options_.keeps_departures) {
    log_.push_back({slots_[chosen].name, slots_[*by_fifo].name, steps_});
    note_text(slots_[chosen]);
    note_text(slots_[*by_fifo]);
  }
  return chosen;
}

std::optional<schedule::turn> schedule::next() {
  auto from = now_.steady;
  auto chosen = choose_from(from);
  if (chosen == none) {
    const auto when = next_due();
    if (!when)
      return std::nullopt;
    from = std::max(*when, from);
    chosen = choose_from(from);
    if (chosen == none || !is_fed(from))
      return turn{.when = from};
  }
  if (tracks_) [[unlikely]]
    chosen = decide(chosen, from);
  return take(chosen);
}

std::size_t schedule::ready_before(const slot& s) const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [&](const slot& other) {
        return other.competes && other.owning_group == s.owning_group && other.order < s.order;
      }));
}

/// Tells it to those that follow.
void schedule::note_turn(std::uint32_t at) {
  const auto& s = slots_[at];
  if (given_ != 0)
    note_given(s);
  turn_ = s.name;
  turn_source_ = s.key;
  if (contest_)
    contest_->take(at);
  if (profile_)
    profile_->on_taken(s.name);
}

std::optional<schedule::turn> schedule::take(std::uint32_t at) {
  auto& s = slots_[at];
  std::optional<turn> taken{std::in_place};
  auto& result = *taken;
  result.is = s.owning_group == none ? turn::kind::event : turn::kind::actor;
  result.when = std::max(due_of(at), now_.steady);
  result.name = s.name;
  result.key = s.key;
  result.origin = s.origin;
  result.cause = turn_cause_ = s.cause;
  ++turns_;
  result.source = s.source;
  result.payload = s.payload;
  result.actor = s.actor;
  result.owning_group = s.owning_group;
  if (s.owning_group != none) {
    --actors_;
    ++steps_;
    result.passed_over = counts_passed_over_ ? ready_before(s) : 0;
  }
  if (tracks_) [[unlikely]]
    note_turn(at);
  const auto behind = s.next;
  stop_competing(at);
  release(at);
  advance_lane(behind);
  return taken;
}

void schedule::switch_to(sim::strategy strategy, std::uint64_t seed, std::uint32_t depth) {
  rank_seed_ = seed;
  waiting_.clear();
  ready_.clear();
  for (auto& one : groups_)
    one.ready.clear();
  by_fifo_.clear();
  by_name_.clear();
  begin(strategy, depth);
  enter_all();
}

/// Tells a new contest of everything that there is, and all candidates compete anew.
void schedule::enter_all() {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> in_order;
  for (std::uint32_t at = 0; at != slots_.size(); ++at)
    if (slots_[at].competes || slots_[at].before != none)
      in_order.emplace_back(slots_[at].order, at);
  std::sort(in_order.begin(), in_order.end());
  turn_ = turn_source_ = 0; // whose turn led to them is not known any more
  for (const auto& [order, at] : in_order) {
    const auto& s = slots_[at];
    if (hears_ && s.owning_group != none)
      sent(s.key, s.origin, s.nth, 0, 0);
    else if (hears_ && s.source != nullptr)
      announce_put(s);
    if (s.competes)
      compete(at);
  }
}

// -- what leads to what

void schedule::announce(const pending_event& one) {
  if (contest_)
    contest_->announce(one);
  if (profile_)
    profile_->on_pending(one);
}

void schedule::announce_put(const slot& s) {
  pending_event one{.name = s.name, .source = s.key, .sender = turn_source_, .cause = turn_};
  if (const auto known = led_to_.extract(s.name))
    std::tie(one.cause, one.sender) = known.mapped(); // a timer: it goes by due time
  else if (s.nth != 0)
    one.previous = name_from("event", s.key, s.nth - 1);
  announce(one);
}

void schedule::leads_to(const lane& in, std::uint64_t nth) {
  led_to_.insert_or_assign(name_from("event", in.key, nth), std::pair{turn_, turn_source_});
}

void schedule::sent(std::uint64_t actor_key, std::uint64_t origin, std::uint64_t nth,
                    std::uint64_t type, std::uint64_t kind) {
  announce({.name = name_from("step", actor_key, origin, nth),
            .source = actor_key,
            .sender = origin,
            .cause = turn_,
            .previous = nth == 0 ? 0 : name_from("step", actor_key, origin, nth - 1),
            .type = type,
            .kind = kind,
            .is_step = true});
}

const run_profile& schedule::profile() const {
  assert(profile_);
  return profile_->profile();
}

// -- texts

void schedule::note_text(const slot& s) {
  texts_.try_emplace(s.name, s.owning_group == none ? fmt::format("{} #{}", label_of(s.key), s.nth)
                                                    : fmt::format("{} < {} #{}", label_of(s.key),
                                                                  label_of(s.origin), s.nth));
}

std::string schedule::label_of(std::uint64_t key) const {
  const auto label = labels_.find(key);
  return label == labels_.end() ? fmt::format("{:016x}", key) : label->second;
}

std::string schedule::text_of(std::uint64_t name) const {
  const auto known = texts_.find(name);
  return known == texts_.end() ? fmt::format("{:016x}", name) : known->second;
}

} // namespace seedwalk::sim
