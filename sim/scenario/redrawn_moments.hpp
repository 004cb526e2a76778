#pragma once

#include <cstdint>
#include <vector>

#include "actors/runtime/draws.hpp"
#include "net/base/instant.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/scenario/crawl_scenario.hpp"

// When the faults and operations of a run come, drawn anew for those that have not come. Times stay
// in the order of a scenario; what has begun stays as it is.

namespace seedwalk::sim {

/// Where a run is.
struct run_moment {
  net::steady_time now{0};
  std::uint64_t steps = 0; ///< Of all actors of the world.
};

/// Windows of faults that begin later begin after 0 to 2 times the wait that is left, by a draw for
/// the name of the fault, and last as long as they did.
void redraw_moments(std::vector<fault_rule>& faults, net::steady_time now, const draws& draw);

/// Operations that come later, at a time or at a step, come in the same order, each after 0 to 2
/// times the wait between the one before it, or now, and itself. Those in a call of a disk have no
/// moment, and stay.
void redraw_moments(std::vector<planned_operation>& operations, run_moment at, const draws& draw);

} // namespace seedwalk::sim
