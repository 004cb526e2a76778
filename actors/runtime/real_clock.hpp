#pragma once

#include <chrono>

#include "net/base/instant.hpp"

namespace seedwalk::sim {

/// The machine's clocks. Actors have their time from here alone: what they say enters a run between
/// steps, by `world::advance`, and is recorded there. (The doors on real sockets have deadlines of
/// their own.)
///
/// Steady time counts from the construction of this object. Threads: any.
class real_clock {
public:
  real_clock();

  /// Both clocks, now.
  net::instant now() const;

  /// The wall clock when steady time was 0: what a live world's `options::wall` is set to.
  std::chrono::seconds wall_at_start() const { return wall_at_start_; }

  /// The steady clock's own name for a moment of this clock, for a driver that has to sleep until
  /// it.
  std::chrono::steady_clock::time_point to_system(net::steady_time when) const {
    return start_ + when;
  }

private:
  std::chrono::steady_clock::time_point start_;
  std::chrono::seconds wall_at_start_;
};

} // namespace seedwalk::sim
