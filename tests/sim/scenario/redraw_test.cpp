#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/redrawn_moments.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;

/// Everything that is drawn in a run, by purpose and name, and its chain after each step.
struct observed_run final : world_listener, draw_listener {
  using key = std::pair<std::string, std::uint64_t>;

  explicit observed_run(const crawl_scenario& s) : world{s} {
    world.inner().listen(*this);
    world.inner().events().draw().listen(this);
    run_crawl(world);
    world.inner().events().draw().listen(nullptr);
    world.inner().ignore(*this);
  }

  void on_step(const step_view&) override { chain.push_back(world.inner().hash()); }
  void on_event(std::uint64_t event, std::uint64_t) override { order.push_back(event); }
  void on_draw(std::string_view purpose, std::uint64_t name, std::uint64_t value) override {
    drawn.emplace(key{purpose, name}, std::pair{world.inner().steps(), value});
  }

  crawl_world world;
  std::vector<std::uint64_t> chain;
  std::vector<std::uint64_t> order;
  std::map<key, std::pair<std::uint64_t, std::uint64_t>> drawn; ///< When first, and the value.
};

crawl_scenario troubled() {
  auto s = plain_crawl(11, 16);
  s.nodes.shares = {{node_kind::honest, 4}, {node_kind::slow_drip, 1}};
  for (int i = 0; i != 3; ++i) {
    fault_rule rule;
    rule.name = fmt::format("slow {}", i);
    rule.since = 20ms + i * 40ms;
    rule.until = rule.since + 2s;
    rule.hit = 1;
    rule.of = 2;
    rule.action = fault::delay{latency::constant(300ms)};
    s.faults.push_back(rule);
  }
  s.operations.push_back({90ms, std::nullopt, operation::crash{{}, 1s}});
  return s;
}

crawl_scenario redrawn(crawl_scenario s, std::uint64_t step, std::uint64_t seed) {
  s.redraws.push_back({step, seed});
  return s;
}

TEST(redraw, a_run_is_the_same_up_to_its_step_and_another_behind_it) {
  const observed_run plain{troubled()};
  for (const std::uint64_t step : {0, 1, 40, 150}) {
    ASSERT_GT(plain.chain.size(), step + 50);
    const observed_run other{redrawn(troubled(), step, 5)};
    ASSERT_GT(other.chain.size(), step);
    EXPECT_TRUE(std::equal(plain.chain.begin(),
                           plain.chain.begin() + static_cast<std::ptrdiff_t>(step),
                           other.chain.begin()))
        << step;
    EXPECT_NE(plain.chain, other.chain) << step;
    EXPECT_EQ(other.chain, observed_run{redrawn(troubled(), step, 5)}.chain) << step;
    EXPECT_NE(other.chain, observed_run{redrawn(troubled(), step, 6)}.chain) << step;
  }
}

TEST(redraw, every_draw_behind_its_step_has_another_value_and_none_before_it) {
  constexpr std::uint64_t step = 40;
  const observed_run plain{troubled()};
  const observed_run other{redrawn(troubled(), step, 5)};
  std::set<std::string> differ;
  std::size_t before = 0;
  for (const auto& [key, made] : plain.drawn) {
    const auto found = other.drawn.find(key);
    if (found == other.drawn.end())
      continue;
    // In the turn of that step itself nothing is another one yet.
    const auto& redrew = found->second;
    if (made.first < step || redrew.first < step) {
      EXPECT_EQ(made, redrew) << key.first;
      ++before;
    } else if (made.first > step && redrew.first > step) {
      EXPECT_NE(made.second, redrew.second) << key.first;
      differ.insert(key.first);
    }
  }
  EXPECT_GT(before, 50u);
  for (const auto* purpose : {"step cost", "jitter", "cut", "link", "fault hit"})
    EXPECT_TRUE(differ.contains(purpose)) << purpose;
}

TEST(redraw, equal_names_draw_equal_values_from_whatever_step_it_is) {
  const observed_run early{redrawn(troubled(), 40, 5)};
  const observed_run late{redrawn(troubled(), 60, 5)};
  std::size_t equal = 0;
  for (const auto& [key, made] : early.drawn)
    if (const auto found = late.drawn.find(key);
        found != late.drawn.end() && made.first > 60 && found->second.first > 60) {
      EXPECT_EQ(made.second, found->second.second) << key.first;
      ++equal;
    }
  EXPECT_GT(equal, 200u);
}

TEST(redraw, fifo_and_its_choices_end_there) {
  auto s = plain_crawl(11, 16);
  s.network.streams.link = {};
  s.network.streams.jitter = {};
  s.schedule = strategy::fifo;
  s.order.keeps_departures = true;
  const observed_run plain{s};
  EXPECT_TRUE(plain.world.scenario().order.given.empty());
  observed_run other{redrawn(s, 40, 5)};
  const auto& made = other.world.inner().events().departures();
  ASSERT_FALSE(made.empty());
  EXPECT_GE(made.front().after, 40u);
}

/// How long each sync of a run's disk takes, by the key of its draws.
std::map<std::uint64_t, net::steady_time> syncs_of(crawl_scenario s) {
  s.drive.journal = true;
  std::map<std::uint64_t, net::steady_time> syncs;
  crawl_world world{s};
  world.disk().on_change([&](std::uint64_t, const disk::entry& call) {
    if (call.call == disk_call::sync && world.inner().steps() > 10)
      syncs.emplace(call.key, call.ends - call.begins);
  });
  run_crawl(world);
  return syncs;
}

TEST(redraw, what_the_calls_of_a_disk_take_is_drawn_anew) {
  const auto one = syncs_of(redrawn(plain_crawl(3, 12), 10, 5));
  const auto other = syncs_of(redrawn(plain_crawl(3, 12), 10, 6));
  std::size_t common = 0;
  for (const auto& [key, time] : one)
    if (const auto found = other.find(key); found != other.end()) {
      EXPECT_NE(time, found->second);
      ++common;
    }
  EXPECT_GT(common, 3u);
}

/// What a crash at the step of a redraw leaves on the disk.
std::string left_by_crash(std::uint64_t step, std::uint64_t seed) {
  auto s = redrawn(plain_crawl(3, 12), step, seed);
  loss_model loss;
  loss.unsynced = loss_model::bytes::tear;
  // Something waits for a sync most of the time.
  s.drive.sync_cost_min = 20ms;
  s.drive.sync_cost_max = 40ms;
  s.operations.push_back({0s, std::nullopt, operation::crash{loss, 1h}, step});
  crawl_world world{s};
  if (!world.start())
    return "it has not started";
  while (world.crawler().is_up() && world.advance()) {
  }
  std::string left;
  auto& drive = world.disk().on();
  for (const auto& name : drive.list(world.disk().path()))
    left += name + '=' + drive.find(world.disk().path() + '/' + name)->data + '\n';
  return left;
}

TEST(redraw, what_a_crash_loses_is_drawn_anew) {
  std::size_t differ = 0;
  for (std::uint64_t step = 40; step != 80; ++step) {
    EXPECT_EQ(left_by_crash(step, 5), left_by_crash(step, 5));
    differ += left_by_crash(step, 5) != left_by_crash(step, 6) ? 1 : 0;
  }
  EXPECT_GT(differ, 0u);
}

TEST(redraw, what_a_scenario_changes_to_later_is_another_one_then) {
  auto s = plain_crawl(3, 12);
  s.then = crawl_scenario::another_order{60, strategy::uniform, 9, 3};
  s.reseeds = {{70, 8}};
  const observed_run plain{redrawn(s, 40, 5)};
  const observed_run other{redrawn(s, 40, 6)};
  std::size_t common = 0;
  for (const auto& [key, made] : plain.drawn)
    if (const auto found = other.drawn.find(key);
        found != other.drawn.end() && made.first > 75 && found->second.first > 75) {
      EXPECT_NE(made.second, found->second.second) << key.first;
      ++common;
    }
  EXPECT_GT(common, 20u);
}

std::vector<fault_rule> some_faults() {
  std::vector<fault_rule> faults;
  for (int i = 0; i != 6; ++i) {
    fault_rule rule;
    rule.name = fmt::format("fault {}", i);
    rule.since = i * 1s;
    rule.until = i == 5 ? net::steady_time::max() : rule.since + 700ms;
    faults.push_back(rule);
  }
  return faults;
}

TEST(redrawn_moments, what_has_begun_stays_and_what_comes_lasts_as_long) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const draws draw{seed};
    const auto before = some_faults();
    auto after = before;
    redraw_moments(after, 2s, draw);
    std::set<net::steady_time> moved;
    for (std::size_t i = 0; i != before.size(); ++i) {
      if (before[i].since <= 2s) {
        RC_ASSERT(after[i] == before[i]);
        continue;
      }
      const auto wait = before[i].since - net::steady_time{2s};
      RC_ASSERT(after[i].since >= 2s && after[i].since <= 2s + 2 * wait);
      moved.insert(after[i].since - before[i].since);
      if (i == 5)
        RC_ASSERT(after[i].until == net::steady_time::max());
      else
        RC_ASSERT(after[i].until - after[i].since == 700ms);
    }
    RC_ASSERT(moved.size() == 3u);
    // Nobody is another one because others are not there.
    std::vector<fault_rule> alone = {before[4]};
    redraw_moments(alone, 2s, draw);
    RC_ASSERT(alone[0] == after[4]);
  }));
}

TEST(redraw, faults_come_at_other_moments_and_operations_at_theirs) {
  std::set<net::steady_time> faults;
  const auto crash = troubled().operations.front().at;
  for (std::uint64_t seed = 1; seed != 6; ++seed) {
    auto s = redrawn(troubled(), 20, seed);
    crawl_world world{s};
    const auto verdict = run_crawl(world);
    EXPECT_TRUE(verdict.broken.empty()) << verdict.broken.front();
    EXPECT_EQ(world.operations_left(), 0u);
    EXPECT_EQ(world.scenario().operations.front().at, crash);
    faults.insert(world.scenario().faults.back().since);
  }
  EXPECT_EQ(faults.size(), 5u);
}

} // namespace
} // namespace seedwalk::sim
