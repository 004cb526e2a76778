#include <array>

#include <gtest/gtest.h>

#include "sim/scenario/crawl_world.hpp"
#include "tests/sim/scenario/run_until.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using test::run_until;

constexpr auto seed_host = "nodes.test";
constexpr std::uint16_t port = 18444;

/// A crawl of a few honest nodes that is given a name to start at, and nobody else.
crawl_scenario begins_at_name(std::uint64_t seed = 7) {
  auto s = plain_crawl(seed, 12);
  s.crawler.config.start.connect_names = {{seed_host, port}};
  return s;
}

void answer_from(crawl_world& world, std::vector<net::endpoint> addresses) {
  name_answer answer;
  answer.addresses = std::move(addresses);
  world.outside().set_name(seed_host, answer);
}

void resolver_is_down(crawl_world& world) {
  name_answer answer;
  answer.reason = net::error::resolver_failed;
  world.outside().set_name(seed_host, answer);
}

crawl_verdict verdict_of(crawl_world& world) {
  world.run();
  auto verdict = world.judge();
  EXPECT_TRUE(verdict.violations.empty()) << verdict.violations.front();
  EXPECT_TRUE(verdict.summary);
  return verdict;
}

void expect_all_found(const crawl_verdict& verdict) {
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished) << verdict.summary->problem;
  EXPECT_GT(verdict.good_true, 0u);
  EXPECT_EQ(verdict.good_found, verdict.good_true);
}

TEST(names, to_start_at_are_resolved_and_lead_to_everybody) {
  std::optional<std::uint64_t> hash;
  for (int i = 0; i != 2; ++i) {
    crawl_world world{begins_at_name()};
    answer_from(world, world.nodes().seeds());
    ASSERT_TRUE(world.start());
    const auto verdict = verdict_of(world);
    expect_all_found(verdict);
    EXPECT_LT(verdict.virtual_time, 5min);
    EXPECT_EQ(hash.value_or(verdict.hash), verdict.hash);
    hash = verdict.hash;
  }
}

TEST(names, that_resolve_to_nothing_hold_up_nobody) {
  auto s = begins_at_name();
  s.crawler.config.start.connect = seeds_of(begins_at_name().nodes);
  s.crawler.config.start.connect_names.push_back({"other.test", port});
  crawl_world without{s};
  resolver_is_down(without);
  ASSERT_TRUE(without.start());
  run_until(without, 2s);
  // The resolver is still asked, and they have been visited.
  EXPECT_FALSE(without.over());
  EXPECT_GT(without.judge().good_found, 0u);
  expect_all_found(verdict_of(without));
}

TEST(names, are_asked_for_again_until_the_resolver_answers) {
  for (const auto down : {1s, 20s}) {
    crawl_world world{begins_at_name()};
    resolver_is_down(world);
    ASSERT_TRUE(world.start());
    run_until(world, down);
    EXPECT_FALSE(world.over());
    answer_from(world, world.nodes().seeds());
    expect_all_found(verdict_of(world));
  }
}

TEST(names, are_waited_for_by_a_crawl_that_stays) {
  auto s = begins_at_name();
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 2h;
  crawl_world world{s};
  ASSERT_TRUE(world.start());
  run_until(world, 1h);
  EXPECT_FALSE(world.over());
  answer_from(world, world.nodes().seeds());
  world.run();
  const auto verdict = world.judge();
  EXPECT_EQ(verdict.good_found, verdict.good_true);
}

TEST(names, that_lead_nowhere_make_a_crawl_fail_that_has_nobody_else_and_are_named) {
  struct trouble {
    net::error reason;
    net::steady_time at_most;
  };
  for (const auto& [reason, at_most] :
       {trouble{net::error::name_not_found, 2s}, trouble{net::error::resolver_failed, 1min}}) {
    crawl_world world{begins_at_name()};
    name_answer answer;
    answer.reason = reason;
    world.outside().set_name(seed_host, answer);
    ASSERT_TRUE(world.start());
    const auto verdict = verdict_of(world);
    EXPECT_EQ(verdict.summary->end, actors::crawl_end::failed);
    EXPECT_EQ(verdict.summary->fault, actors::crawl_fault::nobody_reached);
    EXPECT_NE(verdict.summary->problem.find("nodes.test:18444"), std::string::npos);
    EXPECT_LT(verdict.virtual_time, at_most);
  }
}

TEST(names, that_lead_to_what_is_not_to_be_dialled_lead_nowhere) {
  auto s = begins_at_name();
  s.crawler.config.network.allow_unroutable = false;
  crawl_world world{s};
  answer_from(world, world.nodes().seeds());
  ASSERT_TRUE(world.start());
  const auto verdict = verdict_of(world);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::failed);
  EXPECT_NE(verdict.summary->problem.find("loopback"), std::string::npos);
  EXPECT_EQ(verdict.good_found, 0u);
}

TEST(names, of_a_fixed_crawl_are_dialled_and_nobody_else) {
  auto s = begins_at_name();
  s.crawler.config.start.fixed = true;
  crawl_world world{s};
  answer_from(world, {world.nodes().nodes()[0].at, world.nodes().nodes()[3].at});
  ASSERT_TRUE(world.start());
  const auto verdict = verdict_of(world);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished) << verdict.summary->problem;
  EXPECT_EQ(verdict.summary->counters.tried, 2u);
  EXPECT_EQ(verdict.good_found, 2u);
  EXPECT_EQ(verdict.known, 12u);
}

TEST(names, that_were_resolved_survive_a_reload) {
  auto s = begins_at_name();
  s.crawler.config.start.fixed = true;
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 3h;
  s.crawler.config.storage.path = "/db";
  s.crawler.pinned = {"network.name", "network.allow_unroutable",
                      "run.once",     "run.for",
                      "storage.path", "start.dns",
                      "start.fixed"};
  crawl_world world{s};
  answer_from(world, {world.nodes().nodes()[0].at});
  ASSERT_TRUE(world.start());
  run_until(world, 10min);
  // As an operator may spell it: in capitals, and without the chain's own port.
  world.reload("[start]\nconnect = [\"Nodes.TEST\"]\n[limits]\nmax_outbound = 5\n");
  run_until(world, 20min);
  const auto settings = world.program().env().settings.newest().values;
  EXPECT_EQ(settings->config.limits.max_outbound, 5u);
  EXPECT_TRUE(settings->asked_for(world.nodes().nodes()[0].at));
  EXPECT_FALSE(settings->asked_for(world.nodes().nodes()[1].at));
  world.run();
  EXPECT_EQ(world.judge().known, 12u);
  EXPECT_GE(world.judge().summary->counters.tried, 2u);
}

// What the crawler and the manager know of names and seeds is all in their states.
TEST(names, and_seeds_survive_capture_and_restoration_at_any_quiet_moment) {
  auto old = plain_crawl(7, 12);
  old.starts_at_dns = true;
  old.crawler.config.start.dns = true;
  old.crawler.config.start.dns_seeds = {"seed.test"};
  for (const auto& s : {begins_at_name(), old}) {
    std::array<std::uint64_t, 2> hashes{};
    for (const bool restores : {false, true}) {
      crawl_world world{s};
      resolver_is_down(world);
      ASSERT_TRUE(world.disk().open());
      store::batch known; // Somebody who is gone.
      known.operations.emplace_back(store::dial_soon{1s, {net::ipv4_endpoint(0x7f630001, port)}});
      ASSERT_TRUE(world.disk().database().apply(known));
      ASSERT_TRUE(world.start());
      while (!world.over() && world.advance()) {
        if (world.now() > 5s)
          answer_from(world, world.nodes().seeds());
        if (restores && world.inner().idle() && !world.over()) {
          ASSERT_TRUE(world.recreate().empty());
        }
      }
      hashes[restores] = verdict_of(world).hash;
    }
    EXPECT_EQ(hashes[0], hashes[1]);
  }
}

TEST(names, come_in_any_number) {
  auto s = begins_at_name();
  for (int i = 0; i != 500; ++i)
    s.crawler.config.start.connect_names.push_back({"n" + std::to_string(i) + ".test", port});
  crawl_world world{s};
  answer_from(world, world.nodes().seeds());
  ASSERT_TRUE(world.start());
  expect_all_found(verdict_of(world));
}

} // namespace
} // namespace seedwalk::sim
