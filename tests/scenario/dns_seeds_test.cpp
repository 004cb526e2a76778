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

} // namespace
} // namespace seedwalk::sim
