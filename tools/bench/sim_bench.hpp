#pragma once

#include "tools/bench/figure.hpp"

namespace seedwalk::bench {

/// What the simulator does in a second of one core: steps of a fault-free crawl of `size` nodes
/// (1,000), runs of eight nodes from an empty process to the verdict. The baseline is a ping-pong
/// of plain CAF actors under the same coordinator.
figures run_sim_bench(const bench_options& options);

} // namespace seedwalk::bench
