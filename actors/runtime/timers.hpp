#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::net {

/// One timer, from its start to its firing or its cancellation. Numbers are never used twice in a
/// run.
struct timer_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const timer_id&, const timer_id&) = default;
  SEEDWALK_INSPECT(timer_id, value)
};

/// The timer is due. Comes at most once; after `cancel` only if it was on its way already.
struct timer_fired {
  timer_id timer;
  SEEDWALK_INSPECT(timer_fired, timer)
};

/// The time door: what time it is, and wake-up calls.
///
/// Time stands still within a step; the driver moves it between steps, and each move is an input of
/// the run. Timers of one owner fire in the order of their due times, then of their starts; those
/// of different owners do so live, and in any order in a simulation that draws one.
///
/// A timer belongs to what it was started for, and is cancelled when that ends. That does not call
/// back a `timer_fired` that waits in the mailbox already: an owner ignores numbers that it does
/// not wait for.
///
/// Threads: called from steps only.
class timers {
public:
  virtual ~timers() = default;

  /// The moment of this step.
  virtual instant now() const = 0;

  /// Fires after `delay` (at the next advance of time if it is not positive), as `timer_fired` for
  /// `owner`.
  virtual timer_id start(std::chrono::nanoseconds delay, net::owner owner) = 0;

  /// Forgets the timer. One that has fired or is unknown: does nothing, and its `timer_fired` may
  /// still come.
  virtual void cancel(timer_id id) = 0;
};

} // namespace seedwalk::net
