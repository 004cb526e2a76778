#pragma once

#include <array>
#include <cstdint>

#include "actors/crawl/crawl_messages.hpp"
#include "actors/crawl/peer_messages.hpp"
#include "actors/crawl/pool_messages.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/visit_summary.hpp"

namespace seedwalk::actors {

/// What ended connections add up to: the counters of the census, and the sums of this run that
/// operators ask for.
///
/// A value. Bounded: one number for each command that peers send, of which each connection adds at
/// most `command_counts::max_commands`. Threads: one at a time.
class crawl_tally {
public:
  /// Goes on with the counters of a census that was begun before.
  void begin(const crawl_counters& so_far) { counters_ = so_far; }

  /// A connection has ended. Gives the addresses that it brought, if it was a visit.
  std::uint32_t count(const net::visit_summary& summary, const command_counts& messages);

  /// Messages of a connection that goes on.
  void count_messages(const command_counts& messages);

  void note_local_failure(net::error reason) { ++counters_.local_failures[reason]; }
  void note_connections(std::uint64_t at_once);
  void note_unwritten(std::uint64_t bytes);
  void note_reconnect() { ++sums_.reconnects; }

  const crawl_counters& counters() const { return counters_; }

  /// Visits of this run that reached a verack, by net::network_id and together.
  const std::array<std::uint64_t, 8>& good_by_network() const { return good_by_network_; }
  std::uint64_t reached() const;

  /// A snapshot of which all is filled in that is a sum over ended connections.
  pool_snapshot snapshot() const;

  SEEDWALK_INSPECT(crawl_tally, counters_, sums_, good_by_network_)

private:
  crawl_counters counters_;
  pool_snapshot sums_; ///< The rest of it is not used.
  std::array<std::uint64_t, 8> good_by_network_{};
};

} // namespace seedwalk::actors
