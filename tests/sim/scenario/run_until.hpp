#pragma once

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::test {

/// Runs a world to a moment of virtual time, or to its end.
inline void run_until(sim::crawl_world& world, net::steady_time when) {
  while (!world.over() && world.now() < when && world.advance()) {
  }
}

} // namespace seedwalk::test
