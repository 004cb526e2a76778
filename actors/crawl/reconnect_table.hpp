#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/base/outcome.hpp"
#include "net/bitcoin/session_state.hpp"

namespace seedwalk::actors {

/// How lost connections are made again.
struct reconnect_options {
  std::uint32_t max_reconnects = 5; ///< Of one endpoint within the window.
  std::chrono::seconds window = std::chrono::minutes{30};
  std::chrono::milliseconds first_delay = std::chrono::seconds{2};   ///< Doubled each time ...
  std::chrono::milliseconds longest_delay = std::chrono::minutes{5}; ///< ... up to this.
  std::uint32_t jitter_percent = 25; ///< Each delay is drawn within so much of its length.

  friend bool operator==(const reconnect_options&, const reconnect_options&) = default;
  SEEDWALK_INSPECT(reconnect_options, max_reconnects, window, first_delay, longest_delay,
                   jitter_percent)
};

/// True for endings that a new dial may mend: of connections that we dialled, and by the network's
/// doing. A protocol violation, a ban or a rejection would only happen again, and an inbound
/// connection is the other side's to make.
bool may_reconnect(net::direction direction, net::outcome outcome);

/// Which endpoints may be dialled again at once after they were lost, and when: at most so often
/// within a window, with exponentially growing delays. Those who may wait here for their time.
///
/// A value. Jitter is drawn from (seed, endpoint, nth reconnect of that endpoint): neither when it
/// was lost nor another endpoint's reconnects change it. Bounded by `max_endpoints`; beyond, nobody
/// new is reconnected before others leave their window, and those are forgotten: their numbers
/// begin anew.
class reconnect_table {
public:
  static constexpr std::size_t max_endpoints = 10'000;

  /// When to dial `peer` again, which was lost at `now`, and which waits here until then; nothing
  /// if it has had its share of this window.
  std::optional<net::steady_time> lost(const net::endpoint& peer, net::steady_time now,
                                       const reconnect_options& options, std::uint64_t seed);

  /// Reconnects of `peer` that still count at `now`.
  std::size_t recent(const net::endpoint& peer, net::steady_time now,
                     const reconnect_options& options) const;

  /// Of those who wait, the first whose time has come at `now`: it waits no more.
  std::optional<net::endpoint> take(net::steady_time now);

  /// When the first of those who wait is to be dialled.
  std::optional<net::steady_time> next() const;

  /// Who was taken and cannot be dialled yet waits on, whatever the time, until `put_back`.
  void put_off(const net::endpoint& peer) { put_off_.insert(peer); }
  /// May be dialled from `now` on, if it was put off.
  void put_back(const net::endpoint& peer, net::steady_time now) {
    if (put_off_.erase(peer) != 0)
      waiting_.emplace(now, peer);
  }

  std::size_t waiting() const { return waiting_.size() + put_off_.size(); }
  void drop_waiting() {
    waiting_.clear();
    put_off_.clear();
  }

  SEEDWALK_INSPECT(reconnect_table, reconnects_, waiting_, put_off_)

private:
  struct history {
    std::uint64_t ever = 0; ///< Reconnects granted, those that have left the window too.
    std::deque<net::steady_time> recent; ///< When each that has not was asked for, oldest first.
    SEEDWALK_INSPECT(history, ever, recent)
  };

  std::map<net::endpoint, history> reconnects_;
  std::set<std::pair<net::steady_time, net::endpoint>> waiting_; ///< When, and who.
  std::set<net::endpoint> put_off_;                              ///< Whose time has come.
};

} // namespace seedwalk::actors
