#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "sim/scenario/shrink/trial.hpp"

namespace seedwalk::tools {

/// Trials of scenarios, each in a child process: a run that ends its process or never ends is a
/// failure of the oracle "process", as others are, and runs on several cores.
///
/// Threads: none may be running; what they hold would be held for ever in a child.
class forked_trials final : public sim::trial_runner {
public:
  struct options {
    std::size_t jobs = 1;                  ///< So many children at once.
    std::chrono::nanoseconds run_limit{0}; ///< Real time of one run; 0: none.
    std::function<bool()> stop;            ///< True: what runs is ended, and has no failures.
  };

  explicit forked_trials(options o) : options_(std::move(o)) {}

  std::size_t width() const override { return options_.jobs; }

  /// Throws std::system_error where the system has no process or pipe.
  std::vector<sim::trial> run(std::span<const sim::crawl_scenario> scenarios) override;

private:
  options options_;
};

} // namespace seedwalk::tools
