#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "net/base/probe.hpp"
#include "sim/scenario/broken_promise.hpp"
#include "sim/scenario/crawl_scenario.hpp"
#include "sim/trace/trace.hpp"

namespace seedwalk::sim {

/// A run with all that happened in it.
struct traced_run {
  trace happened;
  net::probe_counts probes;
  /// What was drawn in the steps that were asked about, but for the schedule: how often for each
  /// purpose, as "jitter", and "fault hit".
  std::map<std::string, std::uint64_t> drawn;
};

/// Between two steps: behind the first, up to the end of the last.
struct step_range {
  std::uint64_t behind = 0;
  std::uint64_t last = 0;
};

/// Makes the run in this process, which ends with it if the run does that. `again` is the command
/// that makes it; what is drawn in `heard` is kept.
traced_run run_traced(const crawl_scenario& s, std::string again, step_range heard = {});

/// The beginning of a run that ends its process in the step behind `steps`: that step is not made,
/// and `broken` is what the trace says of it.
traced_run run_traced_up_to(const crawl_scenario& s, std::string again, std::uint64_t steps,
                            const broken_promise& broken, step_range heard = {});

/// Which messages came one after the other: "manager: actors::peer_outcome, then net::accepted", by
/// kind of actor. At most `pairs_max` of them.
std::set<std::string> message_pairs(const trace& of);

inline constexpr std::size_t pairs_max = 100'000;

} // namespace seedwalk::sim
