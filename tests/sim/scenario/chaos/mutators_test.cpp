// What is made of scenarios: files that can run, and that any run can be held to.

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/file/scenario_file.hpp"
#include "tests/sim/scenario/chaos/any_scenario.hpp"

namespace seedwalk::sim {
namespace {

TEST(mutators, what_they_make_is_a_fair_file_that_differs) {
  EXPECT_TRUE(rc::check([] {
    const auto parent = *test::any_scenario(2);
    const auto donor = *test::any_scenario(2);
    net::random_stream draw{*rc::gen::arbitrary<std::uint64_t>(), "mutation"};
    const auto made = mutate({parent, 1'000}, {donor, 1'000}, draw);
    RC_ASSERT(made.has_value());
    const auto text = write_scenario(made->scenario);
    const auto read = parse_scenario(text, "mutated.toml");
    if (!read)
      RC_FAIL(read.error() + "\n" + text);
    RC_ASSERT(*read == made->scenario);
    RC_ASSERT(made->scenario == made_fair(made->scenario));
    RC_ASSERT(!(made->scenario == parent));
    RC_ASSERT(!made->story.empty());
  }));
}

TEST(mutators, equal_draws_make_equal_scenarios) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const auto parent = draw_swarm(seed);
    const auto donor = draw_swarm(seed + 1);
    net::random_stream one{seed, "mutation"};
    net::random_stream other{seed, "mutation"};
    const auto made = mutate({parent, 1'000}, {donor, 1'000}, one);
    const auto again = mutate({parent, 1'000}, {donor, 1'000}, other);
    RC_ASSERT(made.has_value() && again.has_value());
    RC_ASSERT(made->scenario == again->scenario);
    RC_ASSERT(made->story == again->story);
  }));
}

TEST(mutators, each_edit_is_made) {
  std::map<std::string, int> made_so_often;
  for (std::uint64_t seed = 0; seed != 300; ++seed) {
    net::random_stream draw{seed, "mutation"};
    const auto parent = draw_swarm(seed);
    const auto donor = draw_swarm(seed + 1'000);
    const std::vector<departure> choices = {{1, 2, 10}, {3, 4, 500}, {5, 6, 900}};
    if (const auto made = mutate({parent, 1'000, choices}, {donor, 1'000, choices}, draw))
      for (const auto name : edit_names())
        made_so_often[std::string{name}] += made->story.find(name) == std::string::npos ? 0 : 1;
  }
  for (const auto name : edit_names())
    EXPECT_GT(made_so_often[std::string{name}], 5) << name;
}

TEST(mutators, choices_of_a_run_take_the_place_of_the_strategy_that_made_them) {
  auto parent = plain_crawl(1, 4);
  parent.schedule = strategy::pairs;
  parent.wanted = {{"crawler", "operations_saved", "timer_fired"}};
  const std::vector<departure> choices = {{1, 2, 10}, {3, 4, 500}, {5, 6, 900}};
  const std::vector<departure> others = {{7, 8, 20}, {9, 10, 700}};
  std::set<std::size_t> sizes;
  bool is_joined = false;
  bool goes_on = false;
  for (std::uint64_t seed = 0; seed != 400; ++seed) {
    net::random_stream draw{seed, "mutation"};
    const auto made = mutate({parent, 1'000, choices}, {parent, 1'000, others}, draw);
    if (!made || made->scenario.order.given.empty())
      continue;
    const auto& s = made->scenario;
    EXPECT_TRUE(std::ranges::is_sorted(s.order.given, {}, &departure::after)) << made->story;
    sizes.insert(s.order.given.size());
    is_joined = is_joined || std::ranges::find(s.order.given, others.back()) != s.order.given.end();
    goes_on = goes_on || s.then;
    if (s.schedule == strategy::fifo) {
      EXPECT_TRUE(s.wanted.empty());
    }
  }
  EXPECT_GT(sizes.size(), 3u);
  EXPECT_TRUE(is_joined);
  EXPECT_TRUE(goes_on);
}

TEST(mutators, a_crawl_that_would_go_on_for_ever_is_ended_by_time) {
  auto s = plain_crawl(1, 6);
  s.crawler.config.run.once = false;
  EXPECT_EQ(made_fair(s).crawler.config.run.limit, std::chrono::minutes{2});
  s.crawler.config.run.once = true;
  EXPECT_EQ(made_fair(s).crawler.config.run.limit, std::chrono::seconds{0});
}

TEST(mutators, a_disk_that_is_full_has_room_again_and_nobody_dies_on_it) {
  auto s = plain_crawl(1, 6);
  const auto at = std::chrono::seconds{10};
  s.operations.push_back({at, 0, operation::disk_room{5'000}});
  s.operations.push_back({std::chrono::seconds{11}, 0, operation::crash{}});
  s.operations.push_back({{}, 0, operation::crash{}, 40});
  s.operations.push_back({std::chrono::seconds{12}, 0, operation::stop{}});
  s.crawler.config.storage.full_patience = std::chrono::seconds{1};
  const auto fair = made_fair(s);
  net::steady_time room{0};
  for (const auto& one : fair.operations)
    if (const auto* change = std::get_if<operation::disk_room>(&one.action);
        change != nullptr && *change == operation::disk_room{})
      room = one.at;
  EXPECT_GT(room, at);
  EXPECT_LT(room, at + actors::storage_options{}.full_patience);
  for (const auto& one : fair.operations) {
    EXPECT_FALSE(std::holds_alternative<operation::stop>(one.action));
    if (std::holds_alternative<operation::crash>(one.action)) {
      EXPECT_GE(one.at, room);
      EXPECT_FALSE(one.at_step);
    }
  }
  EXPECT_EQ(fair.crawler.config.storage.full_patience, actors::storage_options{}.full_patience);
  EXPECT_EQ(made_fair(fair), fair);
}

} // namespace
} // namespace seedwalk::sim
