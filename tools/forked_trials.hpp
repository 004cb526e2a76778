#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sim/scenario/shrink/trial.hpp"
#include "tools/child_pool.hpp"

namespace seedwalk::tools {

/// A number that a child writes and its parent reads when the child is gone.
///
/// Threads: any. Throws std::system_error where there is no memory for it.
class shared_number {
public:
  shared_number();
  ~shared_number();
  shared_number(const shared_number&) = delete;
  shared_number& operator=(const shared_number&) = delete;

  volatile std::uint64_t* get() const { return static_cast<volatile std::uint64_t*>(at_); }

private:
  void* at_;
};

/// Trials of scenarios, each in a child process: a run that ends its process or never ends is a
/// failure of the oracle "process", as others are, and runs on several cores.
///
/// Threads: as of `child_pool`.
class trial_pool {
public:
  /// As of `child_pool`. `wanted` is what trials tell besides failures.
  trial_pool(std::size_t jobs, std::chrono::nanoseconds run_limit, sim::trial_detail wanted)
      : children_(jobs, run_limit), wanted_(wanted) {}

  bool has_room() const { return children_.has_room(); }
  bool is_idle() const { return children_.is_idle(); }
  /// As of `child_pool`.
  void begin(std::uint64_t number, const sim::crawl_scenario& s);
  /// As of `child_pool`.
  std::vector<std::pair<std::uint64_t, sim::trial>> take(int stop_fd = -1);
  /// As of `child_pool`.
  void end_all();

private:
  child_pool children_;
  sim::trial_detail wanted_;
  std::map<std::uint64_t, std::unique_ptr<shared_number>> steps_begun_; ///< Of what is under way.
};

/// The same, for a shrinker.
class forked_trials final : public sim::trial_runner {
public:
  /// How trials are made.
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
