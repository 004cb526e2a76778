#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "actors/runtime/strategies/strategy_text.hpp"
#include "tools/bench/schedulers/kernels.hpp"

namespace seedwalk::bench {

/// What is run.
struct scheduler_bench_options {
  std::vector<const kernel*> kernels;
  std::vector<sim::strategy_text> strategies; ///< Those are compared with the first.
  std::uint32_t trials = 20;
  std::uint32_t schedules = 10'000; ///< Of a trial, at most.
  std::uint64_t seed = 1;
  std::uint32_t threads = 1; ///< Changes no figure but those of time.
};

/// A strategy at a kernel.
struct kernel_score {
  /// After so many schedules each trial found the bug; 0: it did not.
  std::vector<std::uint32_t> found_after;
  std::uint64_t schedules = 0; ///< Of all trials.
  std::uint64_t steps = 0;
  double cpu_s = 0;

  std::uint32_t found() const;
  /// Schedules for one find: all that were run for each that was made. Nothing found: infinity.
  double schedules_to_find() const;
};

/// A strategy at all kernels, beside the first strategy.
struct strategy_score {
  sim::strategy_text strategy;
  std::uint32_t kernels_found = 0; ///< In one trial or more.
  std::uint32_t trials_found = 0;
  std::uint32_t trials_run = 0;
  /// The geometric mean of schedules to find, as a share of the first strategy's, of the kernels
  /// that both find.
  double relative = 1;
  std::uint32_t compared = 0; ///< How many kernels that are.
  /// Its part of the kernels' votes: each kernel has one, and divides it among the strategies by
  /// how few schedules they need to find it. Portfolios have none.
  double votes = 0;
  /// How likely it is that the two are as different as they are by chance alone: a log-rank test,
  /// stratified by kernel, of when trials find.
  double p = 1;
  double schedules_per_s = 0; ///< Of CPU time.
  double ns_per_step = 0;
};

/// All scores, and what was run.
struct scheduler_bench_result {
  scheduler_bench_options options;
  /// By kernel, then by strategy.
  std::vector<std::vector<kernel_score>> scores;

  std::vector<strategy_score> totals() const;
};

/// A strategy that misses in so many trials of a kernel runs no more of them.
inline constexpr std::uint32_t misses_max = 10;

/// Runs each strategy at each kernel. Trial by trial and schedule by schedule all have the same
/// seeds. `progress` is called after each pair, from any thread, one at a time.
scheduler_bench_result run_scheduler_bench(const scheduler_bench_options& o,
                                           const std::function<void(std::string)>& progress = {});

/// The two tables of a result, in Markdown.
std::string to_string(const scheduler_bench_result& r);
nlohmann::json as_json(const scheduler_bench_result& r);

} // namespace seedwalk::bench
