#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// What some futures that were drawn say of a chance, and of the difference of two. Additions,
// multiplications, divisions: the same on every machine.

namespace seedwalk::sim {

/// So many of so many failed.
struct failure_count {
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;

  /// The part that failed; 0 of none.
  double chance() const {
    return runs == 0 ? 0 : static_cast<double>(failures) / static_cast<double>(runs);
  }

  friend bool operator==(const failure_count&, const failure_count&) = default;
};

/// Between these a chance lies.
struct chance_band {
  double low = 0;
  double high = 1;
};

/// Wilson's interval: in 95 of 100 cases the chance is in it. 0 to 1 where nothing was run.
chance_band band_of(const failure_count& counted);

/// The same draws judged at two moments: how they differ.
struct paired_difference {
  std::uint64_t pairs = 0;
  std::uint64_t up = 0;   ///< Failed at the second alone.
  std::uint64_t down = 0; ///< Failed at the first alone.

  /// By how much the chance rises; below 0: falls. 0 where nothing was run.
  double rise() const {
    return pairs == 0
               ? 0
               : (static_cast<double>(up) - static_cast<double>(down)) / static_cast<double>(pairs);
  }

  /// Whether a rise like this comes by chance less often than once in 10,000, were there none:
  /// McNemar's exact test. Draws that go the same way at both say nothing of it.
  bool is_rise() const;

  friend bool operator==(const paired_difference&, const paired_difference&) = default;
};

/// The draws that both were judged by, those at the same places.
paired_difference compared(const std::vector<bool>& first, const std::vector<bool>& second);

/// How probable it is that of so many throws of a coin at least `heads` are heads. Precondition:
/// no more than 1,000 throws.
double chance_of_heads(std::uint64_t heads, std::uint64_t throws);

} // namespace seedwalk::sim
