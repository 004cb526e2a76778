#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/instant.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// Something that a run broke. `oracle` and `place` say what is taken for one bug: no number, time
/// or address is in them. The rest is for people.
struct failure {
  std::string oracle;
  std::string place;
  std::string text;
  std::vector<net::endpoint> peers; ///< That it is about.

  bool is_like(const failure& other) const {
    return oracle == other.oracle && place == other.place;
  }
  friend bool operator==(const failure&, const failure&) = default;
};

/// What became of one run, as far as shrinking is concerned. A run that breaks nothing has no
/// failures; one that ended its process has the failure of the oracle "process".
struct trial {
  std::vector<failure> failures;
  std::uint64_t steps = 0; ///< Of actors.
  net::steady_time virtual_time{0};
  /// What was decided against fifo, where the scenario's order keeps it.
  std::vector<departure> departures;

  /// The failure that is taken for the same bug; null: there is none.
  const failure* find(const failure& wanted) const;
};

/// Runs a scenario in this process: what breaks the process ends the caller, too.
trial run_trial(const crawl_scenario& s);

/// Makes trials. A shrinker asks for several at once where they can be made at once.
class trial_runner {
public:
  virtual ~trial_runner() = default;

  /// How many are best asked for at once. What is found does not depend on it.
  virtual std::size_t width() const { return 1; }

  /// One trial of each scenario, in their order.
  virtual std::vector<trial> run(std::span<const crawl_scenario> scenarios) = 0;
};

} // namespace seedwalk::sim
