#include "actors/runtime/world.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "actors/runtime/process.hpp"
#include "actors/runtime/runtime.hpp"

namespace seedwalk::sim {

namespace {

schedule_options order_of(const world::options& o) {
  auto order = o.order;
  order.strategy = o.schedule;
  return order;
}

} // namespace

world::world(options o)
    : options_(std::move(o)), events_(options_.seed, options_.wall, order_of(options_)) {}

world::~world() = default;

bool world::step(std::size_t passed_over) {
  run_unwatched();
  if (passed_over >= runnable_.size())
    return false;
  const auto at = runnable_.begin() + static_cast<std::ptrdiff_t>(passed_over);
  auto* next = *at;
  runnable_.erase(at);
  run(*next, {});
  return true;
}

void world::run(actor_entry& actor, event_names event) {
  ++steps_;
  origin_ = actor.name_hash;
  auto& process = *actor.process; // the actor may not outlive its step
  process.run(actor, event);
  origin_ = 0;
  run_unwatched();
}

void world::run_unwatched() {
  while (unwatched_due_ != 0)
    for (auto* one : processes_)
      one->run_unwatched();
}

bool world::idle() const {
  return runnable_.empty() && events_.no_actor_is_ready() && unwatched_due_ == 0;
}

void world::move_to(net::steady_time to) {
  if (to != events_.now().steady)
    advance({to, options_.wall + std::chrono::floor<std::chrono::seconds>(to)});
}

void world::advance(net::instant to) {
  assert(to.steady >= events_.now().steady);
  events_.move_to(to);
  for (auto* one : processes_)
    one->advance(to);
  tell([&](world_listener& listener) { listener.on_advance(steps_ + 1, to); });
}

std::optional<net::steady_time> world::next_timer() const {
  std::optional<net::steady_time> first;
  for (const auto* one : processes_)
    if (const auto due = static_cast<const event_feeder*>(one)->next_due();
        due && (!first || *due < *first))
      first = due;
  return first;
}

void world::reseed(std::uint64_t seed) {
  events_.draw().reseed(seed);
  tell([&](world_listener& listener) { listener.on_reseed(steps_ + 1, seed); });
  for (auto* one : processes_)
    one->note_effect(effect_kind::reseeded, seed);
}

std::uint64_t world::hash() const {
  if (processes_.size() == 1)
    return processes_.front()->run_chain().value();
  chain all;
  for (const auto* one : processes_)
    all.mix(one->run_chain().value());
  return all.value();
}

void world::note_violation(broken_rule rule) {
  if (violations_.size() == violations_max)
    return;
  rule.step = steps_;
  violations_.push_back(std::move(rule));
  tell([&](world_listener& listener) { listener.on_violation(violations_.back()); });
}

void world::kill() {
  for (auto* one : processes_)
    one->kill();
}

} // namespace seedwalk::sim
