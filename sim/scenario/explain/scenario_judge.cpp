#include "sim/scenario/explain/scenario_judge.hpp"

#include <algorithm>
#include <utility>

namespace seedwalk::sim {

namespace {

/// So many scenarios are in memory at once for each that can run.
constexpr std::size_t batch_times = 16;

} // namespace

crawl_scenario with_future(const crawl_scenario& s, const future& f) {
  auto result = s;
  std::erase_if(result.redraws, [&](const auto& one) { return one.from_step > f.from_step; });
  result.redraws.push_back({f.from_step, f.seed});
  return result;
}

future_judge judge_of(const crawl_scenario& s, const broken_promise& wanted, trial_runner& runner,
                      std::function<bool()> stop, std::function<void(std::size_t)> runs_made) {
  return [&s, &wanted, &runner, stop = std::move(stop),
          runs_made = std::move(runs_made)](std::span<const future> futures) {
    std::vector<bool> fails;
    while (fails.size() != futures.size()) {
      const auto some = futures.subspan(
          fails.size(), std::min(futures.size() - fails.size(), batch_times * runner.width()));
      std::vector<crawl_scenario> worlds;
      for (const auto& one : some)
        worlds.push_back(with_future(s, one));
      const auto trials = runner.run(worlds);
      // Runs that were broken off say nothing.
      if (stop && stop())
        break;
      for (const auto& trial : trials)
        fails.push_back(trial.find(wanted) != nullptr);
      if (runs_made)
        runs_made(trials.size());
    }
    return fails;
  };
}

} // namespace seedwalk::sim
