#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "net/base/inspect.hpp"

namespace seedwalk::store {

/// One exponential average of success, in integers, so that it is the same on every machine.
struct average {
  static constexpr std::uint32_t one = 1u << 30;       ///< 1.0 in `reliability` and `weight`.
  static constexpr std::uint32_t one_count = 1u << 16; ///< 1.0 in `count`.

  std::uint32_t reliability = 0; ///< Decayed share of successes, [0, one].
  std::uint32_t weight = 0;      ///< How much of the window has been observed, [0, one].
  std::uint32_t count = 0;       ///< Decayed number of tries; saturates.

  friend bool operator==(const average&, const average&) = default;

  SEEDWALK_INSPECT(average, reliability, weight, count)
};

/// The five averages by which DNS seeds judge a node: over 2 h, 8 h, 1 d, 1 w and 30 d.
///
/// The rule is that of bitcoin-seeder's CAddrStat::Update: each try decays what was by
/// exp(-age/window), where age is the time since the try before.
struct score {
  static constexpr std::array<std::chrono::seconds, 5> windows = {
      std::chrono::hours{2}, std::chrono::hours{8}, std::chrono::hours{24},
      std::chrono::hours{24 * 7}, std::chrono::hours{24 * 30}};

  std::array<average, 5> averages{};

  friend bool operator==(const score&, const score&) = default;

  SEEDWALK_INSPECT(score, averages)
};

/// Counts one try. `age` is the time since the one before; it is clamped to 0..30 days, because
/// clocks step back and a database may rest for years.
void update(score& s, bool success, std::chrono::seconds age);

/// Whether any average is above its threshold with enough tries: .85/.70/.55/.45/.35 with a decayed
/// count above 2/4/8/16/32 (bitcoin-seeder's CAddrInfo::IsGood).
bool reliable(const score& s);

/// exp(-age/window) in units of 2^-32, rounded down, for age >= 0 and window > 0; at most 2^32.
/// From a table of constants: libm's results differ between machines.
std::uint64_t decay(std::chrono::seconds age, std::chrono::seconds window);

} // namespace seedwalk::store
