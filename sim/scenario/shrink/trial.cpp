#include "sim/scenario/shrink/trial.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/scenario/chaos/coverage.hpp"
#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

const broken_promise* trial::find(const broken_promise& wanted) const {
  const auto found =
      std::ranges::find_if(broken, [&](const auto& one) { return one.is_like(wanted); });
  return found == broken.end() ? nullptr : &*found;
}

namespace {

/// Says which step runs.
class step_teller final : public world_listener {
public:
  step_teller(world& of, volatile std::uint64_t* to) : world_(of), to_(to) {
    if (to_ != nullptr)
      world_.listen(*this);
  }
  ~step_teller() override { world_.ignore(*this); }
  step_teller(const step_teller&) = delete;
  step_teller& operator=(const step_teller&) = delete;

private:
  void before_step(const step_view& step) override { *to_ = step.number; }

  world& world_;
  volatile std::uint64_t* to_;
};

} // namespace

trial run_trial(const crawl_scenario& s, trial_detail wanted, volatile std::uint64_t* steps_begun) {
  auto whole = with_profile(s);
  const bool departs = s.schedule != strategy::fifo || s.then || !s.order.given.empty();
  const auto keeps_some =
      wanted == trial_detail::features && departs && !whole.order.keeps_departures;
  whole.order.keeps_departures = whole.order.keeps_departures || keeps_some;
  crawl_world world{whole};
  const step_teller teller{world.inner(), steps_begun};
  coverage* reached = nullptr;
  if (wanted == trial_detail::features) {
    auto listening = std::make_unique<coverage>();
    reached = listening.get();
    world.oracles().add(std::move(listening));
  }
  auto verdict = run_crawl(world);
  trial result;
  if (reached != nullptr)
    result.features = reached->features();
  result.broken = std::move(verdict.broken);
  result.steps = verdict.steps;
  result.virtual_time = verdict.virtual_time;
  if (whole.order.keeps_departures)
    result.departures = world.inner().events().departures();
  if (keeps_some)
    result.departures.resize(std::min(result.departures.size(), trial::departures_told));
  return result;
}

} // namespace seedwalk::sim
