#include "sim/scenario/explain/chance.hpp"

#include <algorithm>
#include <cassert>

namespace seedwalk::sim {

namespace {

/// Of the normal distribution: 95% are within so many deviations.
constexpr double deviations = 1.96;
/// A rise that comes by chance more often is none.
constexpr double by_chance = 1e-4;

/// By Newton's method: libm is for others.
double root(double square) {
  double x = std::max(square, 1.0);
  for (int i = 0; i != 64; ++i)
    x = (x + square / x) / 2;
  return square <= 0 ? 0 : x;
}

} // namespace

chance_band band_of(const failure_count& counted) {
  if (counted.runs == 0)
    return {};
  constexpr double z2 = deviations * deviations;
  const auto n = static_cast<double>(counted.runs);
  const auto p = counted.chance();
  const auto middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const auto half = deviations * root(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  return {counted.failures == 0 ? 0 : std::max(middle - half, 0.0),
          counted.failures == counted.runs ? 1 : std::min(middle + half, 1.0)};
}

double chance_of_heads(std::uint64_t heads, std::uint64_t throws) {
  assert(throws <= 1'000);
  double one = 1; // All of them heads, then one less at a time.
  for (std::uint64_t i = 0; i != throws; ++i)
    one /= 2;
  double sum = 0;
  for (auto n = throws; n + 1 != heads; --n) {
    sum += one;
    if (n == 0)
      break;
    one *= static_cast<double>(n) / static_cast<double>(throws - n + 1);
  }
  return sum;
}

bool paired_difference::is_rise() const {
  return up > down && chance_of_heads(up, up + down) < by_chance;
}

paired_difference compared(const std::vector<bool>& first, const std::vector<bool>& second) {
  paired_difference result;
  result.pairs = std::min(first.size(), second.size());
  for (std::size_t i = 0; i != result.pairs; ++i) {
    result.up += !first[i] && second[i] ? 1 : 0;
    result.down += first[i] && !second[i] ? 1 : 0;
  }
  return result;
}

} // namespace seedwalk::sim
