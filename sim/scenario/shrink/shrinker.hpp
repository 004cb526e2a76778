#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/shrink/trial.hpp"

// Makes a failing scenario small. Always for one failure: what fails otherwise is no candidate.

namespace seedwalk::sim {

/// How large a scenario is for a person.
struct scenario_size {
  std::size_t nodes = 0;
  std::size_t faults = 0;
  std::size_t operations = 0;
  std::size_t choices = 0; ///< Departures from fifo that it makes.
  std::size_t lines = 0;   ///< Of its file.
  friend bool operator==(const scenario_size&, const scenario_size&) = default;
};

/// Of a scenario that makes no other choices than those in it.
scenario_size size_of(const crawl_scenario& s);

/// What one pass has done.
struct pass_report {
  std::string_view name; ///< "nodes".
  std::uint64_t runs = 0;
  std::uint64_t steps = 0; ///< Candidates that failed still: so often it became smaller.
};

/// How far a shrinking is.
struct shrink_progress {
  std::string_view pass;
  std::uint64_t runs = 0;
  scenario_size size;
};

/// How long it may go on, and who hears of it.
struct shrink_options {
  /// More candidates are not run. Runs that were made ahead and not looked at do not count: the
  /// result does not depend on how many are made at once.
  std::uint64_t runs_max = std::numeric_limits<std::uint64_t>::max();
  std::function<bool()> stop; ///< True: the best so far will do. Empty: never.
  std::function<void(const shrink_progress&)> progress; ///< After each candidate that fails.
};

/// What a shrinking came to.
struct shrink_result {
  crawl_scenario smallest;
  broken_promise broken;        ///< As the smallest one breaks it.
  std::uint64_t runs = 0;       ///< Candidates that were run and looked at.
  std::uint64_t runs_ahead = 0; ///< Besides: run, and not looked at.
  bool is_whole = true;         ///< False: it was ended before nothing could go any more.
  scenario_size before;         ///< With the choices that the first run made.
  scenario_size after;
  net::steady_time virtual_before{0};
  net::steady_time virtual_after{0};
  std::uint64_t steps_before = 0; ///< Of actors.
  std::uint64_t steps_after = 0;
  std::vector<pass_report> passes; ///< In the order of their first beginning.
};

/// Shrinks `s`, which breaks `wanted`: passes over fifo, nodes, faults, operations, keys, values,
/// times and bytes, again until nothing changes, and at last the schedule. What the scenario draws
/// of faults and reloads is written out first. No scenario is run twice, but those whose departures
/// are asked for: the first, the smallest, and the one that becomes choices. Nothing: it does not
/// break it.
///
/// The same scenario, failure and `runs_max` have the same result, if `runner` is a function of
/// scenarios and nobody stops it.
std::optional<shrink_result> shrink(const crawl_scenario& s, const broken_promise& wanted,
                                    trial_runner& runner, const shrink_options& options = {});

} // namespace seedwalk::sim
