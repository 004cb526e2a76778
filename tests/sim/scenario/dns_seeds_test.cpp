#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "sim/scenario/crawl_world.hpp"
#include "tests/sim/scenario/run_until.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using test::run_until;

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
    EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished) << verdict.summary->problem;
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
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::failed);
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
  EXPECT_EQ(nothing.summary->end, actors::crawl_end::stopped);
  EXPECT_LE(nothing.virtual_time, 2h + 1min);
}

// -- where those who are known are all gone

constexpr std::uint32_t gone = 8;

/// The same, of a crawl that knows `gone` endpoints, and enough not to ask at its start.
crawl_scenario knows_the_gone() {
  auto s = begins_at_dns();
  s.crawler.config.start.enough_known = 0;
  return s;
}

/// Starts it on a database of endpoints at which there is nobody.
void start_on_old_database(crawl_world& world) {
  ASSERT_TRUE(world.disk().open());
  const std::chrono::seconds now{1'767'225'600};
  store::batch heard;
  store::record_announcements announcements{std::nullopt, now, {}};
  for (std::uint32_t i = 0; i != gone; ++i)
    announcements.announcements.push_back(
        {net::ipv4_endpoint(0x7f630001 + i, 18444), static_cast<std::uint32_t>(now.count()), 0});
  heard.operations.emplace_back(std::move(announcements));
  ASSERT_TRUE(world.disk().database().apply(heard));
  ASSERT_TRUE(world.start());
}

TEST(dns_seeds, are_asked_by_a_crawl_that_goes_on_and_can_reach_nobody_whom_it_knows) {
  for (const bool answers_at_once : {true, false}) {
    auto s = knows_the_gone();
    s.crawler.config.run.once = false;
    s.crawler.config.run.limit = 12h;
    crawl_world world{s};
    if (answers_at_once)
      answer_from(world);
    start_on_old_database(world);
    run_until(world, 4min);
    EXPECT_EQ(world.judge().known, gone) << "asked too soon";
    run_until(world, 10min);
    EXPECT_EQ(world.judge().known > gone, answers_at_once);
    answer_from(world);
    world.run();
    const auto verdict = world.judge();
    EXPECT_GT(verdict.good_true, 0u);
    EXPECT_EQ(verdict.good_found, verdict.good_true);
    EXPECT_EQ(verdict.known, gone + 12);
  }
}

TEST(dns_seeds, are_asked_sooner_where_few_are_known_and_those_asked_at_the_start_were_silent) {
  auto s = begins_at_dns();
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 10min;
  crawl_world world{s};
  start_on_old_database(world);
  run_until(world, 15s);
  answer_from(world);
  run_until(world, 3min);
  EXPECT_EQ(world.judge().good_found, world.judge().good_true);
}

TEST(dns_seeds, are_asked_before_a_crawl_ends_that_has_reached_nobody) {
  crawl_world world{knows_the_gone()};
  answer_from(world);
  start_on_old_database(world);
  world.run();
  const auto verdict = world.judge();
  EXPECT_TRUE(verdict.violations.empty());
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished) << verdict.summary->problem;
  EXPECT_EQ(verdict.good_found, verdict.good_true);
  EXPECT_GT(verdict.good_true, 0u);
}

TEST(dns_seeds, that_are_silent_before_such_an_end_make_it_a_failure) {
  crawl_world world{knows_the_gone()};
  start_on_old_database(world);
  world.run();
  const auto verdict = world.judge();
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::failed);
  EXPECT_EQ(verdict.summary->fault, actors::crawl_fault::nobody_reached);
  EXPECT_NE(verdict.summary->problem.find(seed_name), std::string::npos);
  EXPECT_EQ(verdict.summary->counters.tried, gone);
  EXPECT_LT(verdict.virtual_time, 10min);
}

TEST(dns_seeds, that_name_only_those_who_are_gone_are_asked_once_before_the_end) {
  crawl_world world{knows_the_gone()};
  name_answer answer;
  answer.addresses = {net::ipv4_endpoint(0x7f640001, 18444)};
  world.outside().set_name(std::string{"x9."} + seed_name, answer);
  start_on_old_database(world);
  world.run();
  const auto verdict = world.judge();
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished) << verdict.summary->problem;
  EXPECT_EQ(verdict.known, gone + 1);
}

// Who says whom to dial, or asks for no DNS, means it. Others would not dial whom a seed names.
TEST(dns_seeds, are_not_asked_where_somebody_was_named_or_dns_is_off_or_none_could_be_dialled) {
  const auto somebody = net::ipv4_endpoint(0x7f650001, 18444);
  using config = actors::crawl_config;
  const std::vector<std::function<void(config&)>> changes = {
      [](config& c) { c.start.dns = false; },
      [&](config& c) { c.start.connect = {somebody}; },
      [](config& c) {
        c.start.connect_names = {{"n.test", 1}};
      },
      [&](config& c) {
        c.start.connect = {somebody};
        c.start.fixed = true;
      },
      [](config& c) { c.limits.max_outbound = 0; },
      [](config& c) { c.network.reach.only = {net::network_id::cjdns}; }};
  for (const auto& change : changes)
    for (const bool once : {true, false}) {
      auto s = knows_the_gone();
      s.crawler.config.run.once = once;
      s.crawler.config.run.limit = 5h;
      change(s.crawler.config);
      crawl_world world{s};
      answer_from(world);
      start_on_old_database(world);
      world.run();
      EXPECT_LE(world.judge().known, gone + 1);
    }
}

TEST(dns_seeds, that_were_silent_are_not_asked_again_by_a_crawl_that_only_listens) {
  auto s = begins_at_dns();
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 5h;
  s.crawler.config.limits.max_outbound = 0;
  crawl_world world{s};
  start_on_old_database(world);
  run_until(world, 15s);
  answer_from(world);
  world.run();
  EXPECT_EQ(world.judge().known, gone);
}

TEST(dns_seeds, are_left_alone_by_a_crawl_that_reaches_somebody) {
  auto s = knows_the_gone();
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 12h;
  crawl_world world{s};
  name_answer answer; // Somebody whom nobody else knows.
  answer.addresses = {net::ipv4_endpoint(0x7f640001, 18444)};
  world.outside().set_name(std::string{"x9."} + seed_name, answer);
  start_on_old_database(world);
  store::batch more;
  more.operations.emplace_back(
      store::dial_soon{std::chrono::seconds{1'767'225'600}, world.nodes().seeds()});
  ASSERT_TRUE(world.disk().database().apply(more));
  world.run();
  EXPECT_EQ(world.judge().known, gone + 12);
}

} // namespace
} // namespace seedwalk::sim
