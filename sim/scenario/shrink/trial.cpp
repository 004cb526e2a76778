#include "sim/scenario/shrink/trial.hpp"

#include <algorithm>
#include <utility>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

const broken_promise* trial::find(const broken_promise& wanted) const {
  const auto found =
      std::ranges::find_if(broken, [&](const auto& one) { return one.is_like(wanted); });
  return found == broken.end() ? nullptr : &*found;
}

trial run_trial(const crawl_scenario& s) {
  crawl_world world{with_profile(s)};
  auto verdict = run_crawl(world);
  trial result;
  result.broken = std::move(verdict.broken);
  result.steps = verdict.steps;
  result.virtual_time = verdict.virtual_time;
  if (s.order.keeps_departures)
    result.departures = world.inner().events().departures();
  return result;
}

} // namespace seedwalk::sim
