#pragma once

#include "tools/bench/figure.hpp"

namespace seedwalk::bench {

/// What recording costs a crawl of a zoo of `size` (1,000) nodes, against the same crawl
/// unrecorded, and how long a replay takes, against the recorded wall time.
figures run_replay_bench(const bench_options& options);

} // namespace seedwalk::bench
