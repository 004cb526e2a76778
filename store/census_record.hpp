#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "store/network_reach.hpp"
#include "store/timestamp.hpp"

namespace seedwalk::store {

/// Stored by number: append only.
enum class census_state : std::uint8_t {
  open = 0, ///< Under way, or left behind by a process that died: a restart goes on with it.
  finished, ///< Nothing was due any more.
  stopped,  ///< An operator, or a limit on time, ended it.
  crashed,  ///< Another census was opened while this one was still open.
};

/// "open", "finished", "stopped", "crashed".
std::string_view name_of(census_state s);

/// A time in which nobody could be reached on one network, though many had been lately: our own
/// connection's doing. Failures of these times say nothing of the peers.
struct outage_interval {
  net::network_id network = net::network_id::ipv4;
  timestamp since{};
  timestamp until{};

  friend bool operator==(const outage_interval&, const outage_interval&) = default;

  SEEDWALK_INSPECT(outage_interval, network, since, until)
};

/// What was counted of a census, in the batch that records what is counted: a process that is
/// killed sets nothing of it back.
struct census_counts {
  // By the database, of visits that name the census.
  std::uint64_t tried = 0;
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
  std::vector<std::uint64_t> outcomes;    ///< By net::outcome, as far as any was counted.
  std::uint64_t addresses = 0;            ///< Entries of addr answers.
  std::vector<std::uint64_t> collections; ///< By net::collection_end, as far as any was counted.
  std::array<std::uint64_t, 8> tried_by_network{}; ///< By net::network_id.
  std::array<std::uint64_t, 8> good_by_network{};
  // What no visit says: as `note_census` had it last.
  std::uint64_t peak_connections = 0;
  std::uint64_t peak_unwritten_bytes = 0; ///< Most that waited for the database at once.
  std::map<net::error, std::uint64_t> local_failures; ///< Our own doing.

  friend bool operator==(const census_counts&, const census_counts&) = default;

  SEEDWALK_INSPECT(census_counts, tried, good, failed, outcomes, addresses, collections,
                   tried_by_network, good_by_network, peak_connections, peak_unwritten_bytes,
                   local_failures)
};

/// One walk through the network, from the first dial to the last, restarts included.
struct census_record {
  timestamp start{};
  timestamp end{}; ///< 0 while it is open.
  census_state state = census_state::open;
  std::uint32_t vantage = 0;
  std::string build;               ///< Identity of the binary.
  std::uint64_t configuration = 0; ///< Digest of the configuration.
  std::vector<std::string> seeds;  ///< Where it started: DNS seeds, endpoints given by hand.
  std::uint32_t restarts = 0;
  std::vector<outage_interval> outages; ///< The newest `max_outages`.
  /// By net::network_id: whether it is dialled, and why not, as was said last.
  std::array<network_reach, 8> networks{};
  census_counts counts;

  static constexpr std::size_t max_outages = 256;

  /// Takes everything from `other` but what was counted here.
  void describe_as(const census_record& other) {
    auto counted = std::move(counts);
    *this = other;
    counts = std::move(counted);
  }

  friend bool operator==(const census_record&, const census_record&) = default;

  SEEDWALK_INSPECT(census_record, start, end, state, vantage, build, configuration, seeds, restarts,
                   outages, networks, counts)
};

} // namespace seedwalk::store
