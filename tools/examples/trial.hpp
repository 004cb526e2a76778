#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "sim/network/fault_rules.hpp"
#include "tools/examples/example.hpp"

namespace seedwalk::examples {

/// One run of an example in a world that is drawn from a seed.
struct trial_options {
  std::uint64_t seed = 1;
  bool bug = false;
  /// Instead of those that the seed draws.
  std::optional<std::vector<sim::fault_rule>> faults = {};
  /// Instead of the strategy that the seed draws: fifo, but for these.
  std::optional<std::vector<sim::departure>> departures = {};
  bool crashes = true; ///< The server, if it may and the seed draws it.
  bool keeps_departures = false;
  std::string command = {};        ///< That makes this run, for a file of choices.
  std::string record_server = {};  ///< File; empty: not recorded.
  std::string record_clients = {}; ///< File; empty: not recorded.
};

/// What became of it.
struct trial_result {
  std::vector<std::string> broken; ///< Promises; empty: all is well.
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::chrono::nanoseconds virtual_time{0};
  std::vector<report> reports;
  std::vector<sim::fault_rule> faults;
  bool has_crashed = false;               ///< The server was killed, and started again.
  std::vector<sim::departure> departures; ///< If they were kept.
  std::string choices;                    ///< The same as a file (`sim/record/choice_file.hpp`).
};

trial_result run_trial(const example& one, const trial_options& options);

/// The faults that a seed draws: "fault 0", "fault 1" ...
std::vector<sim::fault_rule> faults_of(std::uint64_t seed);

/// The configuration with which an example is simulated.
settings settings_of(const example& one, bool bug);

/// No crash if it can do without, as few faults, and then as few departures from fifo, as still
/// break a promise. Precondition: the trial breaks one.
struct shrunk_trial {
  trial_options fewest; ///< Faults and departures that are left.
  trial_result result;  ///< Of those.
  std::uint64_t trials = 0;
};
shrunk_trial shrink(const example& one, const trial_options& broken);

} // namespace seedwalk::examples
