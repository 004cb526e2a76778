#pragma once

#include <cstdint>

#include "net/base/random.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/nodes/topology.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// A fault of a drawn kind, in the first seconds of a crawl, for a third of the connections to one
/// node or to anybody. `nth` names it.
fault_rule draw_fault(net::random_stream& draw, std::uint32_t nth, const topology& nodes);

/// So many faults and reloads, drawn from the scenario's seed. A reload changes what may be
/// changed, or is one that is refused.
void draw_misfortunes(crawl_scenario& s, std::uint32_t faults, std::uint32_t reloads);

/// The scenario with what it has drawn written out beside what it says: a run of it is the same.
crawl_scenario with_misfortunes(crawl_scenario s);

} // namespace seedwalk::sim
