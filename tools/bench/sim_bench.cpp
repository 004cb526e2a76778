#include "tools/bench/sim_bench.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <map>
#include <new>
#include <system_error>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/huge_pages.hpp"
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

/// What some runs cost together; of crawls, from drawing their networks to judging their results.
struct crawl_cost {
  double cpu_s = 0;
  std::uint64_t runs = 0;
  std::uint64_t nodes = 0; ///< Each of them is visited once.
  std::uint64_t steps = 0;
  double virtual_s = 0; ///< Of the last.
  long most_resident_kib = 0;
  std::array<char, 256> problem{}; ///< What went wrong, cut; empty: nothing did.

  double steps_a_second() const { return static_cast<double>(steps) / cpu_s; }
  double us_a_visit() const { return cpu_s * 1e6 / static_cast<double>(nodes); }
  double runs_a_second() const { return static_cast<double>(runs) / cpu_s; }
};

/// Of fifty pairs of actors that do nothing but answer.
crawl_cost ping_pong() {
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
  crawl_cost result;
  result.steps = world.steps();
  result.cpu_s = time.elapsed().cpu_s;
  return result;
}

/// Crawls of seeds from 1 on, until `nodes_least` nodes are crawled: one of some hundred nodes
/// takes milliseconds.
crawl_cost cost_of(const std::function<sim::crawl_scenario(std::uint64_t seed)>& scenario_of,
                   std::uint64_t nodes_least) {
  crawl_cost result;
  const stopwatch time;
  for (std::uint64_t seed = 1; result.nodes < nodes_least; ++seed) {
    const auto scenario = scenario_of(seed);
    const auto verdict = sim::run_crawl(scenario);
    if (!verdict.violations.empty()) {
      const auto text = fmt::format("seed {}: {}", seed, verdict.violations.front().text);
      text.copy(result.problem.data(), result.problem.size() - 1);
      return result;
    }
    ++result.runs;
    result.nodes += scenario.nodes.nodes;
    result.steps += verdict.steps;
    result.virtual_s = std::chrono::duration<double>(verdict.virtual_time).count();
  }
  result.cpu_s = time.elapsed().cpu_s;
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  result.most_resident_kib = used.ru_maxrss;
  return result;
}

/// What is measured in a process of its own, as `seedwalk sim` would run it: in a heap that a
/// larger world has left a crawl costs a fifth more.
crawl_cost cost_apart(const std::function<crawl_cost()>& work) {
  void* const shared =
      mmap(nullptr, sizeof(crawl_cost), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    throw std::system_error(errno, std::generic_category(), "no memory for what is measured");
  auto* const cost = new (shared) crawl_cost;
  const auto child = fork();
  if (child == 0) {
    *cost = work();
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0)
    throw std::system_error(errno, std::generic_category(), "no process for a measurement");
  auto result = *cost;
  munmap(shared, sizeof(crawl_cost));
  if (status != 0)
    fmt::format("the measuring process ended with status {}", status)
        .copy(result.problem.data(), result.problem.size() - 1);
  return result;
}

/// Whether oracles watch.
enum class watched : std::uint8_t { no, yes };

sim::crawl_scenario plain(std::uint64_t seed, std::uint64_t nodes, watched by_oracles) {
  auto made = sim::plain_crawl(seed, static_cast<std::uint32_t>(nodes));
  made.oracles.all = by_oracles == watched::yes;
  return made;
}

/// Eight nodes and two faults, on a disk of which one write fails and one is slow. The machine may
/// lose its power.
sim::crawl_scenario tiny(std::uint64_t seed, bool crashes) {
  using std::chrono::milliseconds;
  auto made = plain(seed, nodes_of_a_tiny_run, watched::yes);
  made.drawn_faults = 2;
  made.drive.faults = {
      {sim::disk_call::append, 12, 1, sim::disk_fault::effect::io_error, {}},
      {sim::disk_call::sync, 8, 1, sim::disk_fault::effect::slow, milliseconds{100}}};
  if (crashes)
    made.operations.push_back({milliseconds{20}, 0, sim::operation::crash{}});
  return made;
}

/// Figures of several rounds, of each the median.
class medians {
public:
  void add(const std::string& name, double value) { values_[name].push_back(value); }
  double of(const std::string& name) const { return median(values_.at(name)); }

private:
  std::map<std::string, std::vector<double>> values_;
};

constexpr std::uint64_t sizes[] = {8, 100, 1'000, 20'000};

std::string name_of_size(std::uint64_t nodes) {
  return fmt::format("crawl of {} nodes, from drawing it to its verdict", nodes);
}

/// One round of all. The error is that of the first run that breaks a promise.
std::string measure(medians& into, std::uint64_t nodes) {
  into.add("rallies", cost_apart(ping_pong).steps_a_second());
  const auto take = [&](const std::string& name, auto&& scenario_of, std::uint64_t nodes_least,
                        double (crawl_cost::*figure)() const) -> std::string {
    const auto cost = cost_apart([&] { return cost_of(scenario_of, nodes_least); });
    if (cost.problem.front() != 0)
      return fmt::format("{}: {}", name, cost.problem.data());
    into.add(name, (cost.*figure)());
    into.add(name + " virtual", cost.virtual_s);
    into.add(name + " resident", static_cast<double>(cost.most_resident_kib) / 1'024);
    return {};
  };
  std::string problem;
  for (const auto size : sizes)
    if (problem.empty())
      problem = take(
          name_of_size(size), [&](auto seed) { return plain(seed, size, watched::no); },
          std::max<std::uint64_t>(size, 5'000), &crawl_cost::steps_a_second);
  for (const auto by_oracles : {watched::no, watched::yes})
    if (problem.empty())
      problem = take(
          by_oracles == watched::no ? "visit" : "watched visit",
          [&](auto seed) { return plain(seed, nodes, by_oracles); },
          std::max<std::uint64_t>(nodes, 8'000), &crawl_cost::us_a_visit);
  for (const bool crashes : {false, true})
    if (problem.empty())
      problem = take(
          crashes ? "runs that crash" : "runs", [&](auto seed) { return tiny(seed, crashes); },
          300 * nodes_of_a_tiny_run, &crawl_cost::runs_a_second);
  return problem;
}

} // namespace

figures run_sim_bench(const bench_options& options) {
  sim::use_huge_pages();
  medians all;
  for (std::uint32_t round = 0; round != options.rounds; ++round)
    if (auto problem = measure(all, options.size); !problem.empty())
      return tl::unexpected(std::move(problem));
  const std::string against = "CAF ping-pong under the same coordinator";
  std::vector<figure> out;
  for (const auto size : sizes) {
    constexpr double steps_goal = 400'000;
    figure made{name_of_size(size), all.of(name_of_size(size)), "steps/s of CPU",
                better::more,       all.of("rallies"),          against};
    if (size >= 1'000)
      made.target = goal{steps_goal};
    out.push_back(std::move(made));
  }
  const auto add = [&](std::string name, const std::string& of, std::string unit, better direction,
                       double aim) {
    out.push_back({std::move(name), all.of(of), std::move(unit), direction, {}, {}, goal{aim}});
  };
  add(fmt::format("crawl of {} nodes, no oracles", options.size), "visit", "us of CPU a visit",
      better::less, 40);
  add(fmt::format("crawl of {} nodes, all oracles", options.size), "watched visit",
      "us of CPU a visit", better::less, 60);
  out.push_back({"the same, in virtual time", all.of("watched visit virtual"), "s", better::less});
  add(fmt::format("runs of {} nodes, faults, all oracles", nodes_of_a_tiny_run), "runs",
      "runs/s of CPU", better::more, 1'000);
  add("the same, with a crash", "runs that crash", "runs/s of CPU", better::more, 400);
  const auto largest = *std::ranges::max_element(sizes);
  out.push_back({fmt::format("most resident memory, {} nodes", largest),
                 all.of(name_of_size(largest) + " resident"), "MiB", better::less});
  return out;
}

} // namespace seedwalk::bench
