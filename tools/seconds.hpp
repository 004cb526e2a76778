#pragma once

#include <chrono>

namespace seedwalk::tools {

/// A duration in seconds, for reports and bars.
inline double seconds_of(std::chrono::nanoseconds duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

} // namespace seedwalk::tools
