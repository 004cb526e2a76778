#pragma once

#include <cstdint>
#include <functional>

#include "actors/runtime/world.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::sim {

/// The driver of a simulated run: lets the schedule decide who goes next, charges each step to its
/// process, and jumps to the next event when nobody can go. An idle hour costs nothing.
class simulation {
public:
  struct options {
    /// What a step costs its process, drawn for each between these.
    net::steady_time step_cost_min{1'000};
    net::steady_time step_cost_max{10'000};
  };

  /// Made before there are actors. `world` outlives it.
  simulation(options o, sim::world& world);
  explicit simulation(sim::world& world) : simulation(options{}, world) {}

  /// One step of an actor, or one event, or one jump in time. False if nothing will ever happen
  /// again.
  bool advance() {
    return world_.take_turn([this](std::uint64_t event) { return cost_of(event); });
  }

  /// Advances until `done` (asked after each advance) or until nothing will happen again or virtual
  /// time passes `limit`. True if `done` said so.
  bool run(const std::function<bool()>& done, net::steady_time limit = net::steady_time::max());

  /// Advances, as `advance` would anyway, until no actor has a message: a moment that can be
  /// captured. False if more than `most` advances do not get there.
  bool quiesce(std::uint64_t most = 1'000'000);

private:
  net::steady_time cost_of(std::uint64_t event) const;

  options options_;
  world& world_;
};

} // namespace seedwalk::sim
