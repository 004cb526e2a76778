#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/scenario/crawl_trace.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/trace/trace_diff.hpp"
#include "sim/trace/trace_file.hpp"

namespace seedwalk::sim {
namespace {

struct traced_crawl {
  crawl_verdict verdict;
  trace made;
};

crawl_scenario troubled(std::uint64_t seed) {
  auto s = plain_crawl(seed, 20);
  s.nodes.shares = {{node_kind::honest, 3}, {node_kind::silent, 1}, {node_kind::refused, 1}};
  s.crawlers = 2;
  draw_misfortunes(s, 2, 2);
  return s;
}

traced_crawl run_traced(const crawl_scenario& s, trace_bounds bounds = {}) {
  crawl_world world{s};
  crawl_trace tracing{world, "the command", bounds};
  traced_crawl result;
  result.verdict = run_crawl(world);
  tracing.finish(result.verdict);
  std::ostringstream out;
  tracing.write(out);
  auto parsed = parse_trace(out.str());
  EXPECT_TRUE(parsed) << parsed.error();
  result.made = std::move(*parsed);
  return result;
}

TEST(crawl_trace, changes_nothing_of_the_run) {
  for (std::uint64_t seed = 1; seed != 6; ++seed) {
    const auto plain = run_crawl(troubled(seed));
    const auto traced = run_traced(troubled(seed)).verdict;
    EXPECT_EQ(plain.hash, traced.hash);
    EXPECT_EQ(plain.steps, traced.steps);
  }
}

TEST(crawl_trace, is_the_same_for_the_same_run_and_another_for_another_seed) {
  const auto one = run_traced(troubled(7)).made;
  EXPECT_FALSE(first_difference(one, run_traced(troubled(7)).made));
  EXPECT_TRUE(first_difference(one, run_traced(troubled(8)).made));
}

/// Counts the steps of a world by actor, in a way of its own.
struct step_counts final : world_listener {
  void before_step(const step_view& step) override { ++counts[std::string{step.actor}]; }
  std::map<std::string, std::uint64_t> counts;
};

TEST(crawl_trace, has_every_step_of_every_actor_in_order) {
  const auto s = troubled(3);
  step_counts counted;
  {
    crawl_world world{s};
    world.inner().listen(counted);
    run_crawl(world);
  }
  const auto [verdict, made] = run_traced(s);
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t steps = 0;
  net::steady_time before{0};
  for (const auto& e : made.entries) {
    EXPECT_GE(e.at, before);
    before = e.at;
    if (e.kind != trace_kind::step)
      continue;
    EXPECT_EQ(e.step, ++steps);
    EXPECT_EQ(made.lanes[e.lane].kind, trace_lane_kind::actor);
    ++counts[made.lane_of(e)];
  }
  EXPECT_EQ(steps, verdict.steps);
  EXPECT_EQ(counts, counted.counts);
  EXPECT_EQ(made.end.hash, verdict.hash);
}

/// The peer that an actor's name or a node's lane is about.
std::string peer_of(const trace_lane& lane) {
  if (lane.kind == trace_lane_kind::node)
    return lane.name;
  const auto begin = lane.name.rfind('/');
  return lane.name.substr(begin + 1, lane.name.find('#') - begin - 1);
}

TEST(crawl_trace, what_a_node_hears_was_said_by_the_actor_that_speaks_with_it) {
  auto s = plain_crawl(5, 20);
  const auto made = run_traced(s).made;
  std::set<std::string> heard;
  for (const auto& e : made.entries) {
    const bool hears = e.kind == trace_kind::node && made.texts[e.text] == "hears";
    const bool told = e.kind == trace_kind::step && made.texts[e.text] == "net::received";
    if (!hears && !told)
      continue;
    const auto* cause = made.find(e.cause);
    ASSERT_NE(cause, nullptr) << text_of(made, e);
    EXPECT_EQ(peer_of(made.lanes[cause->lane]), peer_of(made.lanes[e.lane])) << text_of(made, e);
    EXPECT_EQ(made.lanes[cause->lane].kind == trace_lane_kind::node, told) << text_of(made, e);
    EXPECT_LT(cause->at, e.at);
    if (hears)
      heard.insert(made.lane_of(e));
  }
  EXPECT_EQ(heard.size(), 20u) << "all nodes are visited";
}

TEST(crawl_trace, a_timer_was_started_by_the_actor_that_hears_of_it) {
  auto s = plain_crawl(5, 20);
  s.nodes.shares = {{node_kind::silent, 1}};
  const auto made = run_traced(s).made;
  std::size_t timers = 0;
  for (const auto& e : made.entries) {
    if (made.texts[e.text] != "net::timer_fired")
      continue;
    const auto* cause = made.find(e.cause);
    ASSERT_NE(cause, nullptr) << text_of(made, e);
    EXPECT_EQ(cause->lane, e.lane) << text_of(made, e);
    timers += cause->at < e.at ? 1 : 0;
  }
  EXPECT_GT(timers, 10u);
}

TEST(crawl_trace, forgets_the_oldest_and_says_so) {
  const auto s = plain_crawl(5, 200);
  const auto whole = run_traced(s).made;
  const auto bounded = run_traced(s, {.entries = 1'000, .frame = 100}).made;
  ASSERT_GT(whole.entries.size(), 2'000u);
  EXPECT_EQ(whole.dropped, 0u);
  EXPECT_LE(bounded.entries.size(), 1'000u);
  EXPECT_GE(bounded.entries.size(), 900u);
  EXPECT_EQ(bounded.dropped + bounded.entries.size(), whole.entries.size());
  EXPECT_FALSE(first_difference(whole, bounded));
}

TEST(crawl_trace, what_is_broken_stands_where_it_broke) {
  auto s = plain_crawl(5, 20);
  s.limit = std::chrono::milliseconds{100}; // It cannot be over by then.
  const auto [verdict, made] = run_traced(s);
  ASSERT_FALSE(verdict.violations.empty());
  ASSERT_FALSE(made.entries.empty());
  const auto& last = made.entries.back();
  EXPECT_EQ(last.kind, trace_kind::broken);
  EXPECT_EQ(made.texts[last.text], verdict.violations.back().text);
  ASSERT_EQ(made.end.violations.size(), 1u);
  EXPECT_EQ(made.end.violations[0].oracle, "end");
  EXPECT_EQ(made.end.violations[0].place, "the crawl has not ended");
}

TEST(crawl_trace, a_violation_within_the_run_is_attached_to_its_step_once) {
  auto s = plain_crawl(5, 20);
  crawl_world world{s};
  crawl_trace tracing{world, "again"};
  ASSERT_TRUE(world.start());
  while (world.inner().steps() < 100)
    ASSERT_TRUE(world.advance());
  world.crawler().inside().note_failure(world.crawler().self(), "a made-up failure");
  world.run();
  const auto verdict = world.judge();
  ASSERT_EQ(verdict.violations.size(), 1u);
  tracing.finish(verdict);
  std::ostringstream out;
  tracing.write(out);
  const auto made = *parse_trace(out.str());
  std::vector<trace_entry> broken;
  std::copy_if(made.entries.begin(), made.entries.end(), std::back_inserter(broken),
               [](const auto& e) { return e.kind == trace_kind::broken; });
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_EQ(broken[0].step, 100u);
  EXPECT_EQ(made.texts[broken[0].text], verdict.violations[0].text);
  const auto* cause = made.find(broken[0].cause);
  ASSERT_NE(cause, nullptr);
  EXPECT_EQ(cause->step, 100u);
}

TEST(crawl_trace, faults_are_bands) {
  const auto s = troubled(9);
  const auto made = run_traced(s).made;
  ASSERT_EQ(made.header.bands.size(), 2u);
  EXPECT_EQ(made.header.bands[1].since, s.faults[1].since);
  EXPECT_EQ(made.header.bands[1].until, s.faults[1].until);
}

TEST(name_messages, names_what_begins_in_the_bytes) {
  const net::magic_bytes magic{0xfa, 0xbf, 0xb5, 0xda};
  const auto message = [&](const std::string& command, std::uint8_t payload) {
    std::string bytes(magic.begin(), magic.end());
    bytes += command + std::string(12 - command.size(), '\0');
    bytes += static_cast<char>(payload) + std::string(7 + payload, '\0');
    return bytes;
  };
  const auto named = [&](const std::string& bytes) {
    std::string result;
    name_messages(magic, net::as_bytes(bytes), result);
    return result;
  };
  EXPECT_EQ(named(message("version", 100) + message("verack", 0)), "version, verack");
  EXPECT_EQ(named("the rest" + message("ping", 8).substr(0, 30)), "ping");
  EXPECT_EQ(named(message("ping", 8).substr(0, 23)), "");
  EXPECT_EQ(named(std::string(1000, '\xfa')), "");
  std::string many;
  for (int i = 0; i != 9; ++i)
    many += message("inv", 1);
  EXPECT_EQ(named(many), "inv, inv, inv, inv, inv, inv, inv, inv, ...");
}

} // namespace
} // namespace seedwalk::sim
