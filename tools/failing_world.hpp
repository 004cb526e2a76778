#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "sim/scenario/shrink/trial.hpp"
#include "tools/sim_world_flags.hpp"

namespace seedwalk::tools {

/// The world that breaks a promise, as `sim shrink` and `sim explain` are given it, and how long
/// they may take with it.
struct failing_world_flags {
  sim_world_flags world;
  std::optional<std::uint64_t> seed;
  std::chrono::nanoseconds budget{0};
  std::uint64_t runs = 2'000;
  std::uint32_t jobs = 1; ///< As many as there are cores, once declared.

  void declare(CLI::App& app);

  /// The scenario, or one line about what is wrong.
  tl::expected<sim::crawl_scenario, std::string> read();

  /// The command that makes its run. Precondition: it was read.
  std::string again() const { return world.again(*seed); }

private:
  std::string budget_text_ = "60s";
};

/// The first run of such a world.
struct failing_run {
  sim::trial made;                       ///< Something is broken.
  std::chrono::nanoseconds run_limit{0}; ///< A run that takes longer does not end.
};

/// Makes that run, in a process of its own. The error is one line: nothing is broken, or it was
/// interrupted.
tl::expected<failing_run, std::string> find_failure(const sim::crawl_scenario& s,
                                                    const failing_world_flags& flags);

} // namespace seedwalk::tools
