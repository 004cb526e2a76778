#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "actors/runtime/timers.hpp"
#include "net/base/instant.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::sim {

/// Timers in the order in which they fire: by due time, then by start. The same in every runtime;
/// who advances time decides when. Not thread-safe.
class timer_queue {
public:
  net::timer_id start(net::steady_time due, net::owner who) {
    return put(net::timer_id{++last_}, due, who);
  }

  /// The same for an observer, from numbers of their own: what watches a run must not shift the
  /// numbers that the run sees.
  net::timer_id start_observed(net::steady_time due, net::owner who) {
    return put(net::timer_id{observed | ++last_observed_}, due, who);
  }

  void cancel(net::timer_id id) {
    const auto i = due_.find(id.value);
    if (i == due_.end())
      return;
    waiting_.erase({i->second, id.value});
    due_.erase(i);
  }

  std::optional<net::steady_time> next_due() const {
    if (waiting_.empty())
      return std::nullopt;
    return waiting_.begin()->first.first;
  }

  /// Takes out the first timer that is due at `now`, if any.
  std::optional<std::pair<net::timer_id, net::owner>> pop_due(net::steady_time now) {
    if (waiting_.empty() || waiting_.begin()->first.first > now)
      return std::nullopt;
    const auto first = waiting_.begin();
    const std::pair result{net::timer_id{first->first.second}, first->second};
    due_.erase(first->first.second);
    waiting_.erase(first);
    return result;
  }

  /// Forgets all timers whose owner `is_gone`.
  template <class Predicate>
  void drop_of(Predicate is_gone) {
    std::erase_if(waiting_, [&](const auto& timer) {
      if (!is_gone(timer.second))
        return false;
      due_.erase(timer.first.second);
      return true;
    });
  }

  std::size_t size() const { return waiting_.size(); }

  void clear() {
    waiting_.clear();
    due_.clear();
  }

private:
  static constexpr std::uint64_t observed = 1ull << 63;

  net::timer_id put(net::timer_id id, net::steady_time due, net::owner who) {
    waiting_.emplace(std::pair{due, id.value}, who);
    due_.emplace(id.value, due);
    return id;
  }

  std::map<std::pair<net::steady_time, std::uint64_t>, net::owner> waiting_;
  std::unordered_map<std::uint64_t, net::steady_time>
      due_; // order never seen: asked by number alone
  std::uint64_t last_ = 0;
  std::uint64_t last_observed_ = 0;
};

} // namespace seedwalk::sim
