#include "sim/scenario/oracles/pool_oracle.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/scenario/simulated_crawler.hpp"

namespace seedwalk::sim {

namespace {

using actors::pool_phase;
using net::direction;

/// A pool of so many is looked at whole after each step.
constexpr std::size_t small_pool = 32;

} // namespace

void pool_oracle::on_start(const watched_crawler& crawler) {
  auto& at = views_[crawler];
  at = {};
  crawler->program().env().pool_opened = [&at](const auto& pool, const auto& dials, auto life) {
    at.pool = &pool;
    at.dials = &dials;
    at.manager = std::move(life);
  };
}

void pool_oracle::on_crash(const watched_crawler& crawler) {
  views_[crawler] = {};
}

void pool_oracle::on_recreate(const watched_crawler& crawler) {
  views_[crawler] = {};
}

void pool_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& at = views_[by];
  if (const auto* dial = std::get_if<door_call::connect>(&call)) {
    ++at.begun;
    at.dialled.insert(dial->peer);
  } else if (std::holds_alternative<door_call::own>(call)) {
    ++at.begun;
  }
}

void pool_oracle::on_outcome(const watched_crawler& of, const actors::peer_outcome&) {
  --views_[of].begun;
}

void pool_oracle::on_step(const watched_crawler& of, const step_view&, bool is_of_manager) {
  if (!is_of_manager)
    return;
  auto& at = views_[of];
  if (at.pool == nullptr)
    return;
  if (of->over() || at.manager.expired()) { // The manager, and its pool with it, may be gone.
    at.pool = nullptr;
    return;
  }
  const auto& settings = of->program().env().settings;
  if (at.begun != std::int64_t{at.pool->live()})
    broke("slots are not the live connections",
          fmt::format("{} entries of the pool are live, and {} visits have begun and are not over",
                      at.pool->live(), at.begun));
  if (at.steps_to_look-- == 0) {
    look(at, settings);
    at.steps_to_look = at.pool->size() <= small_pool ? 0 : at.pool->size();
  } else {
    look_at_counts(at, settings);
  }
}

void pool_oracle::look_at_counts(view& at, const actors::settings_shelf& settings) {
  const auto& pool = *at.pool;
  const auto outbound = pool.live(direction::outbound);
  if (at.dials->in_use() != outbound)
    broke("slots in use are not the outbound connections",
          fmt::format("{} slots are in use, and {} outbound connections are live",
                      at.dials->in_use(), outbound));
  const auto newest = settings.newest().values;
  std::uint32_t slots = newest->dials().slots;
  auto inbound = newest->inbound();
  if (outbound > slots || pool.live(direction::inbound) > inbound.slots)
    for (const auto& one : settings.all()) { // Somebody may not have heard of the newest.
      slots = std::max(slots, one->dials().slots);
      inbound.slots = std::max(inbound.slots, one->inbound().slots);
    }
  if (outbound > std::max(slots, at.outbound))
    broke("more outbound connections than slots",
          fmt::format("{} outbound connections are live, and there are {} slots", outbound, slots));
  at.outbound = outbound;
  const auto accepted = pool.live(direction::inbound);
  if (accepted > std::max(inbound.slots, std::exchange(at.inbound, accepted)))
    broke("more inbound connections than slots",
          fmt::format("{} inbound connections are live, and there are {} slots", accepted,
                      inbound.slots));
  const auto over = pool.live(direction::inbound_over_capacity);
  if (over > std::max(inbound.over_capacity, std::exchange(at.over_capacity, over)))
    broke("more connections over capacity than allowed",
          fmt::format("{} connections over capacity are live, {} are allowed", over,
                      inbound.over_capacity));
}

void pool_oracle::look_at_entries(view& at) {
  flat_set<net::endpoint> identities;
  flat_set<net::owner> live;
  for (const auto& [key, entry] : at.pool->entries()) {
    if (!actors::is_live(entry.phase))
      continue;
    if (!live.insert(entry.connection))
      broke("two slots for one connection",
            fmt::format("{} has the connection of another entry", net::to_string(key)), {key});
    if (at.ended.contains(entry.connection))
      broke("a visit that ended goes on",
            fmt::format("the visit to {} was over", net::to_string(key)), {key});
    if (entry.phase == pool_phase::rejected)
      continue;
    if (entry.direction == direction::outbound && entry.phase != pool_phase::imminent &&
        !at.dialled.contains(key))
      broke("an outbound connection that nobody dialled",
            fmt::format("{} is connected, and was not dialled", net::to_string(key)), {key});
    if (entry.identity && !identities.insert(*entry.identity))
      broke("two connections to one peer",
            fmt::format("two connections to {}", net::to_string(*entry.identity)),
            {*entry.identity, key});
  }
  for (const auto& was : at.live)
    if (!live.contains(was))
      at.ended.insert(was);
  at.live = std::move(live);
}

void pool_oracle::look(view& at, const actors::settings_shelf& settings) {
  look_at_counts(at, settings);
  look_at_entries(at);
}

} // namespace seedwalk::sim
