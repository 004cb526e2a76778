#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::tools {

/// "7" or "1..200": all of them; nothing if it is neither, or more than a million.
std::optional<std::vector<std::uint64_t>> parse_seeds(const std::string& text);

/// Says which promises a run broke, each with the last events of the peers concerned, and the
/// command that makes the run again. The run is made once more for the events.
void print_broken(std::ostream& err, const sim::crawl_scenario& s,
                  const sim::crawl_verdict& verdict, const std::string& again);

} // namespace seedwalk::tools
