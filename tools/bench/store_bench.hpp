#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

namespace seedwalk::bench {

/// One thing measured beside its baseline: raw LevelDB, given the same bytes in the same batches
/// with the same syncs.
struct store_figure {
  double ours_s = 0;
  double raw_s = 0;
  double ours_cpu_s = 0; ///< Of all threads: tells more than wall time on a busy machine.
  double raw_cpu_s = 0;
  /// Our operations a second, as a share of the baseline's.
  double ratio() const { return ours_s == 0 ? 0 : raw_s / ours_s; }
  double cpu_ratio() const { return ours_cpu_s == 0 ? 0 : raw_cpu_s / ours_cpu_s; }
};

/// What the store costs. Times are wall time.
struct store_bench_result {
  std::uint64_t peers = 0;
  store_figure inserts; ///< New peers, claimed by a thousand sources.
  store_figure updates; ///< Visits to all of them, in an order unlike the keys'.
  double open_s = 0;    ///< Opening the database with all of them.
  double open_cpu_s = 0;
  std::uint64_t resident_bytes = 0; ///< What opening it added to the process.
  std::uint64_t gossip_entries = 0; ///< 20 entries a peer, from as many sources.
  std::uint64_t gossip_bytes = 0;   ///< Bytes that gossip wrote, log and compactions included.
  double gossip_s = 0;
  double gossip_cpu_s = 0;
};

/// Measures in the folder `path`, which must not be there and is removed afterwards. `peers` is the
/// number of endpoints; the figures of record are for a million.
tl::expected<store_bench_result, std::string> run_store_bench(const std::string& path,
                                                              std::uint64_t peers);

/// The result as text, a line a figure.
std::string to_string(const store_bench_result& r);

} // namespace seedwalk::bench
