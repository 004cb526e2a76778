#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/inspect.hpp"
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
  std::uint64_t tried = 0;
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
  std::vector<std::uint64_t> outcomes; ///< By net::outcome.

  friend bool operator==(const census_record&, const census_record&) = default;

  template <net::inspector F>
  friend auto inspect(F& f, census_record& x) {
    return f(x.start, x.end, x.state, x.vantage, x.build, x.configuration, x.seeds, x.restarts,
             x.tried, x.good, x.failed, x.outcomes);
  }
};

} // namespace seedwalk::store
