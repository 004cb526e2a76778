#include "tools/bench/sim_bench.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include "sim/process.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "tools/bench/stopwatch.hpp"

namespace seedwalk::bench {

namespace {

constexpr std::uint32_t nodes_of_a_tiny_run = 8;

caf::behavior player(caf::event_based_actor* self) {
  return {[self](const caf::actor& back, int left) {
    if (left > 0)
      self->send(back, caf::actor_cast<caf::actor>(self), left - 1);
  }};
}

/// Steps a CPU second of fifty pairs of actors that do nothing but answer.
double ping_pong() {
  constexpr int pairs = 50;
  constexpr int rallies = 10'000;
  sim::world home({1, sim::strategy::uniform, false, {}});
  sim::process inside(home);
  for (int n = 0; n != pairs; ++n) {
    const auto one = inside.system().spawn(player);
    const auto other = inside.system().spawn(player);
    caf::anon_send(one, other, rallies);
  }
  const stopwatch time;
  while (home.step()) {
  }
  return static_cast<double>(home.steps()) / time.elapsed().cpu_s;
}

struct crawl_cost {
  double steps_a_second = 0;
  double virtual_s = 0;
};

tl::expected<crawl_cost, std::string> crawl(std::uint32_t nodes) {
  const stopwatch time;
  const auto verdict = sim::run_crawl(sim::plain_crawl(1, nodes));
  const auto cpu = time.elapsed().cpu_s;
  if (!verdict.violations.empty())
    return tl::unexpected(verdict.violations.front());
  return crawl_cost{static_cast<double>(verdict.steps) / cpu,
                    std::chrono::duration<double>(verdict.virtual_time).count()};
}

/// Runs a CPU second, each of another seed.
tl::expected<double, std::string> tiny_runs() {
  constexpr std::uint64_t runs = 300;
  const stopwatch time;
  for (std::uint64_t seed = 1; seed <= runs; ++seed) {
    const auto verdict = sim::run_crawl(sim::plain_crawl(seed, nodes_of_a_tiny_run));
    if (!verdict.violations.empty())
      return tl::unexpected(fmt::format("seed {}: {}", seed, verdict.violations.front()));
  }
  return static_cast<double>(runs) / time.elapsed().cpu_s;
}

} // namespace

figures run_sim_bench(const bench_options& how) {
  constexpr double steps_goal = 400'000;
  constexpr double runs_goal = 500;
  std::vector<double> steps;
  std::vector<double> rallies;
  std::vector<double> runs;
  double virtual_s = 0;
  for (std::uint32_t round = 0; round != how.rounds; ++round) {
    rallies.push_back(ping_pong());
    const auto large = crawl(static_cast<std::uint32_t>(how.size));
    if (!large)
      return tl::unexpected(large.error());
    const auto tiny = tiny_runs();
    if (!tiny)
      return tl::unexpected(tiny.error());
    steps.push_back(large->steps_a_second);
    virtual_s = large->virtual_s;
    runs.push_back(*tiny);
  }
  const std::string against = "CAF ping-pong under the same coordinator";
  return std::vector<figure>{
      {fmt::format("crawl of {} nodes", how.size), median(steps), "steps/s of CPU", better::more,
       median(rallies), against, goal{steps_goal}},
      {"the same, in virtual time", virtual_s, "s", better::less},
      {fmt::format("runs of {} nodes", nodes_of_a_tiny_run),
       median(runs),
       "runs/s of CPU",
       better::more,
       {},
       {},
       goal{runs_goal}},
  };
}

} // namespace seedwalk::bench
