#include <algorithm>

#include <gtest/gtest.h>

#include "actors/crawl/peer_messages.hpp"
#include "tests/chaos/held_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::seconds;

TEST(crawler, stopped_at_any_step_it_ends_in_order) {
  for (std::uint32_t steps = 0; steps != 160; ++steps) {
    auto recipe = pool_recipe();
    auto listens = host_address(1);
    listens.port = 18'444;
    recipe.config.peers.listen = {listens};
    held_world w(steps + 1, 5, recipe);
    w.crawler.start();
    for (std::uint32_t i = 0; i != steps && !w.crawler.over(); ++i)
      w.driver.advance();
    w.crawler.stop();
    ASSERT_TRUE(w.driver.run([&] { return w.crawler.over(); }, seconds{3'600}))
        << "stopped at " << steps;
    w.driver.quiesce();
    EXPECT_EQ(w.crawler.summary().problem, "") << "stopped at " << steps;
    EXPECT_EQ(w.inside.actors(), 0u) << "stopped at " << steps;
    EXPECT_FALSE(w.world.next_timer()) << "stopped at " << steps;
    EXPECT_EQ(w.oracle.outcomes(), w.oracle.visits()) << "stopped at " << steps;
    EXPECT_TRUE(w.world.violations().empty()) << w.world.violations().front();
  }
}

TEST(crawler, of_fixed_endpoints_dials_no_others_whoever_is_heard_of) {
  auto recipe = pool_recipe();
  recipe.config.start.fixed = true;
  recipe.config.run.hold = 100;
  held_world w(12, 150, recipe);
  w.crawler.start();
  w.driver.run([] { return false; }, std::chrono::minutes{30});
  const auto named = w.nodes.seeds();
  EXPECT_EQ(w.crawler.pool()->live(), named.size());
  for (const auto& [key, entry] : w.crawler.pool()->entries())
    EXPECT_NE(std::find(named.begin(), named.end(), key), named.end()) << net::to_string(key);
}

TEST(pool, lost_peers_that_are_held_are_replaced) {
  auto recipe = pool_recipe();
  recipe.config.run.hold = 3;
  recipe.config.reconnects.max_reconnects = 0; // Replacing is all that is left.
  held_world w(11, 12, recipe);
  w.crawler.start();
  const auto holds = [&] {
    w.oracle.look();
    return w.crawler.pool() && w.crawler.pool()->in_phase(actors::pool_phase::connected) == 3 &&
           w.crawler.pool()->held() == 3;
  };
  ASSERT_TRUE(w.driver.run(holds, seconds{60}));
  w.driver.run([] { return false; }, w.world.now().steady + seconds{30});
  ASSERT_TRUE(holds());
  for (int i = 0; i != 6; ++i) {
    const auto lost = w.crawler.pool()->entries().begin();
    w.inside.send(lost->second.connection, actors::disconnect_peer{net::outcome::cancelled});
    w.driver.run([] { return false; }, w.world.now().steady + seconds{10});
    EXPECT_TRUE(holds()) << "after " << i + 1 << " losses";
  }
  EXPECT_EQ(w.oracle.problems(), std::vector<std::string>{});
}

} // namespace
} // namespace seedwalk::test
