#pragma once

#include <string_view>
#include <vector>

#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// What is left to be promised where families of the swarm are in that take something away. To be
/// called when all else of the scenario is drawn.
void draw_promises(crawl_scenario& s, const std::vector<std::string_view>& in);

} // namespace seedwalk::sim
