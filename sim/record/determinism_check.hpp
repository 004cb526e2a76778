#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/runtime/process.hpp"
#include "actors/runtime/world.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::sim {

/// One step, as a comparison shows it.
struct step_line {
  std::uint64_t step = 0;
  std::uint64_t chain = 0;
  std::string actor;
  std::string message;
  friend bool operator==(const step_line&, const step_line&) = default;
  SEEDWALK_INSPECT(step_line, step, chain, actor, message)
};

/// What a comparison keeps of a run.
struct run_digest {
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::vector<std::uint64_t> checkpoints; ///< The chain after every so many steps.
  std::vector<step_line> lines;           ///< Of the steps asked for.
  SEEDWALK_INSPECT(run_digest, hash, steps, checkpoints, lines)
};

/// One run, and what to keep of it.
struct run_request {
  std::uint64_t seed = 1;
  std::uint64_t every = 256;    ///< Steps between checkpoints.
  std::uint64_t first_line = 0; ///< Steps to keep whole, both ends included; 0: none.
  std::uint64_t last_line = 0;
};

/// Listens to a world and keeps what was asked for.
class run_watch final : public world_listener {
public:
  explicit run_watch(run_request request) : asked_(request) {}

  void on_step(const step_view& step) override;

  /// The run is over; `world` is where it ran.
  void finish(const sim::world& world);

  const run_digest& digest() const { return digest_; }

private:
  run_request asked_;
  run_digest digest_;
};

/// A run that is to be a function of its seed: builds a world, has `watch` listen to it, runs it,
/// and calls `watch.finish`.
using checked_run = std::function<void(std::uint64_t seed, run_watch& watch)>;

/// Two runs of one seed that are not the same.
struct difference {
  std::uint64_t seed = 0;
  std::uint64_t salt = 0; ///< Of the second run.
  std::uint64_t steps_here = 0;
  std::uint64_t steps_there = 0;
  /// The first step after which the chains differ. 0: the difference did not come again when it was
  /// looked for.
  std::uint64_t first_step = 0;
  std::vector<step_line> first_run; ///< The neighbourhood of that step.
  std::vector<step_line> second_run;
};

/// A few lines for people: which step, and what both runs did around it.
std::string to_string(const difference& d);

/// What `check` found.
struct check_report {
  std::uint64_t seeds = 0;
  std::vector<std::uint64_t> hashes; ///< Of the first runs, by seed.
  std::vector<difference> differences;
};

/// How to check.
struct check_options {
  /// What starts this program anew, so that it comes to `answer_check`: its path and arguments.
  std::vector<std::string> child;
  std::uint64_t checkpoint_every = 256;
  std::size_t seeds_a_process = 64;   ///< Run there one after another.
  std::uint64_t neighbourhood = 3;    ///< Steps shown on either side of a difference.
  std::uint64_t differences_max = 10; ///< After so many it stops.
};

/// Runs each seed twice, and compares: here, and, at the same time, in another process in which
/// everything that must not matter is different. Some seeds share that process, the last of them
/// first: a run that depends on what another left behind is found, too. There the allocator pads
/// each block by an amount drawn from a salt and fills it with another byte
/// (`SEEDWALK_ALLOCATOR_SALT`), the real clock is shifted where the program lets it be
/// (`SEEDWALK_CLOCK_SHIFT_S`), and time zone, language and the size of the environment differ.
///
/// Two runs in one process would not do: a container keyed by pointers keeps its order as long as
/// the allocator is asked for the same.
///
/// Where they differ, checkpoints tell between which steps, and one more run of each tells which.
///
/// Errors: the child could not be started, or gave no answer; a line for the operator.
tl::expected<check_report, std::string> check(const std::vector<std::uint64_t>& seeds,
                                              const checked_run& run, const check_options& options);

/// True if this process is such another one: then it is to call `answer_check` and to leave.
bool is_check_child();

/// Runs what the parent asked for and tells it. False if there is nobody to tell.
bool answer_check(const checked_run& run);

} // namespace seedwalk::sim
