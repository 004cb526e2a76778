#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::actors {

/// When a running crawl asks the DNS seeds again, because nobody whom it knows can be reached: an
/// old database in which all are gone, or a network that has moved on during a long outage.
///
/// Seeds are other people's machines: one round, and no other for `pause_min`; that grows while
/// nobody is reached, and is spread, so that crawlers that lost the network together do not come
/// back together.
///
/// A value: no clock, no door.
class seed_watch {
public:
  /// Who has reached nobody yet waits so long. Bitcoin Core waits 11 s while it knows fewer than
  /// 1,000 addresses, else 5 min (DNSSEEDS_DELAY_FEW_PEERS, DNSSEEDS_DELAY_MANY_PEERS, net.cpp). A
  /// dial of ours may take 5 s and a handshake some more: several dials one after the other ought
  /// to have failed.
  static constexpr std::chrono::seconds patience_few{30};
  static constexpr std::chrono::seconds patience_many{300};
  /// Who has reached somebody waits until each live endpoint was due so many times.
  static constexpr std::uint32_t live_intervals = 2;

  static constexpr std::chrono::minutes pause_min{15};  ///< Doubled after each round ...
  static constexpr std::chrono::minutes pause_max{240}; ///< ... up to this, ...
  static constexpr std::uint32_t spread_percent = 25;   ///< ... and longer by a draw up to this.

  /// What a crawl has come to, in its present run.
  struct moment {
    std::uint64_t dialled = 0;     ///< Dials that ended.
    std::uint64_t reached = 0;     ///< Of them, those that reached a verack.
    std::uint32_t established = 0; ///< Connections whose handshake is complete.

    SEEDWALK_INSPECT(moment, dialled, reached, established)
  };

  /// The crawl begins to dial.
  void begin(net::steady_time now) { quiet_since_ = now; }

  void note(net::steady_time now, const moment& seen);

  /// Seeds are asked, in a round that is draw number `rounds()` of a run with this seed.
  void asked(net::steady_time now, std::uint64_t seed);

  /// Whether they are to be asked now. `few_known`: few succeeded lately, when the crawl began;
  /// `live_interval`: how often a live endpoint is visited.
  bool due(net::steady_time now, bool few_known, std::chrono::seconds live_interval) const;

  std::uint64_t reached() const { return last_.reached; }
  std::uint32_t rounds() const { return rounds_; }

  SEEDWALK_INSPECT(seed_watch, last_, dialled_then_, quiet_since_, not_before_, rounds_, doublings_)

private:
  moment last_;
  std::uint64_t dialled_then_ = 0; ///< When somebody was last reached.
  net::steady_time quiet_since_{0};
  std::optional<net::steady_time> not_before_; ///< Nothing: they were never asked.
  std::uint32_t rounds_ = 0;
  std::uint32_t doublings_ = 0;
};

} // namespace seedwalk::actors
