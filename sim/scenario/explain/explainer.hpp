#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sim/scenario/explain/chance.hpp"

// When did a failure become inevitable? Knows nothing of scenarios: it asks a judge.

namespace seedwalk::sim {

/// One future of a run: what it did in its first steps, and from there on what is drawn from a
/// seed.
struct future {
  std::uint64_t from_step = 0;
  std::uint64_t seed = 0;
  friend bool operator==(const future&, const future&) = default;
};

/// Whether each of some futures fails as the run did; fewer answers: it was told to stop. An answer
/// is a function of its future alone.
using future_judge = std::function<std::vector<bool>(std::span<const future>)>;

/// How far an explanation is.
struct explain_progress {
  std::uint64_t runs = 0;
  std::uint64_t first_step = 0; ///< Between these steps it looks now.
  std::uint64_t last_step = 0;
};

/// How finely it looks, and how long.
struct explain_options {
  std::uint64_t seed = 1;      ///< What the seeds of the futures are drawn from.
  std::size_t moments = 32;    ///< On the first grid, both ends included; at least 2.
  std::size_t parts = 8;       ///< Into which an interval with a rise is divided.
  std::size_t draws = 32;      ///< At each moment at first.
  std::size_t draws_max = 512; ///< At one moment, where a difference asks for more; at most 1,000.
  double least_rise = 0.15;    ///< A smaller one is not looked into, unless it is certain.
  double always = 0.9;         ///< Above that at the start the world itself fails.
  std::uint64_t runs_max = std::numeric_limits<std::uint64_t>::max(); ///< Of futures.
  std::function<void(const explain_progress&)> progress;              ///< After each batch.
};

/// How probable the failure is if all is drawn anew behind a step.
struct curve_point {
  std::uint64_t step = 0; ///< So many steps stay as they were.
  failure_count counted;
  friend bool operator==(const curve_point&, const curve_point&) = default;
};

/// What an explanation came to.
enum class finding : std::uint8_t {
  jump,    ///< There is a rise that no chance explains: `rise` has it.
  gradual, ///< The chance rises from the beginning to the end, and nowhere at once.
  flat,    ///< It does not rise: what decides is not drawn in the run.
  always,  ///< It is above `always` from the start.
  stopped, ///< It was ended before anything could be said.
};

/// The step or the steps in which the chance rises most.
struct chance_rise {
  curve_point before; ///< Behind this step it is still the lower one.
  curve_point after;  ///< Behind this it is the higher one. One step further, if all went well.
  paired_difference difference;
  bool is_one_step() const { return after.step - before.step == 1; }
  friend bool operator==(const chance_rise&, const chance_rise&) = default;
};

/// When a failure became inevitable, and how sure that is.
struct explanation {
  finding found = finding::stopped;
  std::vector<curve_point> curve; ///< By step.
  std::optional<chance_rise> rise;
  /// Behind this step the chance was above `always` at every moment that was looked at; nothing
  /// where it never was.
  std::optional<std::uint64_t> inevitable_from;
  std::uint64_t runs = 0;
  bool is_whole = true; ///< False: runs or time were used up before the rise was one step.
  friend bool operator==(const explanation&, const explanation&) = default;
};

/// The seed of the nth draw; the same at each moment, so that two moments differ only by what was
/// drawn between them.
std::uint64_t seed_of_draw(std::uint64_t seed, std::size_t nth);

/// Looks when a failure that was noticed in step `last_step` became inevitable.
///
/// On a grid of moments from the start to that step, futures are drawn and judged. Each moment has
/// the same seeds: the futures of two of them are compared in pairs. The largest rise between
/// neighbours is looked into with up to `draws_max` draws until it is certain or too small; then
/// its interval is divided into `parts`, and so on, until one step is left. The chance may rise and
/// fall as it likes: no order is assumed.
///
/// The same judge, step and options have the same explanation, unless the judge stops.
explanation explain(std::uint64_t last_step, const future_judge& judge,
                    const explain_options& options = {});

} // namespace seedwalk::sim
