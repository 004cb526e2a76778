#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "actors/runtime/agenda.hpp"
#include "actors/runtime/world.hpp"
#include "net/base/instant.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

/// The wall clock of a simulated machine is set: from `at` on it says so much more than it would
/// have. What time it really is nodes know, who have clocks of their own.
struct clock_step {
  net::steady_time at{0};
  std::chrono::seconds by{0};
};

/// The driver of a simulated run: runs actors, charges virtual time for their steps, and jumps to
/// the next event when none can run. An idle hour costs nothing.
class simulation {
public:
  struct options {
    /// What a step costs, drawn for each activation between these.
    net::steady_time step_cost_min{1'000};
    net::steady_time step_cost_max{10'000};
    /// When the wall clock is set, in the order of their times.
    std::vector<clock_step> wall_steps;
  };

  /// `home` and `events` outlive the simulation.
  simulation(options o, world& home, agenda& events);

  /// One step of an actor, or one event, or one jump in time. False if nothing will ever happen
  /// again.
  bool advance();

  /// Advances until `done` (asked after each advance) or until nothing will happen again or virtual
  /// time passes `limit`. True if `done` said so.
  bool run(const std::function<bool()>& done, net::steady_time limit = net::steady_time::max());

  /// Advances, as `advance` would anyway, until no actor has a message: a moment that can be
  /// captured. False if more than `most` advances do not get there.
  bool quiesce(std::uint64_t most = 1'000'000);

  /// Runs what can run now, without a jump in time: until all mailboxes are empty.
  void settle();

private:
  void move_to(net::steady_time steady);
  void charge_step();

  options options_;
  std::size_t steps_made_ = 0;         ///< Of the wall clock.
  std::chrono::seconds wall_ahead_{0}; ///< By them.
  world& world_;
  agenda& events_;
  net::keyed_hasher cost_draw_;
};

} // namespace seedwalk::sim
