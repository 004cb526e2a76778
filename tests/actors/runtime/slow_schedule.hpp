#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "actors/runtime/schedule.hpp"

namespace seedwalk::test {

using namespace seedwalk::sim;

/// The rules of `schedule` in vectors, looked through from end to end: it is told of all that a
/// schedule is told, and judges each turn. A judgement is empty, or says what is wrong.
class slow_schedule {
public:
  struct event {
    std::uint64_t name = 0;
    std::uint64_t key = 0;
    net::steady_time due{0};
    std::uint64_t order = 0;
    std::uint64_t payload = 0;
    std::uint64_t origin = 0;
    std::optional<schedule::group> owning_group{};
    actor_entry* actor = nullptr;
  };

  explicit slow_schedule(const schedule_options& o)
      : strategy(o.strategy), options_(o), given_(o.given) {}

  schedule::group add_group() {
    busy_.emplace_back(0);
    return static_cast<schedule::group>(busy_.size() - 1);
  }

  /// Behind all that its lane has.
  void put(event one) {
    auto& last = last_[one.key];
    one.due = last = std::max(last, one.due);
    one.order = ++orders_;
    lanes_[one.key].push_back(one);
  }

  /// Behind what its lane has that is due no later.
  void put_by_due(event one) {
    one.order = ++orders_;
    auto& lane = lanes_[one.key];
    lane.insert(std::find_if(lane.begin(), lane.end(), [&](auto& x) { return x.due > one.due; }),
                one);
  }

  void ready(event one) {
    one.order = ++orders_;
    actors_.push_back(one);
  }

  void cancel(std::uint64_t name) {
    for (auto& [key, lane] : lanes_)
      std::erase_if(lane, [&](auto& x) { return x.name == name; });
  }

  std::vector<actor_entry*> take_group(schedule::group owning_group) {
    std::vector<actor_entry*> result;
    for (const auto& one : actors_)
      if (one.owning_group == owning_group)
        result.push_back(one.actor);
    std::erase_if(actors_, [&](auto& x) { return x.owning_group == owning_group; });
    return result;
  }

  void occupy(schedule::group owning_group, net::steady_time until) { busy_[owning_group] = until; }

  bool no_actor_is_ready() const { return actors_.empty(); }

  /// When the first is due that is there.
  std::optional<net::steady_time> next_due() const {
    std::optional<net::steady_time> first;
    for (const auto& one : candidates())
      if (!first || runs(one) < *first)
        first = runs(one);
    return first;
  }

  /// The same, `later` being when the first is due that is not there yet.
  std::optional<net::steady_time> first_due(std::optional<net::steady_time> later) const {
    const auto first = next_due();
    return later && (!first || *later < *first) ? later : first;
  }

  bool somebody_competes(net::steady_time now) const { return !competing(now).empty(); }

  /// `later` is when the first is due that is not there yet. What had its turn is gone then. Where
  /// nobody competes, whose turn it is at the next moment at which somebody does.
  std::string judge(const std::optional<schedule::turn>& turn, net::steady_time now,
                    std::optional<net::steady_time> later) {
    auto all = competing(now);
    if (!turn || turn->is == schedule::turn::kind::time)
      return judge_rest(turn, now, later, all.empty());
    if (all.empty()) {
      now = std::max(now, first_due(later).value_or(now));
      all = competing(now);
    }
    const auto found =
        std::find_if(all.begin(), all.end(), [&](auto& x) { return x.name == turn->name; });
    if (found == all.end())
      return "who has a turn does not compete";
    const bool is_other =
        found->owning_group ? turn->actor != found->actor : turn->payload != found->payload;
    if (is_other || turn->key != found->key || turn->origin != found->origin)
      return "the turn is not what was put";
    if (turn->when != std::max(runs(*found), now))
      return "it happens at another time than its own";
    auto wrong = judge_choice(*found, all, now);
    take(*found);
    return wrong;
  }

  sim::strategy strategy;
  std::vector<departure> departures{};
  std::size_t unused() const { return given_.size(); }

private:
  std::vector<event> candidates() const {
    auto result = actors_;
    for (const auto& [key, lane] : lanes_)
      if (!lane.empty())
        result.push_back(lane.front());
    return result;
  }

  std::vector<event> competing(net::steady_time now) const {
    auto result = candidates();
    std::erase_if(result, [&](auto& one) { return runs(one) > now + options_.ahead; });
    return result;
  }

  net::steady_time runs(const event& one) const {
    return one.owning_group ? std::max(one.due, busy_[*one.owning_group]) : one.due;
  }

  std::string judge_rest(const std::optional<schedule::turn>& turn, net::steady_time now,
                         std::optional<net::steady_time> later, bool nobody_competes) const {
    if (!nobody_competes)
      return "nobody has a turn though somebody competes";
    const auto first = first_due(later);
    if (turn.has_value() != first.has_value())
      return "it ends too early or too late";
    if (turn && turn->when != std::max(*first, now))
      return "time moves too far or not far enough";
    return {};
  }

  std::string judge_choice(const event& taken, const std::vector<event>& all,
                           net::steady_time now) {
    const auto head = *std::min_element(all.begin(), all.end(), [&](auto& a, auto& b) {
      return std::pair{runs(a), a.order} < std::pair{runs(b), b.order};
    });
    if (strategy == strategy::fifo && taken.name != instead_of(head, all))
      return "another one was to go by fifo";
    if (taken.name != head.name)
      departures.push_back({taken.name, head.name, steps_});
    if (strategy == strategy::fifo || options_.behind == net::steady_time::max())
      return {};
    const auto behind = std::max(options_.behind, net::steady_time{1});
    for (const auto& one : all) {
      if (one.name == taken.name)
        continue;
      if (taken.due >= runs(one) + behind)
        return "somebody was passed over by one who is due too late";
      if (runs(taken) > now && runs(taken) >= runs(one) + behind)
        return "time moved away from somebody who waits";
    }
    return {};
  }

  /// Whose turn it is where `head` would be next.
  std::uint64_t instead_of(const event& head, const std::vector<event>& all) {
    for (auto one = given_.begin(); one != given_.end(); ++one)
      if (one->head == head.name &&
          std::any_of(all.begin(), all.end(), [&](auto& x) { return x.name == one->taken; })) {
        const auto taken = one->taken;
        given_.erase(one);
        return taken;
      }
    return head.name;
  }

  void take(const event& one) {
    const auto name = one.name;
    taken_.insert(name);
    // Of those that are given, what was to go before it and has gone is as it should be.
    std::erase_if(given_, [&](auto& x) { return x.head == name && taken_.contains(x.taken); });
    if (!one.owning_group)
      return cancel(name);
    ++steps_;
    std::erase_if(actors_, [&](auto& x) { return x.name == name; });
  }

  schedule_options options_;
  std::vector<departure> given_; ///< Those that were not made yet.
  std::set<std::uint64_t> taken_;
  std::map<std::uint64_t, std::vector<event>> lanes_;
  std::map<std::uint64_t, net::steady_time> last_;
  std::vector<event> actors_;
  std::vector<net::steady_time> busy_;
  std::uint64_t orders_ = 0;
  std::uint64_t steps_ = 0;
};

} // namespace seedwalk::test
