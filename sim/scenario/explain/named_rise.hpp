#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/explain/explainer.hpp"
#include "sim/trace/trace.hpp"

// The step at which the chance rises, as a person reads it: who took which message, what led to it,
// the faults that began there, and how what broke came of it.

namespace seedwalk::sim {

/// Something that happened where the chance rose.
struct named_entry {
  std::uint64_t number = 0; ///< Of the trace's entry.
  std::uint64_t step = 0;   ///< The number of the step, or of the last one before it.
  net::steady_time at{0};
  std::string lane;    ///< The actor, or the node.
  std::string message; ///< "net::received", or what happens to a node.
  std::string text;    ///< All of it in one line, as `trace show` has it.
  friend bool operator==(const named_entry&, const named_entry&) = default;
};

/// Where the chance rose.
struct named_rise {
  std::vector<named_entry> steps;  ///< Of actors, in their order; one, if all went well.
  std::vector<named_entry> events; ///< What happened to nodes between the step before and the last.
  std::vector<named_entry> causes; ///< What led to the last step, the nearest first.
  /// What led to the step in which the broken promise was noticed, and that step, in their order:
  /// what is behind the last step above, of that the last `named_max`.
  std::vector<named_entry> path;
  std::uint64_t path_length = 0;  ///< Entries of it, with those that have no room in it.
  bool is_path_from_step = false; ///< It begins with what the last step above led to.
  /// Whose windows began or ended there, and what operators and time did.
  std::vector<std::string> faults;
  /// What was drawn there, but for the schedule: how often for each purpose.
  std::map<std::string, std::uint64_t> drawn;
  bool is_cut = false; ///< There is more of steps or events than is told.
};

/// At most so much is told of each.
inline constexpr std::size_t named_max = 8;

/// Names what the trace of the failing run has where the chance rose, but for what was drawn. `s`
/// is that run's scenario, with what it draws written out; `noticed` the step in which the broken
/// promise was noticed: the path is empty if the trace has it not (0: it is known at the end).
named_rise name_rise(const chance_rise& rise, const trace& of, const crawl_scenario& s,
                     std::uint64_t noticed);

/// An entry as it is told.
named_entry name_entry(const trace& of, const trace_entry& e);

/// The trace's entry of a step, or of the first step behind it that is kept; null: none is.
const trace_entry* entry_of_step(const trace& of, std::uint64_t step);

} // namespace seedwalk::sim
