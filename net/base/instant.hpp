#pragma once

#include <chrono>
#include <compare>

#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// Steady time: nanoseconds since the run began. Never goes back; says nothing of the calendar.
using steady_time = std::chrono::nanoseconds;

/// A moment, as a step sees it: both clocks, read together between two steps and frozen within one.
///
/// What waits or measures uses `steady`. What the protocol or a record shows to others uses `wall`,
/// which an operator or NTP may set back.
struct instant {
  steady_time steady{0};
  std::chrono::seconds wall{0}; ///< Since 1970-01-01 00:00:00 UTC.

  friend auto operator<=>(const instant&, const instant&) = default;

  SEEDWALK_INSPECT(instant, steady, wall)
};

} // namespace seedwalk::net
