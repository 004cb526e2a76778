#include "actors/runtime/real_clock.hpp"

#include <algorithm>
#include <cstdint>

namespace seedwalk::sim {

namespace {

std::chrono::seconds wall_now() {
  // A clock may say anything. Times from here on are added to, and written in a few bytes: before
  // 1970 and beyond 2242 (where Linux ends, 64 bits of nanoseconds being used up in 2262) there is
  // nothing to be right about.
  return std::clamp(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()),
      std::chrono::seconds{1}, std::chrono::seconds{std::int64_t{1} << 33});
}

} // namespace

real_clock::real_clock() : start_(std::chrono::steady_clock::now()), wall_at_start_(wall_now()) {}

net::instant real_clock::now() const {
  return {std::chrono::steady_clock::now() - start_, wall_now()};
}

} // namespace seedwalk::sim
