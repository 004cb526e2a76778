#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "net/base/random.hpp"
#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim::test {

/// A crawl of eight hours in which the wall clock is set, wrongly and back, at drawn moments: by a
/// minute, an hour, a day, to 2099 or to 1970.
struct clock_trial {
  static constexpr std::chrono::hours duration{8};
  static constexpr std::chrono::minutes interval{60};
  /// As drawn: a tenth more.
  static constexpr std::chrono::minutes longest_interval{66};
  /// What a visit takes at most, its dial included, and who stands before it.
  static constexpr std::chrono::minutes slack{3};

  crawl_scenario scenario;
  std::vector<std::string> problems;
  std::uint64_t visits = 0;
  std::chrono::nanoseconds longest_gap{0};
};

inline std::vector<clock_step> drawn_clock_steps(std::uint64_t seed) {
  using std::chrono::seconds;
  constexpr seconds to_2099{2'303'683'200}; // From 2026.
  constexpr seconds to_1970{1'767'139'200};
  constexpr seconds sizes[] = {seconds{60}, seconds{3'600}, seconds{86'400}, to_2099};
  net::random_stream draw(seed, "clock steps");
  std::vector<clock_step> steps;
  net::steady_time at{0};
  const auto pairs = 1 + draw.below(2);
  for (std::uint64_t pair = 0; pair != pairs; ++pair) {
    auto size = sizes[draw.below(4)];
    const bool behind = draw.below(2) == 0;
    if (behind && size == to_2099)
      size = to_1970;
    // A third of them while everybody is being found.
    at += draw.below(3) == 0 ? seconds{static_cast<std::int64_t>(draw.below(30))}
                             : seconds{static_cast<std::int64_t>(draw.below(9'000))};
    steps.push_back({at, behind ? -size : size});
    at += seconds{static_cast<std::int64_t>(1 + draw.below(draw.below(2) == 0 ? 20 : 4'000))};
    steps.push_back({at, behind ? size : -size});
  }
  return steps;
}

/// Whether the clock stands, or stood a moment before or stands a moment later, in 1970.
inline bool in_1970(const std::vector<clock_step>& steps, net::steady_time at) {
  const auto years = std::chrono::hours{24 * 365 * 10};
  for (std::size_t i = 0; i + 1 < steps.size(); i += 2)
    if (steps[i].by < -years && at >= steps[i].at - std::chrono::minutes{2} &&
        at <= steps[i + 1].at)
      return true;
  return false;
}

inline crawl_scenario clock_scenario(std::uint64_t seed, std::uint32_t nodes) {
  auto s = plain_crawl(seed, nodes);
  s.nodes.shares = {{node_kind::honest, 6}};
  for (std::size_t i = 1; i != node_kind_count; ++i)
    s.nodes.shares.emplace_back(static_cast<node_kind>(i), 1);
  s.wall_steps = drawn_clock_steps(seed);
  auto& c = s.crawler.config;
  c.run.once = false;
  c.run.limit = clock_trial::duration;
  // Who fails is tried as often as who works, so that one bound holds for everybody.
  c.schedule.live_interval = clock_trial::interval;
  c.schedule.backoff.fill(clock_trial::interval);
  c.schedule.first_tries_interval = clock_trial::interval;
  c.schedule.first_tries = 1'000;
  c.peers.ban_time = std::chrono::seconds{0};
  return s;
}

/// Runs it, and holds it to what a clock must not be able to change: everybody is visited again
/// within an interval of when it is due, and nothing is forgotten or dropped.
inline clock_trial run_clock_trial(std::uint64_t seed, std::uint32_t nodes = 16) {
  clock_trial t;
  t.scenario = clock_scenario(seed, nodes);
  crawl_world world{t.scenario};
  const auto fail = [&](std::string text) {
    t.problems.push_back(fmt::format("seed {}: {}", seed, text));
  };
  std::map<net::endpoint, std::vector<net::steady_time>> seen;
  world.hosts().watch([&](const net::endpoint& node) {
    seen[node].push_back(world.now());
    ++t.visits;
  });
  if (!world.start()) {
    fail("the crawl does not start");
    return t;
  }
  world.run();
  const auto end = world.now();
  for (const auto& [node, moments] : seen) {
    auto last = moments.front();
    for (std::size_t i = 1; i <= moments.size(); ++i) {
      const auto next = i == moments.size() ? end : moments[i];
      t.longest_gap = std::max(t.longest_gap, next - last);
      if (next - last > 2 * clock_trial::longest_interval + clock_trial::slack)
        fail(fmt::format("{} was not visited from {} s to {} s", net::to_string(node),
                         last.count() / 1'000'000'000, next.count() / 1'000'000'000));
      last = next;
    }
    // One more for each time that the clock was set: all are due then, or have a new first day.
    const auto most = 8 * clock_trial::duration / clock_trial::interval + 16;
    if (moments.size() > static_cast<std::size_t>(most))
      fail(fmt::format("{} was visited {} times", net::to_string(node), moments.size()));
    // What a clock in 1970 filed under that year goes with the history of that year.
    const auto kept = std::count_if(moments.begin(), moments.end(),
                                    [&](auto at) { return !in_1970(t.scenario.wall_steps, at); });
    const auto visits = world.disk().database().answer(store::visits_query{node, 1'000});
    if (!visits || static_cast<std::ptrdiff_t>(
                       std::get<store::visits_answer>(*visits).visits.size()) < kept - 2)
      fail(fmt::format("visits to {} are gone", net::to_string(node)));
  }
  const auto verdict = world.judge();
  for (const auto& v : verdict.violations)
    fail(v.text);
  if (verdict.known != nodes)
    fail(fmt::format("{} endpoints are known, of {}", verdict.known, nodes));
  if (verdict.good_agreed != verdict.good_true)
    fail(fmt::format("{} are found good, of {}", verdict.good_agreed, verdict.good_true));
  if (const auto check = world.disk().database().check(); !check || check->problem_count > 0)
    fail("the database does not agree with itself");
  return t;
}

} // namespace seedwalk::sim::test
