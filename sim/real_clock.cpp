#include "sim/real_clock.hpp"

namespace seedwalk::sim {

namespace {

std::chrono::seconds wall_now() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

} // namespace

real_clock::real_clock() : start_(std::chrono::steady_clock::now()), wall_at_start_(wall_now()) {}

net::instant real_clock::now() const {
  return {std::chrono::steady_clock::now() - start_, wall_now()};
}

} // namespace seedwalk::sim
