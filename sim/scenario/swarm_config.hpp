#pragma once

#include <string>

#include "actors/config/crawl_config.hpp"
#include "net/base/random.hpp"
#include "sim/nodes/topology.hpp"

namespace seedwalk::sim {

/// Gives some options of a configuration a value from the end of what they may be: one slot, a
/// batch of one, timers of a millisecond. Each is drawn from a stream keyed by `key` and its own
/// name. `nodes` is who may be banned.
void draw_extremes(actors::crawl_config& config, std::uint64_t seed, std::string_view key,
                   const topology& nodes);

/// A configuration file as an operator might have changed it: for a reload of a crawler that was
/// configured by `config`. One in eight is refused.
std::string draw_changed_file(net::random_stream& draw, const actors::crawl_config& config,
                              const topology& nodes);

} // namespace seedwalk::sim
