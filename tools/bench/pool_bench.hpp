#pragma once

#include "tools/bench/figure.hpp"

namespace seedwalk::bench {

/// What the pool costs, with `size` (5,000) nodes of a zoo that have little to tell: visits a
/// second against a bare epoll loop; then all of them held at once: a broadcast against plain
/// sends, resident memory a connection; and the pool's own map with 100,000 entries.
figures run_pool_bench(const bench_options& options);

} // namespace seedwalk::bench
