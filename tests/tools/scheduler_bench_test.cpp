#include <cmath>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "actors/runtime/strategies/run_profile.hpp"
#include "net/base/random.hpp"
#include "tests/tools/run_program.hpp"
#include "tools/bench/schedulers/kernels.hpp"
#include "tools/bench/schedulers/log_rank.hpp"
#include "tools/bench/schedulers/scheduler_bench.hpp"

namespace seedwalk::bench {
namespace {

using sim::strategy;
using testing::HasSubstr;

kernel_score score_of(std::string_view name, const char* strategy, std::uint32_t trials,
                      std::uint32_t schedules) {
  scheduler_bench_options o;
  o.kernels = {find_kernel(name)};
  o.strategies = {*sim::strategy_text::parse(strategy)};
  o.trials = trials;
  o.schedules = schedules;
  return run_scheduler_bench(o).scores[0][0];
}

// -- the kernels

TEST(kernels, there_are_24_and_fifo_breaks_none) {
  EXPECT_EQ(kernels().size(), 24u);
  for (const auto& one : kernels()) {
    EXPECT_EQ(find_kernel(one.name), &one);
    EXPECT_EQ(score_of(one.name, "fifo", 1, 1).found(), 0u) << one.name;
  }
  EXPECT_EQ(find_kernel("reorder"), nullptr);
}

TEST(kernels, each_can_be_broken) {
  for (const auto& one : kernels()) {
    // surw finds that one too rarely for a test.
    const auto* strategy = one.name == "two-stage-100" ? "pairs" : "surw";
    EXPECT_EQ(score_of(one.name, strategy, 1, 4'000).found(), 1u) << one.name;
  }
}

TEST(kernels, pct_finds_none_with_a_smaller_depth_than_theirs) {
  for (const auto* name : {"reorder-3", "two-stage-5", "torn-transfer", "work-stealing"}) {
    EXPECT_EQ(find_kernel(name)->depth, 2u);
    EXPECT_EQ(score_of(name, "pct:1", 1, 1'000).found(), 0u) << name;
  }
  EXPECT_EQ(score_of("stale-cache", "pct:2", 1, 1'000).found(), 0u);
  EXPECT_EQ(score_of("interleaved-logs", "pct:4", 1, 1'000).found(), 0u);
}

// -- what strategies promise

/// How often a schedule breaks the kernel, of so many.
double share_broken(std::string_view name, const sim::schedule_options& order, int schedules) {
  int broken = 0;
  for (int seed = 0; seed != schedules; ++seed) {
    stage on(static_cast<std::uint64_t>(seed), order);
    find_kernel(name)->build(on);
    broken += on.breaks() ? 1 : 0;
  }
  return static_cast<double>(broken) / schedules;
}

std::shared_ptr<const sim::run_profile> profile_of(void (*build)(stage&)) {
  stage on(1, {.strategy = strategy::fifo, .keeps_profile = true});
  build(on);
  on.breaks();
  return std::make_shared<const sim::run_profile>(on.world().events().profile());
}

TEST(kernels, pct_breaks_those_of_depth_two_as_often_as_its_bound_says) {
  constexpr int schedules = 4'000;
  const std::pair<const char*, double> sources[] = {
      {"reorder-3", 6}, {"torn-transfer", 5}, {"work-stealing", 4}, {"two-stage-5", 9}};
  for (const auto& [name, count] : sources) {
    const auto profile = profile_of(find_kernel(name)->build);
    const auto bound = 1 / (count * std::exp(1.0) * static_cast<double>(profile->turns()));
    const auto share =
        share_broken(name, {.strategy = strategy::pct, .depth = 2, .profile = profile}, schedules);
    EXPECT_GT(share, bound - 3 * std::sqrt(bound / schedules)) << name;
  }
}

/// Two tell a third something, one at once and one after three turns of its own.
void near_and_far(stage& on) {
  const auto judge =
      on.actor("judge", [&on, is_first = true](player&, word, int far, net::owner) mutable {
        if (std::exchange(is_first, false) && far == 1)
          on.fail();
      });
  const auto near = on.actor(
      "near", [=](player& self, word, int, net::owner) { self.say(judge, word::give, 0); });
  const auto far = on.actor("far", [=](player& self, word, int turns, net::owner) {
    if (turns == 3)
      self.say(judge, word::give, 1);
    else
      self.again(turns + 1);
  });
  on.tell(near, word::go);
  on.tell(far, word::go);
}

TEST(surw, orders_of_the_target_are_even_however_many_turns_its_messages_take) {
  const auto profile = profile_of(near_and_far);
  for (const auto strategy : {strategy::surw, strategy::uniform}) {
    int far_first = 0;
    for (std::uint64_t seed = 0; seed != 4'000; ++seed) {
      stage on(seed, {.strategy = strategy, .profile = profile});
      near_and_far(on);
      far_first += on.breaks() ? 1 : 0;
    }
    if (strategy == strategy::surw)
      EXPECT_NEAR(far_first, 2'000, 200);
    else
      EXPECT_LT(far_first, 1'000);
  }
}

TEST(pairs, finds_what_takes_many_at_once_and_no_other_finds) {
  for (const auto* name : {"reorder-50", "two-stage-20", "two-stage-100"})
    EXPECT_EQ(score_of(name, "pairs", 3, 100).found(), 3u) << name;
}

/// The events of a kernel of one actor that waits, and tells another.
void one_that_waits(stage& on) {
  const auto other = on.actor("other", [](player&, word, int, net::owner) {});
  const auto waiter = on.actor("waiter", [=](player& self, word heard, int, net::owner) {
    if (heard == word::go)
      self.wait(std::chrono::microseconds{50});
    else
      self.say(other, word::give);
  });
  on.tell(waiter, word::go);
  on.tell_later(3, waiter, word::ask); // in between: it is not what leads to the timer
}

TEST(run_profile, knows_what_led_to_a_timer) {
  const auto profile = profile_of(one_that_waits);
  const auto waiter = net::keyed_hash(0, "actor", net::as_bytes(std::string_view{"waiter"}));
  const auto led_to = profile->led_to();
  // The first message from nobody: itself, the timer, what says so, and what that says.
  EXPECT_EQ(led_to.of({.name = sim::name_from("step", waiter, 0, 0)}), 4u);
  EXPECT_EQ(profile->turns(), 4u + 3u + 2u);
}

// -- the benchmark

TEST(scheduler_bench, threads_change_no_score) {
  scheduler_bench_options o;
  o.kernels = {find_kernel("reorder-3"), find_kernel("stale-timer"), find_kernel("late-count")};
  for (const auto* strategy :
       {"uniform", "pct:3", "pctcp:3", "pos", "urw", "surw", "pairs", "portfolio"})
    o.strategies.push_back(*sim::strategy_text::parse(strategy));
  o.trials = 3;
  o.schedules = 50;
  const auto one = run_scheduler_bench(o);
  o.threads = 3;
  const auto three = run_scheduler_bench(o);
  for (std::size_t k = 0; k != o.kernels.size(); ++k)
    for (std::size_t s = 0; s != o.strategies.size(); ++s) {
      EXPECT_EQ(one.scores[k][s].found_after, three.scores[k][s].found_after);
      EXPECT_EQ(one.scores[k][s].steps, three.scores[k][s].steps);
    }
}

TEST(scheduler_bench, a_strategy_stops_where_it_has_missed_ten_times) {
  const auto score = score_of("reorder-3", "fifo", 20, 2);
  EXPECT_EQ(score.found_after, std::vector<std::uint32_t>(10, 0));
  EXPECT_EQ(score.schedules, 20u);
}

TEST(scheduler_bench, compares_with_the_first_strategy) {
  scheduler_bench_result r;
  r.options.kernels = {find_kernel("reorder-3"), find_kernel("early-use")};
  r.options.strategies = {{strategy::uniform}, {strategy::pos}};
  r.options.schedules = 100;
  r.scores = {{{{40, 40}, 80, 800, 1.0}, {{10, 10}, 20, 200, 1.0}},
              {{{10, 10}, 20, 200, 1.0}, {{0, 0}, 200, 800, 1.0}}};
  const auto totals = r.totals();
  EXPECT_DOUBLE_EQ(totals[1].relative, 0.25); // of the one that both find
  EXPECT_DOUBLE_EQ(totals[0].votes, (0.2 + 1.0) / 2);
  EXPECT_DOUBLE_EQ(totals[1].votes, (0.8 + 0.0) / 2);
  EXPECT_EQ(totals[1].compared, 1u);
  EXPECT_EQ(totals[1].kernels_found, 1u);
  EXPECT_EQ(totals[1].trials_found, 2u);
  EXPECT_DOUBLE_EQ(totals[1].schedules_per_s, 110);
  EXPECT_DOUBLE_EQ(totals[1].ns_per_step, 2e6);
}

// By hand: finds at 1, 2 and 3; 0.5, 0.4 and 0.25 of them expected in the first group.
TEST(log_rank, is_as_computed_by_hand) {
  log_rank test;
  test.add({1, 2, 0}, {3, 0, 0}, 10);
  EXPECT_NEAR(test.p(), std::erfc(0.85 / std::sqrt(2 * (0.25 + 0.24 + 0.1875))), 1e-12);
  log_rank same;
  same.add({4, 4, 9, 0}, {4, 4, 9, 0}, 10);
  EXPECT_DOUBLE_EQ(same.p(), 1);
  log_rank nothing;
  nothing.add({0, 0}, {0, 0}, 10);
  EXPECT_DOUBLE_EQ(nothing.p(), 1);
}

TEST(scheduler_bench, prints_two_tables_or_one_document) {
  const std::vector<std::string> words = {"bench",        "schedulers",  "--kernels", "stale-timer",
                                          "--strategies", "uniform,pct", "--trials",  "2"};
  const auto text = tools::run_seedwalk(words);
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("| kernel | depth | uniform | pct:3 |"));
  EXPECT_THAT(text.out, HasSubstr("| strategy | kernels found |"));
  auto with_json = words;
  with_json.emplace_back("--json");
  const auto document = nlohmann::json::parse(tools::run_seedwalk(with_json).out);
  EXPECT_EQ(document["kernels"][0]["strategies"]["pct:3"]["found_after"].size(), 2u);
  EXPECT_EQ(document["totals"].size(), 2u);
  for (const auto& wrong :
       {std::pair{"--kernels", "reorder"}, std::pair{"--strategies", "pct:0"}}) {
    const auto run = tools::run_seedwalk({"bench", "schedulers", wrong.first, wrong.second});
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.err, HasSubstr(wrong.second));
  }
}

} // namespace
} // namespace seedwalk::bench
