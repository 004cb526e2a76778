#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/base/instant.hpp"
#include "sim/scenario/broken_promise.hpp"
#include "sim/scenario/chaos/feature.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// What became of one run, for those who search. A run that ended its process, or never
/// ended, has broken a promise of the oracle "process".
struct trial {
  std::vector<broken_promise> broken;
  std::uint64_t steps = 0; ///< Of actors; where the process ended, with the one that ended it.
  net::steady_time virtual_time{0};
  /// So many are told where features are asked for and the scenario's order keeps none.
  static constexpr std::size_t departures_told = 256;
  /// What was decided against fifo, where the scenario's order keeps it.
  std::vector<departure> departures;
  std::vector<feature> features; ///< What was reached, sorted, where that was asked for.

  /// What is taken for the same bug; null: nothing is.
  const broken_promise* find(const broken_promise& wanted) const;
};

/// What a trial tells besides.
enum class trial_detail : std::uint8_t { failures, features };

/// Runs a scenario in this process: what breaks the process ends the caller, too. `steps_begun`,
/// unless it is null, has the number of the step that runs, for somebody who survives it.
trial run_trial(const crawl_scenario& s, trial_detail wanted = trial_detail::failures,
                volatile std::uint64_t* steps_begun = nullptr);

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
