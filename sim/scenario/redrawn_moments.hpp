#pragma once

#include <cstdint>
#include <vector>

#include "actors/runtime/draws.hpp"
#include "net/base/instant.hpp"
#include "sim/network/fault_rules.hpp"

// When the faults of a run come, drawn anew for those that have not come; what has begun stays as
// it is.

namespace seedwalk::sim {

/// Windows of faults that begin later begin after 0 to 2 times the wait that is left, by a draw for
/// the name of the fault, and last as long as they did.
void redraw_moments(std::vector<fault_rule>& faults, net::steady_time now, const draws& draw);

} // namespace seedwalk::sim
