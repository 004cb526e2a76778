#pragma once

#include "tools/bench/figure.hpp"

namespace seedwalk::bench {

/// What the store costs with `size` (a million) endpoints: new ones, visits to all of them in an
/// order unlike the keys', opening the database, and 20 entries of gossip for each.
///
/// The baseline of what is written is LevelDB, given the same bytes in the same batches with the
/// same syncs.
figures run_store_bench(const bench_options& options);

} // namespace seedwalk::bench
