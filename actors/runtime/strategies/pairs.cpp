#include "actors/runtime/strategies/pairs.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

namespace {

// Ranks: before all others, by themselves, behind all others.
constexpr std::uint64_t third = UINT64_MAX / 3;

/// The order at one of the actors that it is known of; 0: at none.
message_order at_drawn_actor(std::uint64_t seed, const std::vector<message_order>& known,
                             const message_order& one) {
  message_order result{0, one.first, one.second};
  std::uint64_t least = UINT64_MAX;
  for (const auto& [actor, first, second] : known) {
    if (first != one.first || second != one.second || (one.actor != 0 && one.actor != actor))
      continue;
    const auto draw = drawn(seed, "actor of an order", name_from("order", actor, first, second));
    if (result.actor != 0 && draw >= least)
      continue;
    result.actor = actor;
    least = draw;
  }
  return result;
}

} // namespace

pairs::pairs(std::uint64_t seed, std::shared_ptr<const run_profile> profile,
             std::vector<message_order> wanted)
    : seed_(seed), profile_(std::move(profile)) {
  if (!profile_)
    return;
  // An eighth, a quarter, a half or all of an earlier run's turns.
  budget_ = std::max<std::uint64_t>(profile_->turns() >> (drawn(seed, "pairs budget", 0) % 4), 1);
  if (wanted.empty()) {
    order_memory earlier;
    earlier.learn(*profile_);
    wanted = earlier.draw(seed);
  }
  choose(std::move(wanted));
}

/// All of few, and some of many.
void pairs::choose(std::vector<message_order> wanted) {
  const auto count = wanted.size() <= order_memory::wanted_max
                         ? wanted.size()
                         : 1 + drawn(seed_, "pairs wanted", 0) % order_memory::wanted_max;
  const auto races = profile_->races();
  for (const auto& one : wanted)
    if (const auto at = at_drawn_actor(seed_, races, one); at.actor != 0 && aims_.size() != count)
      want(at);
}

void pairs::want(const message_order& one) {
  auto senders = profile_->senders_of(one.actor, one.second);
  if (senders.names.empty())
    return;
  // None with a chance of a half, one of a quarter ...
  const auto bits = drawn(seed_, "pairs skipped", name_from("nth", aims_.size()));
  const auto skipped = static_cast<std::uint64_t>(std::countr_one(bits));
  aims_.push_back({one, std::move(senders), skipped, bits >> 63 == 0,
                   skipped == 0 ? state::held : state::open});
}

/// Candidates that it is about are ranked anew.
void pairs::move(std::size_t nth, state to) {
  if (std::exchange(aims_[nth].is, to) == to)
    return;
  for (const auto& [source, of] : ready_)
    if ((of >> nth & 1) != 0)
      changed_.push_back(source);
}

/// Which aims it would send the second message of.
pairs::aims pairs::sends(const pending_event& one) const {
  aims result = 0;
  for (std::size_t nth = 0; nth != aims_.size(); ++nth) {
    const auto& senders = aims_[nth].senders;
    const bool is_one =
        profile_->has(one.name)
            ? senders.names.contains(one.name)
            : senders.alike.contains(run_profile::senders::likeness(one.source, one.kind));
    if (is_one)
      result |= static_cast<aims>(1u << nth);
  }
  return result;
}

void pairs::on_pending(const pending_event& one) {
  for (std::size_t nth = 0; nth != aims_.size(); ++nth) {
    auto& pursued = aims_[nth];
    if (!one.is_step || one.source != pursued.order.actor || pursued.is == state::made ||
        pursued.is == state::given_up)
      continue;
    const bool is_second = one.kind == pursued.order.second;
    if (pursued.skipped != 0) {
      pursued.skipped -= is_second ? 1 : 0;
      if (pursued.skipped != 0)
        continue;
    } else if (is_second && pursued.is == state::open) {
      move(nth, state::made);
      continue;
    }
    if (one.kind != pursued.order.first)
      move(nth, state::held);
    else
      move(nth, pursued.is_direct ? state::open : state::made);
  }
  if (const auto of = sends(one); of != 0)
    sends_.emplace(one.name, of);
}

bool pairs::is_held(aims of) const {
  for (std::size_t nth = 0; nth != aims_.size(); ++nth)
    if ((of >> nth & 1) != 0 && aims_[nth].is == state::held)
      return true;
  return false;
}

rank_value pairs::rank(const candidate& one) {
  const auto value = drawn(seed_, "pairs", one.name) % third;
  const auto known = sends_.find(one.name);
  if (known == sends_.end())
    return {third + value};
  ready_[one.source] = known->second;
  if (is_held(known->second))
    return {2 * third + value};
  for (std::size_t nth = 0; nth != aims_.size(); ++nth)
    if ((known->second >> nth & 1) != 0 && aims_[nth].is == state::open && aims_[nth].skipped == 0)
      return {value};
  return {third + value};
}

void pairs::on_taken(const candidate& one) {
  ready_.erase(one.source);
  sends_.erase(one.name);
  const auto holds_back = [&](const auto& ready) { return is_held(ready.second); };
  if (budget_ == 0 || std::ranges::none_of(ready_, holds_back) || --budget_ != 0)
    return;
  for (std::size_t nth = 0; nth != aims_.size(); ++nth)
    if (aims_[nth].is != state::made)
      move(nth, state::given_up);
}

std::vector<message_order> pairs::wanted() const {
  std::vector<message_order> result;
  for (const auto& one : aims_)
    result.push_back(one.order);
  return result;
}

std::size_t pairs::made() const {
  return static_cast<std::size_t>(std::ranges::count(aims_, state::made, &aim::is));
}

} // namespace seedwalk::sim
