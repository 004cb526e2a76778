#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/explain/named_rise.hpp"
#include "sim/scenario/explain/traced_run.hpp"
#include "sim/scenario/shrink/trial.hpp"

// A world that always fails is explained by one that is nearly the same and passes.

namespace seedwalk::sim {

/// A world that passes.
struct neighbour {
  crawl_scenario world;
  /// Lines of a scenario's file: "- [[fault]]" is only in the world that fails, "+" in this one.
  std::vector<std::string> differs;
  std::uint64_t runs = 0; ///< Worlds that were tried.
};

/// The nearest world that passes, of at most `runs_max` that are tried: the same with other draws
/// (`draws` are seeds), without one fault, one operation, one thing that its file says, one node,
/// and at last with another seed. A world passes that keeps the promise, whatever else it breaks.
/// Nothing: all of them break it.
std::optional<neighbour> find_neighbour(const crawl_scenario& s, const broken_promise& wanted,
                                        const std::vector<std::uint64_t>& draws,
                                        trial_runner& runner, std::size_t runs_max = 200);

/// Where two runs part, and what only one of them has.
struct parting {
  std::optional<named_entry> fails;      ///< The first entry that the failing run has alone.
  std::optional<named_entry> passes;     ///< The same of the run that passes.
  std::vector<std::string> probes_here;  ///< Reached only where it fails.
  std::vector<std::string> probes_there; ///< Reached only where it passes.
  std::vector<std::string> pairs_here;   ///< Of messages, likewise.
  std::vector<std::string> pairs_there;
};

/// Compares a run that fails with one that passes. Of probes and pairs the first `told_max` are
/// told.
parting part(const traced_run& fails, const traced_run& passes, std::size_t told_max = 12);

} // namespace seedwalk::sim
