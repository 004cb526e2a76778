#pragma once

#include "tools/bench/figure.hpp"

namespace seedwalk::bench {

/// What a search of `size` runs (500) does in a second of one core, and what it takes to shrink
/// what it finds. The baseline of its runs is as many drawn scenarios, of which nothing is learnt.
/// What is shrunk is six scenarios that break a promise which nobody can keep in a world that
/// has a connection, so that all that is left can be told beforehand: one node.
figures run_chaos_bench(const bench_options& options);

} // namespace seedwalk::bench
