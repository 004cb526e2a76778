#pragma once

#include <cstdint>
#include <vector>

#include "sim/network/drawn_faults.hpp"
#include "sim/program/simulated_world.hpp"

namespace seedwalk::sim {

/// How far `draw_world` may go.
struct world_range {
  std::vector<net::endpoint> victims; ///< Whom faults are about, mostly: servers.
  std::uint32_t faults_max = 3;       ///< Without victims there are none.
  fault_range faults = fault_range::everything;
};

/// A world with everything drawn from its seed: how far hosts are from each other, how streams are
/// cut, what goes wrong, by which strategy and within which window messages overtake each other.
/// Nobody is passed over for ever, so that a program that is alive gets on.
simulated_world::options draw_world(std::uint64_t seed, const world_range& range);

} // namespace seedwalk::sim
