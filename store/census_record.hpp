#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
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
  // Counted by the database, in the batch that records a visit.
  std::uint64_t tried = 0; ///< Visits that name this census.
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
  std::vector<std::uint64_t> outcomes;  ///< By net::outcome, as far as any was counted.
  std::vector<outage_interval> outages; ///< The newest `max_outages`.

  static constexpr std::size_t max_outages = 256;

  /// Takes everything from `other` but what was counted here.
  void describe_as(const census_record& other) {
    auto counted = std::move(outcomes);
    const auto [tried_here, good_here, failed_here] = std::array{tried, good, failed};
    *this = other;
    tried = tried_here;
    good = good_here;
    failed = failed_here;
    outcomes = std::move(counted);
  }

  friend bool operator==(const census_record&, const census_record&) = default;

  SEEDWALK_INSPECT(census_record, start, end, state, vantage, build, configuration, seeds, restarts,
                   tried, good, failed, outcomes, outages)
};

} // namespace seedwalk::store
