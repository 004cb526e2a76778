#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

fault_rule failing_dials(net::error reason, net::steady_time until) {
  fault_rule rule;
  rule.name = "no dial gets out";
  rule.until = until;
  rule.action = fault::fail_dial{reason};
  return rule;
}

std::uint64_t visits_of(crawl_world& world) {
  const auto answer = world.disk().database().answer(store::stats_query{});
  return answer ? std::get<store::stats_answer>(*answer).visits : 0;
}

// Thousands of visits failed for want of descriptors, and each endpoint was dialled and its failure
// recorded every five minutes.
TEST(own_failures, a_shortage_is_waited_for_and_costs_nobody_a_visit) {
  auto s = plain_crawl(5, 30);
  s.faults = {failing_dials(net::error::no_descriptors, 12s)};
  crawl_world world{s};
  ASSERT_TRUE(world.start());
  world.run();
  const auto verdict = world.judge();
  EXPECT_THAT(verdict.violations, IsEmpty());
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished);
  EXPECT_EQ(verdict.good_agreed, verdict.good_true);
  EXPECT_EQ(verdict.summary->counters.tried, 30u);
  EXPECT_EQ(visits_of(world), 30u) << "what never began is no visit";
  const auto& failures = verdict.summary->counters.local_failures;
  ASSERT_TRUE(failures.contains(net::error::no_descriptors));
  EXPECT_LE(failures.at(net::error::no_descriptors), 20u) << "held back, not burnt through";
}

TEST(own_failures, a_crawl_that_reaches_nobody_by_its_own_doing_has_failed) {
  for (const auto reason : {net::error::network_unreachable, net::error::no_descriptors,
                            net::error::permission_denied}) {
    auto s = plain_crawl(6, 10);
    s.faults = {failing_dials(reason, net::steady_time::max())};
    const auto verdict = run_crawl(s);
    ASSERT_TRUE(verdict.summary) << net::name_of(reason);
    EXPECT_EQ(verdict.summary->end, actors::crawl_end::failed) << net::name_of(reason);
    EXPECT_EQ(verdict.summary->fault, actors::crawl_fault::nobody_reached);
    EXPECT_THAT(verdict.summary->problem, HasSubstr(net::name_of(reason)));
    EXPECT_LT(verdict.virtual_time, 5min);
  }
}

TEST(own_failures, a_network_of_the_dead_is_no_failure_of_ours) {
  auto s = plain_crawl(7, 5);
  s.faults = {failing_dials(net::error::refused, net::steady_time::max())};
  const auto verdict = run_crawl(s);
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished);
}

/// A crawl of ten nodes, one of which is banned, on a disk whose reads fail from the moment when
/// the bans are asked for: `times` in a row.
struct banned_crawl {
  crawl_verdict verdict;
  bool dialled_the_banned = false;
  std::uint64_t dialled = 0;
};

banned_crawl crawl_with_unreadable_bans(std::uint64_t times) {
  auto s = plain_crawl(8, 10);
  const auto banned = topology{s.nodes}.nodes().back().at;
  crawl_world world{s};
  banned_crawl result;
  EXPECT_TRUE(world.start());
  store::batch ban;
  ban.operations.emplace_back(store::add_ban{{banned, "an operator", s.wall, store::never}});
  EXPECT_TRUE(world.disk().database().apply(ban));
  world.disk().fail_queries([left = times](const store::query& q) mutable {
    return std::holds_alternative<store::bans_query>(q) && left > 0 && left-- > 0;
  });
  world.hosts().watch([&](const net::endpoint& node) {
    ++result.dialled;
    result.dialled_the_banned |= node == banned;
  });
  world.run();
  result.verdict = world.judge();
  return result;
}

// The crawl went on without any ban when they could not be read, and did not say so.
TEST(own_failures, nobody_is_dialled_before_the_bans_are_known) {
  const auto late = crawl_with_unreadable_bans(3);
  ASSERT_TRUE(late.verdict.summary);
  EXPECT_EQ(late.verdict.summary->end, actors::crawl_end::finished);
  EXPECT_FALSE(late.dialled_the_banned);
  EXPECT_GT(late.dialled, 0u);
  EXPECT_GE(late.verdict.virtual_time, 7s) << "1 + 2 + 4 seconds of waiting";
}

TEST(own_failures, bans_that_stay_unreadable_end_the_crawl_with_the_reason) {
  const auto never = crawl_with_unreadable_bans(1'000);
  ASSERT_TRUE(never.verdict.summary);
  EXPECT_EQ(never.verdict.summary->end, actors::crawl_end::failed);
  EXPECT_EQ(never.verdict.summary->fault, actors::crawl_fault::storage_failed);
  EXPECT_THAT(never.verdict.summary->problem, HasSubstr("bans cannot be read"));
  EXPECT_EQ(never.dialled, 0u);
  EXPECT_LT(never.verdict.virtual_time, 3min);
}

} // namespace
} // namespace seedwalk::sim
