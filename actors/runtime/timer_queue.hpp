#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/runtime/timers.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::sim {

/// Timers in the order in which they fire: by due time, then by start. The same in every runtime;
/// who advances time decides when. Not thread-safe.
class timer_queue {
public:
  /// In which turn of the schedule a timer was started; 0: in none.
  struct start_turn {
    std::uint64_t number = 0;
  };

  /// One that is due.
  struct due_timer {
    net::timer_id id;
    net::owner owner;
    net::steady_time due{0};
    std::uint64_t nth = 0;
    /// For those who watch the run, and so no part of what it knows.
    net::not_archived<start_turn> cause = {};

    SEEDWALK_INSPECT(due_timer, id, owner, due, nth, cause)
  };

  /// All of it, as data.
  struct image {
    std::vector<due_timer> waiting; ///< In the order in which they fire.
    std::uint64_t last = 0;
    std::uint64_t last_observed = 0;

    SEEDWALK_INSPECT(image, waiting, last, last_observed)
  };

  /// `nth` is handed back with it: which it is of that owner. So is `turn`.
  net::timer_id start(net::steady_time due, net::owner owner, std::uint64_t nth = 0,
                      std::uint64_t turn = 0) {
    return put({net::timer_id{++last_}, owner, due, nth, start_turn{turn}});
  }

  /// The same for an observer, from numbers of their own: what watches a run must not shift the
  /// numbers that the run sees.
  net::timer_id start_observed(net::steady_time due, net::owner owner) {
    return put({net::timer_id{observed | ++last_observed_}, owner, due, 0, {}});
  }

  void cancel(net::timer_id id) { take(id); }

  /// Takes a timer out, due or not.
  std::optional<due_timer> take(net::timer_id id) {
    const auto i = due_.find(id.value);
    if (i == due_.end())
      return std::nullopt;
    const auto known = waiting_.extract({i->second, id.value});
    due_.erase(i);
    const auto& [owner, nth, turn] = known.mapped();
    return due_timer{id, owner, known.key().first, nth, start_turn{turn}};
  }

  std::optional<net::steady_time> next_due() const {
    if (waiting_.empty())
      return std::nullopt;
    return waiting_.begin()->first.first;
  }

  /// Takes out the first timer that is due at `now`, if any.
  std::optional<due_timer> pop_due(net::steady_time now) {
    if (waiting_.empty() || waiting_.begin()->first.first > now)
      return std::nullopt;
    const auto first = waiting_.begin();
    const auto& [owner, nth, turn] = first->second;
    const due_timer result{net::timer_id{first->first.second}, owner, first->first.first, nth,
                           start_turn{turn}};
    due_.erase(first->first.second);
    waiting_.erase(first);
    return result;
  }

  /// Puts one back that was taken out.
  void put_back(const due_timer& timer) { put(timer); }

  /// Forgets all timers whose owner `is_gone`.
  template <class Predicate>
  void drop_of(Predicate is_gone) {
    std::erase_if(waiting_, [&](const auto& timer) {
      if (!is_gone(timer.second.owner))
        return false;
      due_.erase(timer.first.second);
      return true;
    });
  }

  image capture() const {
    image result{{}, last_, last_observed_};
    result.waiting.reserve(waiting_.size());
    for (const auto& [at, of] : waiting_)
      result.waiting.push_back({net::timer_id{at.second}, of.owner, at.first, of.nth, {}});
    return result;
  }

  /// Has those of the image, and no others.
  void restore(const image& from) {
    clear();
    last_ = from.last;
    last_observed_ = from.last_observed;
    for (const auto& timer : from.waiting)
      put(timer);
  }

  std::size_t size() const { return waiting_.size(); }

  void clear() {
    waiting_.clear();
    due_.clear();
  }

private:
  static constexpr std::uint64_t observed = 1ull << 63;

  struct owned {
    net::owner owner;
    std::uint64_t nth = 0;
    std::uint64_t turn = 0;
  };

  net::timer_id put(const due_timer& timer) {
    waiting_.emplace(std::pair{timer.due, timer.id.value},
                     owned{timer.owner, timer.nth, timer.cause.number});
    due_.emplace(timer.id.value, timer.due);
    return timer.id;
  }

  std::map<std::pair<net::steady_time, std::uint64_t>, owned> waiting_;
  std::unordered_map<std::uint64_t, net::steady_time>
      due_; // order never seen: asked by number alone
  std::uint64_t last_ = 0;
  std::uint64_t last_observed_ = 0;
};

} // namespace seedwalk::sim
