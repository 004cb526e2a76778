#include <gtest/gtest.h>

#include "actors/peer_messages.hpp"
#include "tests/chaos/pool_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::seconds;

/// A world with one crawler and honest nodes.
struct held_world {
  held_world(std::uint64_t seed, std::uint32_t node_count, const actors::crawl_recipe& recipe)
      : home({seed, sim::strategy::uniform, false, seconds{1'767'225'600}}),
        events(seed, net::steady_time{50'000}), where(options(seed), events, home),
        nodes(topology(seed, node_count)), models(nodes), hosts(where, nodes, models),
        crawler(home, events, where, "crawler", host_address(1), with_seeds(recipe), seed),
        oracle(crawler), process(home), driver({}, home, events) {
    home.listen(&oracle);
  }

  static sim::internet_options options(std::uint64_t seed) {
    sim::internet_options o;
    o.streams.seed = seed;
    return o;
  }
  static sim::topology_options topology(std::uint64_t seed, std::uint32_t count) {
    sim::topology_options o;
    o.seed = seed;
    o.nodes = count;
    o.addresses_a_node = std::min<std::uint32_t>(count, 200);
    return o;
  }
  actors::crawl_recipe with_seeds(actors::crawl_recipe recipe) {
    recipe.config.start.connect = nodes.seeds();
    return recipe;
  }

  sim::world home;
  sim::agenda events;
  sim::internet where;
  sim::topology nodes;
  sim::bitcoin_nodes models;
  sim::node_host hosts;
  crawler_host crawler;
  pool_oracle oracle;
  sim::process process;
  sim::simulation driver;
};

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
    w.driver.settle();
    EXPECT_EQ(w.crawler.summary().problem, "") << "stopped at " << steps;
    EXPECT_EQ(w.home.actors(), 0u) << "stopped at " << steps;
    EXPECT_FALSE(w.home.next_timer()) << "stopped at " << steps;
    EXPECT_EQ(w.oracle.outcomes(), w.oracle.visits()) << "stopped at " << steps;
    EXPECT_TRUE(w.home.violations().empty()) << w.home.violations().front();
  }
}

TEST(pool, lost_peers_that_are_held_are_replaced) {
  auto recipe = pool_recipe();
  recipe.config.run.hold = 3;
  recipe.config.restarts.max_restarts = 0; // Replacing is all that is left.
  held_world w(11, 12, recipe);
  w.crawler.start();
  const auto holds = [&] {
    w.oracle.look();
    return w.crawler.pool() && w.crawler.pool()->in_phase(actors::pool_phase::connected) == 3 &&
           w.crawler.pool()->held() == 3;
  };
  ASSERT_TRUE(w.driver.run(holds, seconds{60}));
  w.driver.run([] { return false; }, w.home.now().steady + seconds{30});
  ASSERT_TRUE(holds());
  for (int i = 0; i != 6; ++i) {
    const auto lost = w.crawler.pool()->entries().begin();
    w.home.send(lost->second.connection, actors::disconnect_peer{net::outcome::cancelled});
    w.driver.run([] { return false; }, w.home.now().steady + seconds{10});
    EXPECT_TRUE(holds()) << "after " << i + 1 << " losses";
  }
  EXPECT_EQ(w.oracle.problems(), std::vector<std::string>{});
}

} // namespace
} // namespace seedwalk::test
