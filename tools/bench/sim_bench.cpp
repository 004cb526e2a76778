#include "tools/bench/sim_bench.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include "actors/runtime/process.hpp"
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
  sim::world world({});
  sim::process inside(world);
  for (int n = 0; n != pairs; ++n) {
    const auto one = inside.system().spawn(player);
    const auto other = inside.system().spawn(player);
    caf::anon_send(one, other, rallies);
  }
  const stopwatch time;
  while (world.step()) {
  }
  return static_cast<double>(world.steps()) / time.elapsed().cpu_s;
}

/// Steps a CPU second.
struct crawl_rates {
  double running = 0; ///< From the first step to the last.
  double whole = 0;   ///< Drawing the network and judging the result included.
  double virtual_s = 0;
};

/// One crawl of some hundred nodes takes milliseconds: several are measured together.
tl::expected<crawl_rates, std::string> crawl(std::uint32_t nodes) {
  constexpr std::uint64_t steps_least = 100'000;
  crawl_rates result;
  std::uint64_t steps = 0;
  double running_s = 0;
  const stopwatch whole;
  for (std::uint64_t seed = 1; steps < steps_least; ++seed) {
    sim::crawl_world world{sim::plain_crawl(seed, nodes)};
    if (const auto started = world.start(); !started)
      return tl::unexpected(started.error().message);
    const stopwatch running;
    world.run();
    running_s += running.elapsed().cpu_s;
    const auto verdict = world.judge();
    if (!verdict.violations.empty())
      return tl::unexpected(fmt::format("seed {}: {}", seed, verdict.violations.front().text));
    steps += verdict.steps;
    result.virtual_s = std::chrono::duration<double>(verdict.virtual_time).count();
  }
  result.running = static_cast<double>(steps) / running_s;
  result.whole = static_cast<double>(steps) / whole.elapsed().cpu_s;
  return result;
}

/// Runs a CPU second, each of another seed.
tl::expected<double, std::string> tiny_runs() {
  constexpr std::uint64_t runs = 300;
  const stopwatch time;
  for (std::uint64_t seed = 1; seed <= runs; ++seed) {
    const auto verdict = sim::run_crawl(sim::plain_crawl(seed, nodes_of_a_tiny_run));
    if (!verdict.violations.empty())
      return tl::unexpected(fmt::format("seed {}: {}", seed, verdict.violations.front().text));
  }
  return static_cast<double>(runs) / time.elapsed().cpu_s;
}

} // namespace

figures run_sim_bench(const bench_options& options) {
  constexpr double steps_goal = 400'000;
  constexpr double runs_goal = 500;
  std::vector<double> running;
  std::vector<double> whole;
  std::vector<double> rallies;
  std::vector<double> runs;
  double virtual_s = 0;
  for (std::uint32_t round = 0; round != options.rounds; ++round) {
    rallies.push_back(ping_pong());
    const auto large = crawl(static_cast<std::uint32_t>(options.size));
    if (!large)
      return tl::unexpected(large.error());
    const auto tiny = tiny_runs();
    if (!tiny)
      return tl::unexpected(tiny.error());
    running.push_back(large->running);
    whole.push_back(large->whole);
    virtual_s = large->virtual_s;
    runs.push_back(*tiny);
  }
  const std::string against = "CAF ping-pong under the same coordinator";
  return std::vector<figure>{
      {fmt::format("crawl of {} nodes", options.size), median(running), "steps/s of CPU",
       better::more, median(rallies), against, goal{steps_goal}},
      {"the same, from drawing it to its verdict", median(whole), "steps/s of CPU", better::more},
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
