#pragma once

#include <chrono>
#include <cstdint>

namespace seedwalk::store {

/// A moment of wall time: seconds since 1970-01-01 UTC. 0 means never.
///
/// Every moment comes in with an operation or a query; nothing here asks a clock.
using timestamp = std::chrono::seconds;

inline constexpr timestamp never{0};

/// The day that a moment falls on, counted from 1970-01-01. Moments before that fall on day 0,
/// those that no 32-bit day number can name on the last one.
constexpr std::uint32_t day_of(timestamp t) {
  constexpr std::int64_t day_seconds = 86'400;
  const auto day = t.count() / day_seconds;
  return day < 0 ? 0 : day > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(day);
}

} // namespace seedwalk::store
