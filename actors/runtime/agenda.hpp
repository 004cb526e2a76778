#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "net/base/instant.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

/// Something in the simulated world that acts when virtual time comes to it: a link, a node, a
/// disk.
class event_source {
public:
  virtual ~event_source() = default;

  /// Something this source put on the agenda is due. `what` is its own.
  virtual void on_due(std::uint64_t what) = 0;
};

/// What the simulated world will do, in the order of virtual time.
///
/// Events due within the slack of each other compete: each is moved by a draw, keyed by its source
/// and by its number there, below the slack. So the order of near events is a choice of the seed
/// and not an accident of arithmetic. A source that needs its own events in order gives them
/// non-decreasing times and the same `lane`: within a lane the order is kept.
///
/// Ownership: none. An event cannot be taken back, so a source outlives all that it has put here,
/// or the agenda: what ends earlier stays as a shell that ignores what comes due.
class agenda {
public:
  agenda(std::uint64_t seed, net::steady_time slack) : slack_draw_(seed, "slack"), slack_(slack) {}

  /// An order that is kept, as of the bytes in one direction of one connection.
  struct lane {
    std::uint64_t key = 0;   ///< Stable: derived from names, never from addresses.
    std::uint64_t count = 0; ///< Events put so far.
    net::steady_time last{0};
  };

  /// Plans `source.on_due(what)` for `due`.
  void put(net::steady_time due, lane& in, event_source& source, std::uint64_t what);

  std::optional<net::steady_time> next_due() const {
    if (events_.empty())
      return std::nullopt;
    return events_.top().due;
  }

  /// Runs the first event that is due at `now`; false if there is none.
  bool run_one(net::steady_time now);

  std::size_t size() const { return events_.size(); }

private:
  struct event {
    net::steady_time due;
    std::uint64_t order;
    event_source* source;
    std::uint64_t what;
    bool operator>(const event& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };

  net::keyed_hasher slack_draw_;
  net::steady_time slack_;
  std::uint64_t order_ = 0;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
};

} // namespace seedwalk::sim
