#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/explain/named_rise.hpp"
#include "sim/scenario/explain/neighbour.hpp"
#include "sim/scenario/explain/scenario_judge.hpp"
#include "sim/scenario/explain/traced_run.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// Runs scenarios here, so many at a time, and counts them.
class runs_here final : public trial_runner {
public:
  explicit runs_here(std::size_t width) : width_(width) {}
  std::size_t width() const override { return width_; }
  std::vector<trial> run(std::span<const crawl_scenario> scenarios) override {
    std::vector<trial> trials;
    for (const auto& s : scenarios)
      trials.push_back(run_trial(s));
    made += scenarios.size();
    return trials;
  }
  std::size_t made = 0;

private:
  std::size_t width_;
};

/// A crawl in which a coin of the network decides whether node 5 is reached.
crawl_scenario refused_by_a_coin() {
  auto s = plain_crawl(3, 12);
  fault_rule rule;
  rule.name = "refuses some";
  rule.to = endpoint_set::only(net::ipv4_endpoint(0x7f010006, 18444));
  rule.hit = 1;
  rule.of = 2;
  rule.action = fault::fail_dial{};
  s.faults.push_back(rule);
  peer_expectation reached;
  reached.node = 5;
  reached.good = true;
  s.expect.peers.push_back(reached);
  while (run_trial(s).broken.empty())
    ++s.seed;
  return s;
}

trace_entry entry(trace_kind kind, std::uint64_t step, std::uint32_t lane, std::uint64_t cause) {
  trace_entry e;
  e.kind = kind;
  e.step = step;
  e.at = net::steady_time{1'000} * static_cast<std::int64_t>(step);
  e.lane = lane;
  e.text = lane;
  e.cause = cause;
  return e;
}

/// Five steps by two actors, and a node between the third and the fourth.
trace made_up_trace() {
  trace t;
  t.lanes = {{trace_lane_kind::run, "the run", ""},
             {trace_lane_kind::actor, "crawler/manager", "manager"},
             {trace_lane_kind::actor, "crawler/peer/x#1", "peer"},
             {trace_lane_kind::node, "x", "honest"}};
  t.texts = {"", "dial_peer", "net::received", "hears"};
  t.entries = {entry(trace_kind::step, 1, 1, 0), entry(trace_kind::step, 2, 2, 1),
               entry(trace_kind::step, 3, 1, 2), entry(trace_kind::node, 3, 3, 2),
               entry(trace_kind::step, 4, 2, 4), entry(trace_kind::step, 5, 1, 5)};
  t.header.bands = {{"begins then", 3'500ns, 9'000ns},
                    {"ends then", 0ns, 4'000ns},
                    {"at another time", 4'001ns, 5'000ns}};
  t.end.at = 6'000ns;
  return t;
}

TEST(explain_name, is_the_step_with_what_led_to_it_and_what_began_there) {
  auto s = plain_crawl(1, 2);
  s.operations = {{3'600ns, std::nullopt, operation::disk_room{1}},
                  {4'600ns, std::nullopt, operation::disk_room{1}},
                  {0ns, 0u, operation::crash{}, 3}};
  const auto t = made_up_trace();
  const auto named = name_rise({{3, {}}, {4, {}}, {}}, t, s, 5);
  ASSERT_EQ(named.steps.size(), 1u);
  EXPECT_EQ(named.steps[0].number, 5u);
  EXPECT_EQ(named.steps[0].lane, "crawler/peer/x#1");
  EXPECT_EQ(named.steps[0].message, "net::received");
  EXPECT_THAT(named.steps[0].text, HasSubstr("step 4: crawler/peer/x#1 takes net::received"));
  ASSERT_EQ(named.events.size(), 1u);
  EXPECT_EQ(named.events[0].number, 4u);
  ASSERT_EQ(named.causes.size(), 3u);
  EXPECT_EQ(named.causes[0].number, 4u);
  EXPECT_EQ(named.causes[1].number, 2u);
  EXPECT_EQ(named.causes[2].number, 1u);
  EXPECT_THAT(named.faults, ElementsAre("begins then (begins)", "ends then (ends)",
                                        "disk room at 0.000 s", "crash at step 3, crawler a"));
}

TEST(explain_name, of_an_interval_is_all_of_its_steps) {
  const auto t = made_up_trace();
  const auto named = name_rise({{1, {}}, {5, {}}, {}}, t, plain_crawl(1, 2), 5);
  std::vector<std::uint64_t> steps;
  for (const auto& one : named.steps)
    steps.push_back(one.step);
  EXPECT_THAT(steps, ElementsAre(2, 3, 4, 5));
  EXPECT_FALSE(named.is_cut);
  auto from_start = name_rise({{0, {}}, {1, {}}, {}}, t, plain_crawl(1, 2), 5);
  ASSERT_EQ(from_start.steps.size(), 1u);
  EXPECT_EQ(from_start.steps[0].step, 1u);
}

std::vector<std::uint64_t> numbers_of(const std::vector<named_entry>& entries) {
  std::vector<std::uint64_t> numbers;
  for (const auto& one : entries)
    numbers.push_back(one.number);
  return numbers;
}

// A planted bug was named 48 steps before its line: the last coin fell there, and what followed had
// no other. What stood between was nowhere to be read.
TEST(explain_name, tells_the_path_from_the_step_to_what_broke) {
  const auto t = made_up_trace();
  const auto from_second = name_rise({{1, {}}, {2, {}}, {}}, t, plain_crawl(1, 2), 5);
  EXPECT_THAT(numbers_of(from_second.path), ElementsAre(4, 5, 6));
  EXPECT_TRUE(from_second.is_path_from_step);
  EXPECT_EQ(from_second.path_length, 3u);
  // Step 3 is not what led to the node's doing, by which step 5 came: step 2 is.
  const auto from_third = name_rise({{2, {}}, {3, {}}, {}}, t, plain_crawl(1, 2), 5);
  EXPECT_THAT(numbers_of(from_third.path), ElementsAre(4, 5, 6));
  EXPECT_FALSE(from_third.is_path_from_step);
  for (const std::uint64_t noticed : {0, 2, 6})
    EXPECT_TRUE(name_rise({{1, {}}, {2, {}}, {}}, t, plain_crawl(1, 2), noticed).path.empty());
}

TEST(explain_name, of_a_long_path_is_its_end_and_how_long_it_was) {
  auto t = made_up_trace();
  for (std::uint64_t step = 6; step != 26; ++step)
    t.entries.push_back(entry(trace_kind::step, step, 1, step));
  const auto named = name_rise({{3, {}}, {4, {}}, {}}, t, plain_crawl(1, 2), 25);
  EXPECT_EQ(named.path.size(), named_max);
  EXPECT_EQ(named.path.back().step, 25u);
  EXPECT_EQ(named.path_length, 21u);
  EXPECT_TRUE(named.is_path_from_step);
}

TEST(explain_name, of_what_the_trace_has_not_kept_is_nothing) {
  auto t = made_up_trace();
  EXPECT_TRUE(name_rise({{7, {}}, {8, {}}, {}}, t, plain_crawl(1, 2), 5).steps.empty());
  t.entries.erase(t.entries.begin(), t.entries.begin() + 5);
  t.dropped = 5;
  EXPECT_TRUE(name_rise({{3, {}}, {4, {}}, {}}, t, plain_crawl(1, 2), 5).steps.empty());
}

TEST(explain_pairs, are_messages_that_follow_each_other_at_one_actor) {
  auto t = made_up_trace();
  t.entries[5].text = 2;
  EXPECT_THAT(message_pairs(t), ElementsAre("manager: dial_peer, then dial_peer",
                                            "manager: dial_peer, then net::received",
                                            "peer: net::received, then net::received"));
}

TEST(explain_judge, makes_futures_whatever_its_width_and_stops) {
  const auto s = refused_by_a_coin();
  const auto wanted = run_trial(s).broken.front();
  std::vector<future> futures;
  for (std::uint64_t seed = 0; seed != 40; ++seed)
    futures.push_back({0, seed});
  runs_here one{1};
  runs_here three{3};
  const auto fails = judge_of(s, wanted, one)(futures);
  EXPECT_EQ(fails, judge_of(s, wanted, three)(futures));
  const auto failures = std::ranges::count(fails, true);
  EXPECT_GT(failures, 8) << "an even coin";
  EXPECT_LT(failures, 32);
  runs_here stopped{2};
  EXPECT_TRUE(judge_of(s, wanted, stopped, [] { return true; })(futures).empty());
  EXPECT_LE(stopped.made, 32u);
}

TEST(explain_judge, a_future_keeps_what_was_redrawn_before_it) {
  auto s = plain_crawl(1, 4);
  s.redraws = {{10, 1}, {20, 2}, {30, 3}};
  const auto future = with_future(s, {20, 7});
  EXPECT_THAT(future.redraws,
              ElementsAre(crawl_scenario::another_seed{10, 1}, crawl_scenario::another_seed{20, 2},
                          crawl_scenario::another_seed{20, 7}));
}

TEST(explain, the_coin_of_a_crawl_is_found_where_it_is_thrown) {
  const auto s = refused_by_a_coin();
  const auto first = run_trial(s);
  const auto wanted = first.broken.front();
  runs_here runner{1};
  const auto e = explain(first.steps, judge_of(s, wanted, runner));
  ASSERT_EQ(e.found, finding::jump);
  ASSERT_TRUE(e.rise->is_one_step());
  const auto run = run_traced(s, "again", {e.rise->before.step, e.rise->after.step});
  EXPECT_EQ(run.drawn.at("fault hit"), 1u);
  const auto named = name_rise(*e.rise, run.happened, s, wanted.step);
  ASSERT_EQ(named.steps.size(), 1u);
  // Who dials does so in the step that made it.
  const auto& entries = run.happened.entries;
  const auto heard = std::ranges::find_if(entries, [&](const auto& entry) {
    return run.happened.lane_of(entry).find("/peer/127.1.0.6:18444") != std::string::npos;
  });
  ASSERT_NE(heard, entries.end());
  EXPECT_EQ(named.steps[0].number, heard->cause);
}

TEST(explain_neighbour, is_the_nearest_world_that_passes) {
  auto s = plain_crawl(3, 12);
  auto& change = s.nodes.changes.emplace_back();
  change.number = 5;
  change.kind = node_kind::silent;
  peer_expectation reached;
  reached.node = 5;
  reached.good = true;
  s.expect.peers.push_back(reached);
  const auto first = run_trial(s);
  ASSERT_FALSE(first.broken.empty());
  runs_here runner{1};
  const auto found = find_neighbour(s, first.broken.front(), {1, 2, 3}, runner);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->world.expect, s.expect) << "what is promised stays";
  EXPECT_THAT(found->differs, Contains(HasSubstr("silent")));
  const auto parting = part(run_traced(s, ""), run_traced(found->world, ""));
  ASSERT_TRUE(parting.fails);
  ASSERT_TRUE(parting.passes);
  EXPECT_THAT(parting.pairs_there.size() + parting.pairs_here.size(), testing::Gt(0u));
}

TEST(explain_neighbour, with_other_draws_is_nearer_than_without_a_fault) {
  const auto s = refused_by_a_coin();
  runs_here runner{1};
  std::vector<std::uint64_t> draws(20);
  for (std::size_t i = 0; i != draws.size(); ++i)
    draws[i] = i;
  const auto found = find_neighbour(s, run_trial(s).broken.front(), draws, runner);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->world.redraws.size(), 1u);
  EXPECT_LE(runner.made, 32u);
  const auto none = find_neighbour(s, run_trial(s).broken.front(), draws, runner, 0);
  EXPECT_FALSE(none);
}

TEST(explain_trace, of_a_run_that_ends_its_process_goes_up_to_the_step_before) {
  const auto s = plain_crawl(3, 6);
  broken_promise broken;
  broken.oracle = "process";
  broken.text = "was ended";
  const auto cut = run_traced_up_to(s, "again", 30, broken).happened;
  const auto whole = run_traced(s, "again").happened;
  EXPECT_EQ(cut.end.steps, 30u);
  ASSERT_EQ(cut.end.violations.size(), 1u);
  EXPECT_EQ(cut.end.violations[0].oracle, "process");
  ASSERT_NE(entry_of_step(cut, 30), nullptr);
  EXPECT_EQ(entry_of_step(cut, 30)->at, entry_of_step(whole, 30)->at);
  EXPECT_EQ(entry_of_step(cut, 31), nullptr);
}

TEST(explain_trial, says_which_step_ran_last) {
  std::uint64_t begun = 0;
  const auto trial = run_trial(plain_crawl(3, 6), trial_detail::failures, &begun);
  EXPECT_GT(trial.steps, 30u);
  EXPECT_EQ(begun, trial.steps);
}

} // namespace
} // namespace seedwalk::sim
