#include <gtest/gtest.h>

#include "tests/chaos/managed_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::seconds;
using store::dial_class;

constexpr std::uint32_t node_count = 80;
constexpr auto fresh = static_cast<std::size_t>(dial_class::fresh);
constexpr auto rest = static_cast<std::size_t>(dial_class::rest);

TEST(manager, goes_on_in_a_class_where_it_was_when_others_were_asked_for_meanwhile) {
  const auto place = net::bytes{7, 7};
  auto recipe = pool_recipe();
  recipe.config.limits.max_outbound = 4;
  managed_world m(node_count, recipe);
  m.writer.who_is_due = [&](const store::due_query&) {
    store::due_answer all;
    all.peers[rest] = m.due_nodes(64);
    all.after[rest] = place;
    all.more[rest] = true;
    return all;
  };
  m.start();
  ASSERT_TRUE(m.w.driver.run([&] { return m.questions() == 1; }, seconds{10}));

  // Gossip is about fresh ones alone, and the answer knows nothing of those at rest.
  std::vector<store::due_query> asked;
  std::size_t visited_meanwhile = 0;
  m.writer.who_is_due = [&](const store::due_query& question) {
    asked.push_back(question);
    visited_meanwhile = m.w.crawler.pool()->live();
    return store::due_answer{};
  };
  m.pass(seconds{1});
  m.w.inside.send(m.writer.manager, actors::announcements_added{1});
  ASSERT_TRUE(m.w.driver.run([&] { return asked.size() == 1; }, seconds{10}));
  EXPECT_GT(asked[0].limit[fresh], 0u);
  ASSERT_EQ(asked[0].limit[rest], 0u) << "those who wait keep the slots busy";

  // While the last of those who wait are visited, and not when nobody is left.
  ASSERT_TRUE(m.w.driver.run([&] { return asked.size() == 2; }, seconds{3'600}));
  EXPECT_GT(asked[1].limit[rest], 0u);
  EXPECT_EQ(asked[1].after[rest], place);
  EXPECT_GT(visited_meanwhile, 0u);
}

/// How often the script is asked in ten minutes, in which somebody becomes due each second and
/// gossip comes as often. Nobody of them is whom a crawl of fixed endpoints would dial.
std::vector<net::steady_time> questions_in_ten_minutes(bool fixed) {
  auto recipe = pool_recipe();
  recipe.config.start.fixed = fixed;
  managed_world m(node_count, recipe);
  m.writer.who_is_due = [&](const store::due_query& question) {
    store::due_answer nobody;
    nobody.next.fill(question.now + seconds{1});
    return nobody;
  };
  m.writer.gossips = true;
  m.start();
  m.pass(seconds{600});
  return m.writer.asked_at;
}

TEST(manager, of_fixed_endpoints_looks_at_the_database_at_most_once_a_minute) {
  const auto asked = questions_in_ten_minutes(true);
  for (std::size_t i = 1; i < asked.size(); ++i)
    EXPECT_GE(asked[i] - asked[i - 1], seconds{59}) << "question " << i; // clocks of whole seconds
  EXPECT_GE(asked.size(), 9u);
  // Another crawl looks whenever somebody is due.
  EXPECT_GT(questions_in_ten_minutes(false).size(), 590u);
}

} // namespace
} // namespace seedwalk::test
