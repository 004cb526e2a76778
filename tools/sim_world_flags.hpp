#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "sim/record/determinism_check.hpp"
#include "sim/scenario/crawl_scenario.hpp"
#include "tools/node_kind_flags.hpp"
#include "tools/sim_network_flags.hpp"
#include "tools/sim_scenario_flags.hpp"
#include "tools/sim_schedule_flags.hpp"

namespace seedwalk::tools {

/// The options that describe a simulated world, one by one or as a scenario file.
class sim_world_flags {
public:
  sim_schedule_flags order;
  sim_scenario_flags scenario;

  void declare(CLI::App& app);

  /// Reads the files that were given, and looks at the options as a whole. The error is one line.
  tl::expected<void, std::string> read();

  /// The scenario of a seed; or what is wrong with the options. Precondition: `read` found nothing
  /// wrong.
  tl::expected<sim::crawl_scenario, std::string> of_seed(std::uint64_t seed) const;

  /// A run of a seed that is watched step by step, for comparisons. They outlive it.
  sim::checked_run checked() const;

  /// The command that makes the same run again: every option that is not at its default.
  std::string again(std::uint64_t seed) const;

private:
  std::uint32_t nodes_ = 100;
  node_kind_flags kinds_;
  sim_network_flags networks_;
  std::uint32_t crawlers_ = 1;
  std::uint32_t faults_ = 0;
  std::uint32_t reloads_ = 0;
  bool deep_ = false;
  std::string oracles_;
};

} // namespace seedwalk::tools
