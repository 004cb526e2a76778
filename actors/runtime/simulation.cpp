#include "actors/runtime/simulation.hpp"

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

simulation::simulation(options o, sim::world& world) : options_(o), world_(world) {
  world.simulate();
}

net::steady_time simulation::cost_of(std::uint64_t event) const {
  const auto range =
      static_cast<std::uint64_t>((options_.step_cost_max - options_.step_cost_min).count());
  if (range == 0)
    return options_.step_cost_min;
  const auto draw = world_.events().draw()("step cost", event);
  return options_.step_cost_min + net::steady_time{static_cast<std::int64_t>(draw % (range + 1))};
}

bool simulation::run(const std::function<bool()>& done, net::steady_time limit) {
  while (!done()) {
    if (world_.now().steady > limit || !advance())
      return false;
  }
  return true;
}

bool simulation::quiesce(std::uint64_t most) {
  while (!world_.idle()) {
    if (most-- == 0)
      return false;
    advance();
  }
  return true;
}

} // namespace seedwalk::sim
