#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace seedwalk::bench {

/// What decoding costs. Times are CPU time of the thread, the best of many rounds.
struct wire_bench_result {
  std::uint64_t entries = 0;       ///< Of the addrv2 that is decoded, most of them IPv4.
  std::uint64_t message_bytes = 0; ///< Its size, header included.
  double decode_ns = 0;            ///< A message, checksum and all, from one piece of memory.
  double segments_ns = 0;          ///< The same in pieces of an Ethernet segment.
  double sha256d_ns = 0;           ///< Baseline: OpenSSL's SHA-256d alone over the same payload.
  double own_sha256d_ns = 0;       ///< Of decoding, what goes into the checksum.
  double handshake_us = 0; ///< Both sides of a visit in memory, from dial to both summaries.
  /// Of both sides of one visit; nothing where the program counts none.
  std::optional<std::uint64_t> handshake_allocations;

  double ns_per_entry() const { return decode_ns / static_cast<double>(entries); }
  /// Bytes a second, as a share of the baseline's.
  double ratio() const { return sha256d_ns / decode_ns; }
  double segments_ratio() const { return sha256d_ns / segments_ns; }
  double checksum_share() const { return own_sha256d_ns / decode_ns; }
};

/// Tells how often memory was allocated so far; null where nobody counts.
using allocation_counter = std::uint64_t (*)();

wire_bench_result run_wire_bench(allocation_counter allocations = nullptr);

/// The result as text, a line a figure.
std::string to_string(const wire_bench_result& r);

nlohmann::json as_json(const wire_bench_result& r);

} // namespace seedwalk::bench
