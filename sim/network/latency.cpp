#include "sim/network/latency.hpp"

#include <algorithm>
#include <array>

namespace seedwalk::sim {

namespace {

/// All tables hold multiples of 1/65536.
constexpr std::int64_t one = 65536;

/// -ln(1 - i/64): the quantiles of the exponential distribution of mean 1.
constexpr std::array<std::int64_t, 64> exponential_quantiles = {
    0,      1032,   2081,   3146,   4230,   5331,   6451,   7591,   8751,   9932,   11135,
    12360,  13608,  14880,  16178,  17502,  18854,  20233,  21643,  23083,  24556,  26063,
    27605,  29184,  30802,  32461,  34164,  35911,  37707,  39553,  41453,  43409,  45426,
    47507,  49656,  51877,  54177,  56561,  59034,  61604,  64280,  67069,  69982,  73031,
    76228,  79590,  83133,  86879,  90852,  95082,  99603,  104460, 109706, 115408, 121654,
    128559, 136278, 145029, 155132, 167080, 181704, 200558, 227130, 272557};

/// The quantiles of the normal distribution from 1/2 on, in steps of 1/64; the last is the cut.
constexpr std::array<std::int64_t, 33> normal_quantiles = {
    0,     2567,  5139,  7718,  10310, 12917, 15545,  18199,  20882,  23601,  26362,
    29170, 32032, 34958, 37954, 41032, 44203, 47482,  50884,  54428,  58140,  62048,
    66191, 70616, 75389, 80600, 86377, 92917, 100540, 109834, 122076, 141156, 170394};

/// 2^(i/32).
constexpr std::array<std::int64_t, 33> powers_of_two = {
    65536,  66971,  68438,  69936,  71468,  73032,  74632,  76266,  77936,  79642,  81386,
    83169,  84990,  86851,  88752,  90696,  92682,  94711,  96785,  98905,  101070, 103283,
    105545, 107856, 110218, 112631, 115098, 117618, 120194, 122825, 125515, 128263, 131072};

/// log2(e).
constexpr std::int64_t log2_of_e = 94548;

/// The value between `table[i]` and `table[i + 1]` at `fraction` of 65536.
template <std::size_t N>
std::int64_t between(const std::array<std::int64_t, N>& table, std::size_t i,
                     std::int64_t fraction) {
  return table[i] + (table[i + 1] - table[i]) * fraction / one;
}

/// An exponential sample of mean 1. It has no memory: who falls into the last 64th has waited
/// ln(64), and begins anew with the bits that are left.
std::int64_t exponential_sample(std::uint64_t draw) {
  std::int64_t waited = 0;
  for (int rounds = 0; rounds != 9; ++rounds) {
    const auto i = static_cast<std::size_t>(draw >> 58);
    draw <<= 6;
    if (i + 1 < exponential_quantiles.size())
      return waited +
             between(exponential_quantiles, i, static_cast<std::int64_t>((draw >> 48) & 0xffff));
    waited += exponential_quantiles.back();
  }
  return waited;
}

std::int64_t normal_sample(std::uint64_t draw) {
  const bool below = draw >> 63;
  const auto i = static_cast<std::size_t>((draw >> 58) & 31);
  const auto z = between(normal_quantiles, i, static_cast<std::int64_t>((draw >> 42) & 0xffff));
  return below ? -z : z;
}

/// 2^(x/65536) in 65536ths, for x from -16 to 16 times 65536.
std::int64_t power_of_two(std::int64_t x) {
  x = std::clamp(x, -16 * one, 16 * one);
  const auto whole = (x + 16 * one) / one - 16;
  const auto part = x - whole * one;
  const auto mantissa =
      between(powers_of_two, static_cast<std::size_t>(std::min(part / 2048, one / 2048 - 1)),
              part % 2048 * 32);
  return whole >= 0 ? mantissa << whole : mantissa >> -whole;
}

/// `value` times a number of 65536ths, without overflow for times below four months.
std::int64_t scaled(std::int64_t value, std::int64_t factor) {
  return value / one * factor + value % one * factor / one;
}

} // namespace

latency::duration latency::at(std::uint64_t draw) const {
  switch (shape_) {
  case shape::constant:
    return std::max(base_, duration{0});
  case shape::uniform: {
    const auto width = static_cast<std::uint64_t>(std::max<std::int64_t>(scale_.count(), 0)) + 1;
    return base_ + duration{static_cast<std::int64_t>(draw % width)};
  }
  case shape::exponential:
    return base_ + duration{scaled(scale_.count(), exponential_sample(draw))};
  case shape::log_normal: {
    const auto exponent = normal_sample(draw) * sigma_percent_ / 100 * log2_of_e / one;
    return base_ + duration{scaled(scale_.count(), power_of_two(exponent))};
  }
  }
  return base_;
}

} // namespace seedwalk::sim
