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

/// Numbers that a child writes and its parent reads when the child is gone; 0 at first.
///
/// Threads: any. Throws std::system_error where there is no memory for them.
class shared_numbers {
public:
  explicit shared_numbers(std::size_t count);
  ~shared_numbers();
  shared_numbers(const shared_numbers&) = delete;
  shared_numbers& operator=(const shared_numbers&) = delete;

  volatile std::uint64_t* at(std::size_t place) const {
    return static_cast<volatile std::uint64_t*>(memory_) + place;
  }

private:
  std::size_t bytes_;
  void* memory_;
};

/// Trials of scenarios in child processes: a run that ends its process or never ends is a failure
/// of the oracle "process", as others are, and runs on several cores. What kills a child that has
/// made other trials is made once more by a new one.
///
/// Threads: as of `child_pool`.
class trial_pool {
public:
  /// How trials are made.
  struct options {
    std::size_t jobs = 1;                  ///< So many children at once.
    std::chrono::nanoseconds run_limit{0}; ///< Real time of one run; 0: none.
    sim::trial_detail wanted = sim::trial_detail::failures;
  };

  explicit trial_pool(const options& o)
      : children_({.jobs = o.jobs, .run_limit = o.run_limit, .again_alone = true}),
        wanted_(o.wanted) {}

  bool has_room() const { return children_.has_room(); }
  bool is_idle() const { return children_.is_idle(); }
  std::size_t jobs() const { return children_.jobs(); }
  /// One child more, for these: scenarios by numbers that nothing under way has. As of
  /// `child_pool`.
  void begin(std::map<std::uint64_t, sim::crawl_scenario> scenarios);
  /// As of `child_pool`.
  std::vector<std::pair<std::uint64_t, sim::trial>> take(int stop_fd = -1);
  /// As of `child_pool`.
  void end_all();

private:
  std::uint64_t steps_begun_of(std::uint64_t number) const;

  child_pool children_;
  sim::trial_detail wanted_;
  /// How many steps were begun of what is under way, and at which place that stands.
  std::map<std::uint64_t, std::pair<std::shared_ptr<shared_numbers>, std::size_t>> steps_begun_;
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
