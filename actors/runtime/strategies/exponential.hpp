#pragma once

#include <bit>
#include <cstdint>

namespace seedwalk::sim {

__extension__ using wide_word = unsigned __int128;

/// The logarithm to base 2 of `x` >= 1, in units of 2^-32, rounded down. Integers alone: a libm's
/// results differ between machines.
constexpr std::uint64_t log2_in_units(std::uint64_t x) {
  const auto whole = static_cast<std::uint64_t>(63 - std::countl_zero(x));
  std::uint64_t part = x << (63 - whole); // from 1 to below 2, in units of 2^-63
  std::uint64_t result = whole << 32;
  for (int bit = 31; bit >= 0; --bit) {
    const auto square = static_cast<wide_word>(part) * part;
    const auto is_two_or_more = (square >> 127) != 0;
    part = static_cast<std::uint64_t>(square >> (is_two_or_more ? 64 : 63));
    if (is_two_or_more)
      result |= std::uint64_t{1} << bit;
  }
  return result;
}

/// How long one of `weight` takes in a race of exponential times, from 64 drawn bits: the first of
/// several is each with a probability proportional to its weight, whatever the time is by now. The
/// mean at weight 1 is about 2^36.5: 10^8 turns fit into 64 bits.
constexpr std::uint64_t exponential_time(std::uint64_t bits, std::uint64_t weight) {
  const auto x = bits == 0 ? 1 : bits;
  const auto time = ((std::uint64_t{64} << 32) - log2_in_units(x)) << 4;
  return time / (weight == 0 ? 1 : weight);
}

} // namespace seedwalk::sim
