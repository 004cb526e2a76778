#include <algorithm>
#include <array>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/base/random.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

/// Nodes of every kind there is.
crawl_scenario of_all_kinds(std::uint64_t seed, std::uint32_t nodes) {
  auto s = plain_crawl(seed, nodes);
  s.nodes.shares = {{node_kind::honest, 4}};
  for (std::size_t i = 1; i != node_kind_count; ++i)
    s.nodes.shares.emplace_back(static_cast<node_kind>(i), 1);
  return s;
}

TEST(crawl_world, without_faults_what_is_found_good_is_what_is_good) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto verdict = run_crawl(of_all_kinds(seed, 40));
    ASSERT_THAT(verdict.violations, IsEmpty()) << "seed " << seed;
    ASSERT_TRUE(verdict.summary) << "seed " << seed;
    EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished) << "seed " << seed;
    EXPECT_EQ(verdict.precision(), 1.0) << "seed " << seed;
    EXPECT_EQ(verdict.recall(), 1.0) << "seed " << seed;
    EXPECT_EQ(verdict.known, 40u) << "seed " << seed;
    EXPECT_GT(verdict.good_true, 0u) << "seed " << seed;
    hashes.insert(verdict.hash);
  }
  EXPECT_EQ(hashes.size(), 100u);
}

TEST(crawl_world, a_node_that_nobody_can_reach_is_not_found_good) {
  // That recall can fall: what the models call good is cut off from us.
  auto s = plain_crawl(3, 20);
  s.crawler.config.peers.exclude = {store::subnet_of(topology{s.nodes}.nodes().back().at, 32)};
  const auto verdict = run_crawl(s);
  EXPECT_EQ(verdict.precision(), 1.0);
  EXPECT_LT(verdict.recall(), 1.0);
}

TEST(crawl_world, what_a_fault_changed_on_its_way_to_a_node_is_nobodys_violation) {
  auto s = plain_crawl(3, 8);
  s.nodes.first = net::ipv4_endpoint(0x0b010001, 18444);
  fault_rule rule;
  rule.name = "a bit flips";
  rule.to = endpoint_set::only(topology{s.nodes}.nodes()[5].at);
  rule.action = fault::corrupt{30, 1};
  s.faults = {rule};
  EXPECT_THAT(run_crawl(s).violations, IsEmpty());
}

/// Who found what where, of all that a run broke.
std::vector<std::pair<std::string, std::string>> bugs_of(const crawl_scenario& s) {
  std::vector<std::pair<std::string, std::string>> bugs;
  for (const auto& promise : run_crawl(s).broken)
    bugs.emplace_back(promise.oracle, promise.place);
  return bugs;
}

TEST(crawl_world, runs_that_meet_the_same_bug_say_so_whatever_their_seeds) {
  for (std::uint64_t seed = 1; seed != 5; ++seed) {
    auto s = plain_crawl(seed, static_cast<std::uint32_t>(8 + seed));
    s.limit = std::chrono::milliseconds{100};
    s.expect.known = 1'000;
    s.expect.end = actors::crawl_end::stopped;
    using bug = std::pair<std::string, std::string>;
    EXPECT_THAT(bugs_of(s),
                testing::ElementsAre(bug("end", "the crawl has not ended"),
                                     bug("expect.end", "none"), bug("expect.known", "less")));
    s.limit = std::chrono::hours{1};
    EXPECT_THAT(bugs_of(s),
                testing::ElementsAre(bug("expect.end", "finished"), bug("expect.known", "less")));
  }
}

TEST(crawl_world, an_actor_that_throws_is_a_place_without_numbers_and_addresses) {
  std::vector<broken_promise> found;
  for (const auto* text : {"ball 16 came from 127.1.0.3:18444", "ball 7 came from 10.0.0.1:1"}) {
    crawl_world world{plain_crawl(5, 8)};
    ASSERT_TRUE(world.start());
    world.crawler().inside().note_failure(world.crawler().self(), text);
    world.run();
    const auto verdict = world.judge();
    ASSERT_EQ(verdict.violations.size(), 1u);
    found.push_back(verdict.violations[0]);
  }
  EXPECT_EQ(found[0].oracle, "actor");
  EXPECT_EQ(found[0].place, "crawler: ball * came from *");
  EXPECT_EQ(found[0].actor, "crawler");
  EXPECT_TRUE(found[0].is_like(found[1]));
}

TEST(crawl_world, reloads_that_are_drawn_are_taken) {
  // A file that is read again need say neither where to start nor where the database is.
  std::uint64_t taken = 0;
  for (std::uint64_t seed = 1; seed != 20; ++seed) {
    auto s = plain_crawl(seed, 12);
    s.nodes.shares = {{node_kind::slow, 1}};
    s.drawn_reloads = 1;
    for (const std::uint32_t crawlers : {1u, 2u}) {
      s.crawlers = crawlers;
      crawl_world world{s};
      const auto& config = world.program().env().recipe.config;
      ASSERT_TRUE(world.start());
      world.run();
      const auto newest = world.program().env().settings.newest().values;
      taken += newest->config.keep_alive.ping_every != config.keep_alive.ping_every ? 1 : 0;
    }
  }
  EXPECT_GT(taken, 10u);
}

TEST(crawl_world, three_peers_that_take_ten_seconds_each_are_visited_in_ten_seconds) {
  auto s = plain_crawl(5, 4);
  s.nodes.seeds = 1;
  s.nodes.shares = {{node_kind::slow, 1}};
  s.nodes.pace = 2s; // Late with its version, verack, pong and answer; then the quiet time.
  const sim::topology topology{s.nodes};
  const auto& nodes = topology.nodes();
  for (std::size_t i = 1; i != nodes.size(); ++i)
    s.crawler.config.start.connect.push_back(nodes[i].at);
  s.crawler.config.start.fixed = true;
  const auto verdict = run_crawl(s);
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->counters.good, 3u);
  EXPECT_GE(verdict.virtual_time, 9s);
  EXPECT_LE(verdict.virtual_time, 12s);
}

/// Runs a crawl; where `moments` say so (in advances), captures and restores it at the first quiet
/// moment that follows. Returns how many times it did.
struct restored_run {
  crawl_verdict verdict;
  std::size_t times = 0;
};

restored_run run_restoring(const crawl_scenario& s, const std::set<std::uint64_t>& moments) {
  crawl_world world{s};
  EXPECT_TRUE(world.start());
  restored_run result;
  auto next = moments.begin();
  for (std::uint64_t advances = 0; !world.over(); ++advances) {
    if (next != moments.end() && *next <= advances && world.inner().idle()) {
      EXPECT_THAT(world.recreate(), IsEmpty());
      ++result.times;
      while (next != moments.end() && *next <= advances)
        ++next;
    }
    if (!world.advance())
      break;
  }
  result.verdict = world.judge();
  return result;
}

std::uint64_t advances_of(const crawl_scenario& s) {
  crawl_world world{s};
  EXPECT_TRUE(world.start());
  std::uint64_t advances = 0;
  while (!world.over() && world.advance())
    ++advances;
  return advances;
}

void expect_equal(const crawl_verdict& first, const crawl_verdict& second) {
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(first.steps, second.steps);
  EXPECT_THAT(first.violations, IsEmpty());
}

/// What a crawl has many ways to be in the middle of.
std::array<crawl_scenario, 3> crawls_to_restore() {
  auto plain = of_all_kinds(11, 30);
  auto holding = of_all_kinds(12, 24);
  holding.crawler.config.run.once = false;
  holding.crawler.config.run.limit = 20min;
  holding.crawler.config.run.hold = 4;
  holding.crawler.config.keep_alive.ping_every = 30s;
  auto narrow = of_all_kinds(13, 30);
  narrow.crawler.config.limits.max_outbound = 3;
  narrow.crawler.config.limits.max_connections = 3;
  narrow.deep = true;
  return {plain, holding, narrow};
}

TEST(crawl_world, capture_and_restore_at_drawn_moments_changes_no_chain) {
  for (const auto& scenario : crawls_to_restore()) {
    const auto undisturbed = run_restoring(scenario, {});
    const auto advances = advances_of(scenario);
    net::random_stream moments(scenario.seed, "moments");
    for (int i = 0; i != 50; ++i) {
      const auto moment = moments.below(advances * 9 / 10);
      const auto disturbed = run_restoring(scenario, {moment});
      EXPECT_EQ(disturbed.times, 1u);
      expect_equal(disturbed.verdict, undisturbed.verdict);
      if (testing::Test::HasFailure())
        FAIL() << "seed " << scenario.seed << ", after " << moment << " of " << advances;
    }
  }
}

TEST(crawl_world, restored_again_and_again_it_goes_the_same_way) {
  for (const auto& scenario : crawls_to_restore()) {
    const auto undisturbed = run_restoring(scenario, {});
    const auto advances = advances_of(scenario);
    std::set<std::uint64_t> all;
    for (std::uint64_t i = 0; i != 200; ++i)
      all.insert(i * advances / 200);
    const auto disturbed = run_restoring(scenario, all);
    EXPECT_GT(disturbed.times, 50u);
    expect_equal(disturbed.verdict, undisturbed.verdict);
  }
}

// Three were called otherwise than in the file, so that who read `expect.most_connections` looked
// for that key in vain.
TEST(crawl_world, a_broken_promise_is_called_by_its_key) {
  auto s = plain_crawl(1, 5);
  auto& e = s.expect;
  e.violations = {"that there is none of"};
  e.end = actors::crawl_end::failed;
  e.problem = "none";
  e.ends_within = net::steady_time{1};
  e.lasts = std::chrono::hours{24};
  e.precision_percent = e.recall_percent = 101;
  e.recall_at_most = 0;
  e.known = e.good = e.addresses = 1'000'000;
  e.most_connections = 0;
  e.visits_at_least = 1'000'000;
  e.resumed = true;
  e.outcomes = {{net::outcome::refused, 17}};
  e.probes = {net::probe::census_resumed};
  std::set<std::string> called;
  for (const auto& one : run_crawl(s).broken)
    called.insert(one.oracle);
  EXPECT_EQ(called.size(), 16u);
  const auto keys = scenario_key_names();
  for (const auto& name : called)
    EXPECT_NE(std::ranges::find(keys, name), keys.end()) << name;
}

} // namespace
} // namespace seedwalk::sim
