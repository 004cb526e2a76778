// What a search runs, learns and keeps.

#include <algorithm>
#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/chaos/search.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {
namespace {

corpus_entry run_of(std::uint64_t number) {
  return {number, plain_crawl(number, 4), "made up", 10, 0, {}};
}

feature probe_of(const std::string& name) {
  return {feature_kind::probe, name};
}

TEST(corpus, keeps_those_that_reached_something_first_and_no_others) {
  corpus all(10);
  EXPECT_EQ(all.learn(run_of(0), {probe_of("a"), probe_of("b")}).gained.size(), 2u);
  EXPECT_TRUE(all.learn(run_of(1), {probe_of("a")}).gained.empty());
  const std::vector<feature> gained = {{feature_kind::model_state, "a"}};
  EXPECT_EQ(all.learn(run_of(2), {probe_of("b"), gained.front()}).gained, gained);
  ASSERT_EQ(all.entries().size(), 2u);
  EXPECT_EQ(all.entries()[0].number, 0u);
  EXPECT_EQ(all.entries()[1].number, 2u);
  EXPECT_EQ(all.reached(), (std::array<std::uint64_t, feature_kind_count>{2, 0, 1}));
}

TEST(unseen_orders, are_of_messages_that_one_kind_of_actor_takes_and_no_run_had) {
  unseen_orders orders;
  net::random_stream draw{1, "orders"};
  EXPECT_TRUE(orders.draw(draw).empty());
  const auto pair = [](const char* name) { return feature{feature_kind::message_pair, name}; };
  orders.learn({pair("a: its start, x"), pair("a: x, y"), pair("b: z, z"), probe_of("b: x, y")});
  EXPECT_EQ(orders.open(), 3u); // x, x and y, x and y, y
  std::map<wanted_order, int> drawn;
  for (int i = 0; i != 30; ++i)
    for (const auto& one : orders.draw(draw))
      ++drawn[one];
  EXPECT_EQ(drawn.size(), 3u);
  for (const auto& [one, times] : drawn) {
    EXPECT_EQ(one.actor, "a");
    EXPECT_GT(times, 5);
  }
  orders.learn({pair("a: y, x"), pair("a: x, x"), pair("a: y, y")});
  EXPECT_EQ(orders.open(), 0u);
}

TEST(corpus, picks_what_reaches_something_rare_more_often_and_tires_of_it) {
  corpus all(10);
  all.learn(run_of(0), {probe_of("common")});
  all.learn(run_of(1), {probe_of("common"), probe_of("rare")});
  for (std::uint64_t n = 2; n != 100; ++n)
    all.learn(run_of(n), {probe_of("common")});
  net::random_stream draw{1, "picks"};
  std::array<int, 2> picked{};
  constexpr int times = 20;
  for (int i = 0; i != times; ++i)
    ++picked[all.pick(draw).number];
  EXPECT_GT(picked[1], picked[0]);
  for (int i = 0; i != 50 * times; ++i)
    ++picked[all.pick(draw).number];
  EXPECT_GT(picked[0], times);
}

TEST(corpus, is_bounded_and_what_went_counts_as_reached) {
  constexpr std::size_t entries = 5;
  corpus all(entries);
  std::size_t evicted = 0;
  for (std::uint64_t n = 0; n != 20; ++n)
    evicted += all.learn(run_of(n), {probe_of(std::to_string(n))}).evicted ? 1 : 0;
  EXPECT_EQ(all.entries().size(), entries);
  EXPECT_EQ(evicted, 20 - entries);
  for (std::uint64_t n = 0; n != 20; ++n)
    EXPECT_TRUE(all.learn(run_of(n), {probe_of(std::to_string(n))}).gained.empty());
}

/// A run that is a function of its scenario, and takes no time.
trial made_up(const crawl_scenario& s) {
  trial result;
  result.steps = 100 + s.faults.size();
  result.features = {probe_of("faults " + std::to_string(s.faults.size())),
                     probe_of("operations " + std::to_string(s.operations.size()))};
  if (s.faults.size() == 3)
    result.broken.push_back({.oracle = "made up", .place = "three faults"});
  return result;
}

/// What a search of so many runs does, where so many are under way at once and results come in a
/// drawn order.
std::vector<std::string> runs_of(std::uint64_t seed, std::uint64_t runs, std::size_t at_once) {
  std::vector<std::string> all;
  std::uint64_t lessons = 0;
  chaos_search search(
      {.seed = seed,
       .on_result =
           [&](const chaos_result& one) {
             EXPECT_EQ(one.proposal.number, all.size());
             all.push_back(one.proposal.story + "\n" + write_scenario(one.proposal.scenario));
           },
       .on_lesson = [&](const chaos_lesson& one) { EXPECT_EQ(one.proposal.number, lessons++); }});
  net::random_stream draw{at_once, "results"};
  std::vector<std::pair<std::uint64_t, crawl_scenario>> under_way;
  while (search.heard() != runs) {
    while (search.may_propose() && under_way.size() != at_once && search.proposed() != runs) {
      const auto& next = search.propose();
      under_way.emplace_back(next.number, next.scenario);
    }
    const auto nth = draw.below(under_way.size());
    const auto [number, scenario] = under_way[nth];
    under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(nth));
    search.tell(number, made_up(scenario));
  }
  search.finish();
  EXPECT_EQ(lessons, runs);
  return all;
}

TEST(chaos_search, makes_the_same_runs_no_matter_how_many_are_under_way) {
  const auto alone = runs_of(3, 300, 1);
  ASSERT_EQ(alone.size(), 300u);
  for (const std::size_t at_once : {2u, 7u, 64u})
    EXPECT_EQ(runs_of(3, 300, at_once), alone) << at_once;
  EXPECT_NE(runs_of(4, 300, 1), alone);
  EXPECT_TRUE(
      std::ranges::any_of(alone, [](const auto& one) { return one.starts_with("of run"); }));
}

TEST(chaos_search, makes_nothing_of_a_run_that_broke_a_promise) {
  chaos_search search({.seed = 1});
  for (int i = 0; i != 300; ++i) {
    const auto& next = search.propose();
    search.tell(next.number, made_up(next.scenario));
  }
  search.finish();
  ASSERT_GT(search.corpus().entries().size(), 5u);
  for (const auto& one : search.corpus().entries())
    EXPECT_NE(one.scenario.faults.size(), 3u);
}

TEST(chaos_search, begins_with_what_an_earlier_one_kept) {
  chaos_search search({.seed = 1});
  search.begin_with({plain_crawl(5, 4), plain_crawl(6, 4)});
  EXPECT_EQ(search.propose().scenario, plain_crawl(5, 4));
  EXPECT_EQ(search.propose().scenario, plain_crawl(6, 4));
  EXPECT_NE(search.propose().story, "of an earlier corpus");
}

TEST(chaos_search, tells_runs_by_pairs_which_orders_no_earlier_run_had) {
  const wanted_order seen{"a", "x", "y"};
  chaos_search search({.seed = 1, .change = [](crawl_scenario& s) {
                         s.schedule = strategy::pairs;
                         return true;
                       }});
  std::size_t told = 0;
  for (std::uint64_t i = 0; i != chaos_search::lag + 100; ++i) {
    const auto& next = search.propose();
    const auto& wanted = next.scenario.wanted;
    EXPECT_EQ(std::ranges::find(wanted, seen), wanted.end());
    EXPECT_TRUE(wanted.empty() || i >= chaos_search::lag);
    told += wanted.empty() ? 0 : 1;
    auto result = made_up(next.scenario);
    result.features = {{feature_kind::message_pair, "a: x, y"}};
    search.tell(next.number, std::move(result));
  }
  EXPECT_GT(told, 90u);
}

TEST(chaos_search, changes_every_scenario_as_it_is_told) {
  chaos_search search({.seed = 1, .change = [](crawl_scenario& s) {
                         s.schedule = strategy::fifo;
                         return s.faults.size() < 2;
                       }});
  for (int i = 0; i != 40; ++i) {
    const auto& next = search.propose();
    EXPECT_EQ(next.scenario.schedule, strategy::fifo);
    EXPECT_LT(next.scenario.faults.size(), 2u);
    search.tell(next.number, made_up(next.scenario));
  }
  chaos_search impossible({.seed = 1, .change = [](crawl_scenario&) { return false; }});
  EXPECT_THROW(impossible.propose(), std::runtime_error);
}

} // namespace
} // namespace seedwalk::sim
