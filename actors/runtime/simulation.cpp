#include "actors/runtime/simulation.hpp"

#include <algorithm>
#include <utility>

namespace seedwalk::sim {

simulation::simulation(options o, world& home, agenda& events)
    : options_(std::move(o)), world_(home), events_(events),
      cost_draw_(home.settings().seed, "step cost") {}

void simulation::move_to(net::steady_time steady) {
  const auto& steps = options_.wall_steps;
  while (steps_made_ != steps.size() && steps[steps_made_].at <= steady)
    wall_ahead_ += steps[steps_made_++].by;
  const auto right =
      world_.settings().wall + std::chrono::duration_cast<std::chrono::seconds>(steady);
  world_.advance({steady, std::max(right + wall_ahead_, std::chrono::seconds{1})});
}

void simulation::charge_step() {
  const auto range =
      static_cast<std::uint64_t>((options_.step_cost_max - options_.step_cost_min).count());
  auto cost = options_.step_cost_min;
  if (range > 0) {
    const auto& step = world_.last_step();
    const std::uint64_t key[2] = {step.actor, step.activation};
    const auto draw = cost_draw_({reinterpret_cast<const std::uint8_t*>(key), sizeof key});
    cost += net::steady_time{static_cast<std::int64_t>(draw % (range + 1))};
  }
  move_to(world_.now().steady + cost);
}

bool simulation::advance() {
  if (events_.run_one(world_.now().steady))
    return true;
  if (world_.step()) {
    charge_step();
    return true;
  }
  auto next = events_.next_due();
  if (const auto timer = world_.next_timer(); timer && (!next || *timer < *next))
    next = timer;
  if (!next)
    return false;
  move_to(std::max(*next, world_.now().steady));
  return true;
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

void simulation::settle() {
  while (world_.step())
    charge_step();
}

} // namespace seedwalk::sim
