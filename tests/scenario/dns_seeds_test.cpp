#include <gtest/gtest.h>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto seed_name = "seed.test";

/// A crawl of a few honest nodes that knows nobody but a DNS seed.
crawl_scenario begins_at_dns() {
  auto s = plain_crawl(7, 12);
  s.starts_at_dns = true;
  auto& start = s.crawler.config.start;
  start.dns = true;
  start.dns_seeds = {seed_name};
  return s;
}

void answer_from(crawl_world& world) {
  name_answer answer;
  answer.addresses = world.nodes().seeds();
  world.outside().set_name(std::string{"x9."} + seed_name, answer);
}

/// Lets it run until `when`, or to its end.
void run_until(crawl_world& world, net::steady_time when) {
  while (!world.over() && world.now() < when && world.advance()) {
  }
}

// A crawl that began before its resolver answered never asked again: it idled for as long as it
// ran, and with `once` it said "finished".
TEST(dns_seeds, that_do_not_answer_at_the_start_are_asked_again_until_they_do) {
  for (const auto down : {3s, 20s}) {
    crawl_world world{begins_at_dns()};
    ASSERT_TRUE(world.start());
    run_until(world, down);
    EXPECT_FALSE(world.over());
    answer_from(world);
    world.run();
    const auto verdict = world.judge();
    ASSERT_TRUE(verdict.summary);
    EXPECT_EQ(verdict.summary->how, actors::crawl_end::finished) << verdict.summary->problem;
    EXPECT_EQ(verdict.good_found, verdict.good_true);
    EXPECT_TRUE(verdict.violations.empty());
  }
}

TEST(dns_seeds, that_never_answer_make_a_crawl_fail_which_ends_when_nothing_is_due) {
  crawl_world world{begins_at_dns()};
  ASSERT_TRUE(world.start());
  world.run();
  const auto verdict = world.judge();
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->how, actors::crawl_end::failed);
  EXPECT_EQ(verdict.summary->fault, actors::crawl_fault::nobody_reached);
  EXPECT_NE(verdict.summary->problem.find(seed_name), std::string::npos);
  EXPECT_LT(verdict.virtual_time, 5min);
}

TEST(dns_seeds, are_waited_for_by_a_crawl_that_stays_and_for_no_longer_than_it_may_last) {
  auto s = begins_at_dns();
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 2h;
  crawl_world patient{s};
  ASSERT_TRUE(patient.start());
  run_until(patient, 1h);
  EXPECT_FALSE(patient.over());
  answer_from(patient);
  patient.run();
  const auto found = patient.judge();
  EXPECT_EQ(found.good_found, found.good_true);
  EXPECT_LE(found.virtual_time, 2h + 1min);

  crawl_world in_vain{s};
  ASSERT_TRUE(in_vain.start());
  in_vain.run();
  const auto nothing = in_vain.judge();
  ASSERT_TRUE(nothing.summary);
  EXPECT_EQ(nothing.summary->how, actors::crawl_end::stopped);
  EXPECT_LE(nothing.virtual_time, 2h + 1min);
}

/// A crawl whose database knows nodes that are all gone, as it is after a long pause.
crawl_scenario knows_the_dead(bool once) {
  auto s = begins_at_dns();
  s.crawler.config.run.once = once;
  if (!once)
    s.crawler.config.run.limit = 3h;
  return s;
}

void remember_the_dead(crawl_world& world) {
  auto& db = world.disk().database();
  const auto now = world.home().settings().wall;
  store::record_claims heard{net::ipv4_endpoint(0x05060708, 8333), now, {}};
  for (std::uint32_t n = 0; n != 5; ++n)
    heard.claims.push_back(
        {net::ipv4_endpoint(0x05060700u + n, 8333), static_cast<std::uint32_t>(now.count()), 1});
  ASSERT_TRUE(db.apply({{heard}}));
}

// Where somebody was known, seeds that did not answer at the start were never asked again, though
// all who were known were gone.
TEST(dns_seeds, that_did_not_answer_are_asked_again_while_nobody_known_is_reached) {
  for (const bool once : {false, true}) {
    crawl_world world{knows_the_dead(once)};
    ASSERT_TRUE(world.start());
    remember_the_dead(world);
    run_until(world, once ? 9s : 10min);
    EXPECT_FALSE(world.over());
    answer_from(world);
    world.run();
    const auto verdict = world.judge();
    ASSERT_TRUE(verdict.summary);
    EXPECT_EQ(verdict.good_found, verdict.good_true) << once;
    EXPECT_GT(verdict.good_true, 0u);
    EXPECT_TRUE(verdict.violations.empty());
  }
}

TEST(dns_seeds, that_never_answer_leave_a_crawl_with_what_it_knows) {
  crawl_world world{knows_the_dead(true)};
  ASSERT_TRUE(world.start());
  remember_the_dead(world);
  world.run();
  const auto verdict = world.judge();
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->counters.tried, 5u);
  EXPECT_EQ(verdict.summary->how, actors::crawl_end::finished) << verdict.summary->problem;
}

/// A crawl that is told to start at hosts, by their names.
crawl_scenario begins_at(std::vector<net::host_port> hosts) {
  auto s = begins_at_dns();
  s.crawler.config.start.dns = false;
  s.crawler.config.start.hosts = std::move(hosts);
  return s;
}

TEST(start_hosts, are_resolved_and_dialled_and_those_that_do_not_resolve_hold_up_nobody) {
  for (const bool fixed : {false, true}) {
    auto s = begins_at({{"nowhere.test", 18444}, {"somewhere.test", 18444}});
    s.crawler.config.start.fixed = fixed;
    crawl_world world{s};
    world.outside().set_name("somewhere.test", {{}, {world.nodes().nodes()[3].at}, {}});
    ASSERT_TRUE(world.start());
    world.run();
    const auto verdict = world.judge();
    ASSERT_TRUE(verdict.summary);
    EXPECT_EQ(verdict.summary->how, actors::crawl_end::finished) << verdict.summary->problem;
    EXPECT_EQ(verdict.good_found, fixed ? 1 : verdict.good_true);
    EXPECT_TRUE(verdict.violations.empty());
  }
}

TEST(start_hosts, are_asked_again_until_they_resolve) {
  for (const bool once : {true, false}) {
    auto s = begins_at({{"later.test", 18444}});
    s.crawler.config.run.once = once;
    s.crawler.config.run.limit = 1h;
    crawl_world world{s};
    ASSERT_TRUE(world.start());
    run_until(world, once ? 10s : 10min);
    ASSERT_FALSE(world.over());
    world.outside().set_name("later.test", {{}, world.nodes().seeds(), {}});
    world.run();
    const auto verdict = world.judge();
    ASSERT_TRUE(verdict.summary);
    EXPECT_EQ(verdict.good_found, verdict.good_true) << verdict.summary->problem;
  }
}

TEST(start_hosts, of_which_one_resolves_late_are_dialled_late) {
  auto s = begins_at({{"later.test", 18444}, {"somewhere.test", 18444}});
  s.crawler.config.start.fixed = true;
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 30min;
  crawl_world world{s};
  world.outside().set_name("somewhere.test", {{}, {world.nodes().nodes()[3].at}, {}});
  ASSERT_TRUE(world.start());
  run_until(world, 1min);
  world.outside().set_name("later.test", {{}, {world.nodes().nodes()[4].at}, {}});
  world.run();
  EXPECT_EQ(world.judge().good_found, 2u);
}

TEST(start_hosts, that_lead_nowhere_are_named) {
  const auto problem_of = [](bool resolves) {
    auto s = begins_at({{"lost.test", 18444}});
    s.crawler.config.network.allow_unroutable = false;
    crawl_world world{s};
    if (resolves)
      world.outside().set_name("lost.test", {{}, {net::ipv4_endpoint(0x7f000001, 8333)}, {}});
    EXPECT_TRUE(world.start());
    world.run();
    const auto verdict = world.judge();
    EXPECT_EQ(verdict.summary->fault, actors::crawl_fault::nobody_reached);
    EXPECT_LT(verdict.virtual_time, 2min);
    return verdict.summary->problem;
  };
  EXPECT_NE(problem_of(false).find("lost.test:18444 (name_not_found)"), std::string::npos);
  EXPECT_NE(problem_of(true).find("has an address that may be dialled"), std::string::npos);
}

} // namespace
} // namespace seedwalk::sim
