#include "tools/bench/chaos_bench.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/runtime/huge_pages.hpp"
#include "sim/scenario/chaos/search.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/shrink/shrinker.hpp"
#include "sim/scenario/swarm.hpp"
#include "tools/bench/stopwatch.hpp"

namespace seedwalk::bench {

namespace {

constexpr std::uint64_t seed_of_record = 1;
constexpr std::uint64_t shrunk_scenarios = 6;
/// More none may take.
constexpr std::uint64_t executions_most = 1'000;

/// A CPU second.
struct search_rates {
  double runs = 0;
  double virtual_s = 0;
};

tl::expected<search_rates, std::string> search(std::uint64_t runs) {
  std::string broken;
  net::steady_time virtual_time{0};
  sim::chaos_search search({.seed = seed_of_record, .on_result = [&](const sim::chaos_result& one) {
                              virtual_time += one.result.virtual_time;
                              if (!one.result.broken.empty() && broken.empty())
                                broken =
                                    fmt::format("run {} of seed {}: {}", one.proposal.number,
                                                seed_of_record, one.result.broken.front().text);
                            }});
  const stopwatch time;
  while (search.heard() != runs) {
    const auto& next = search.propose();
    search.tell(next.number, sim::run_trial(next.scenario, sim::trial_detail::features));
  }
  const auto cpu_s = time.elapsed().cpu_s;
  if (!broken.empty())
    return tl::unexpected(broken);
  return search_rates{static_cast<double>(runs) / cpu_s,
                      std::chrono::duration<double>(virtual_time).count() / cpu_s};
}

/// Drawn scenarios a CPU second.
double draw_alone(std::uint64_t runs) {
  const stopwatch time;
  for (std::uint64_t seed = 1; seed <= runs; ++seed)
    sim::run_crawl(sim::draw_swarm(seed));
  return static_cast<double>(runs) / time.elapsed().cpu_s;
}

/// Makes trials in this process.
class trials_here final : public sim::trial_runner {
public:
  std::vector<sim::trial> run(std::span<const sim::crawl_scenario> scenarios) override {
    std::vector<sim::trial> all;
    for (const auto& one : scenarios)
      all.push_back(sim::run_trial(one));
    return all;
  }
};

/// What one shrinking takes.
struct shrinking {
  std::uint64_t executions = 0;
  double cpu_s = 0;
};

tl::expected<std::vector<shrinking>, std::string> shrink_some() {
  std::vector<shrinking> all;
  for (std::uint64_t seed = 1; all.size() != shrunk_scenarios; ++seed) {
    auto s = sim::draw_swarm(seed);
    s.expect.most_connections = 0;
    const auto first = sim::run_trial(s);
    const auto broken = std::ranges::find(first.broken, std::string{"expect.connections_max"},
                                          &sim::broken_promise::oracle);
    if (broken == first.broken.end())
      continue;
    trials_here trials;
    sim::shrink_options options;
    options.runs_max = executions_most;
    const stopwatch time;
    const auto result = sim::shrink(s, *broken, trials, options);
    if (!result || (result->is_whole && result->after.nodes != 1))
      return tl::unexpected(fmt::format("seed {} was not shrunk to a node", seed));
    all.push_back({result->runs, time.elapsed().cpu_s});
  }
  return all;
}

} // namespace

figures run_chaos_bench(const bench_options& options) {
  sim::use_huge_pages();
  std::vector<double> runs;
  std::vector<double> virtual_s;
  std::vector<double> drawn;
  for (std::uint32_t round = 0; round != options.rounds; ++round) {
    drawn.push_back(draw_alone(options.size));
    const auto rates = search(options.size);
    if (!rates)
      return tl::unexpected(rates.error());
    runs.push_back(rates->runs);
    virtual_s.push_back(rates->virtual_s);
  }
  const auto shrunk = shrink_some();
  if (!shrunk)
    return tl::unexpected(shrunk.error());
  std::vector<double> executions;
  std::vector<double> cpu_s;
  for (const auto& one : *shrunk) {
    executions.push_back(static_cast<double>(one.executions));
    cpu_s.push_back(one.cpu_s);
  }
  std::ranges::sort(executions);
  constexpr double executions_goal = 200;
  constexpr double executions_goal_of_most = executions_most;
  return std::vector<figure>{
      {"runs of a search", median(runs), "runs/s of CPU", better::more, median(drawn),
       "drawn scenarios, of which nothing is learnt"},
      {"the same, in virtual time", median(virtual_s), "s/s of CPU", better::more},
      {"executions to shrink, the median",
       median(executions),
       "runs",
       better::less,
       {},
       {},
       goal{executions_goal}},
      {"the same, nine of ten need no more",
       executions[executions.size() * 9 / 10],
       "runs",
       better::less,
       {},
       {},
       goal{executions_goal_of_most}},
      {"the same, the median", median(cpu_s), "s of CPU", better::less},
  };
}

} // namespace seedwalk::bench
