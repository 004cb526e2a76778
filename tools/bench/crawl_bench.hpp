#pragma once

#include "tools/bench/figure.hpp"

namespace seedwalk::bench {

/// How fast a zoo of `size` (5,000) honest nodes, each of which tells of 1,000 others, is crawled
/// into a database on disk. The baseline is a bare epoll loop that crawls the same zoo.
///
/// Nodes a second of wall time depend on the zoo too, which needs a core of its own; nodes a CPU
/// second are ours alone.
figures run_crawl_bench(const bench_options& options);

} // namespace seedwalk::bench
