// Several crawlers in one world: each is a process of its own, and dies and comes back without the
// others' noticing, but by their connections.

#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/chaos/pool_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::seconds;

constexpr std::uint16_t crawler_port = 18'444;

/// SEEDWALK_KILLS asks for more, or for fewer.
std::uint64_t kill_count() {
  const auto asked = std::getenv("SEEDWALK_KILLS");
  return asked ? std::strtoull(asked, nullptr, 10) : 200;
}

/// What a crash leaves of a disk.
sim::loss_model drawn_loss(net::random_stream& draw) {
  using bytes = sim::loss_model::bytes;
  using names = sim::loss_model::names;
  constexpr std::array all_bytes = {bytes::keep, bytes::lose, bytes::tear, bytes::pages};
  constexpr std::array all_names = {names::keep, names::lose, names::prefix};
  return {all_bytes[draw.below(all_bytes.size())], all_names[draw.below(all_names.size())],
          draw.next()};
}

/// Two crawlers that listen, and dial each other and some nodes.
struct two_crawlers {
  explicit two_crawlers(std::uint64_t seed)
      : world(pool_options(seed)), driver(world), internet({}, world.events()),
        nodes(topology(seed)), models(nodes), hosts(internet, nodes, models) {
    for (std::uint8_t i = 0; i != 2; ++i) {
      auto recipe = pool_recipe();
      auto own_address = host_address(static_cast<std::uint8_t>(1 + i));
      auto other = host_address(static_cast<std::uint8_t>(2 - i));
      own_address.port = other.port = crawler_port;
      recipe.config.peers.listen = {own_address};
      recipe.config.start.connect = nodes.seeds();
      recipe.config.start.connect.push_back(other);
      recipe.config.run.hold = 3;
      recipe.config.schedule.live_interval = seconds{10};
      all.push_back(std::make_unique<pool_crawler>(world, internet, i == 0 ? "a" : "b", own_address,
                                                   recipe, seed * 2 + i));
      oracles.push_back(std::make_unique<pool_oracle>(*all.back()));
      world.listen(*oracles.back());
    }
    for (auto& one : all)
      one->start();
  }

  static sim::topology_options topology(std::uint64_t seed) {
    sim::topology_options o;
    o.seed = seed;
    o.nodes = 8;
    o.seeds = 2;
    o.addresses_a_node = 8;
    // Not on loopback: there both crawlers would have the same address.
    o.first = net::ipv4_endpoint(0xcb007101, crawler_port);
    return o;
  }

  /// Advances so often, and looks at what the pools promise after each step of the pool of
  /// `oracle`.
  void advance(std::uint64_t times, pool_oracle* oracle = nullptr) {
    while (times-- != 0 && driver.advance())
      if (oracle != nullptr)
        oracle->look();
  }

  sim::world world;
  sim::simulation driver;
  sim::internet internet;
  sim::topology nodes;
  sim::bitcoin_nodes models;
  sim::node_host hosts;
  std::vector<std::unique_ptr<pool_crawler>> all;
  std::vector<std::unique_ptr<pool_oracle>> oracles;
};

TEST(two_crawlers, one_dies_at_any_step_and_comes_back_and_the_other_keeps_its_promises) {
  std::uint64_t restarts = 0;
  for (std::uint64_t seed = 1; seed <= kill_count(); ++seed) {
    const auto context = fmt::format("seed {}", seed);
    net::random_stream draw{seed, "kills"};
    two_crawlers w(seed);
    auto& victim = *w.all[seed % 2];
    auto& other = *w.all[1 - seed % 2];
    auto& other_judge = *w.oracles[1 - seed % 2];
    w.advance(draw.below(4'000), &other_judge);
    const auto known = victim.inside().known();
    victim.kill(drawn_loss(draw));
    EXPECT_EQ(victim.inside().actors(), 0u) << context;
    EXPECT_EQ(victim.inside().known(), 0u) << context << ", of " << known;
    w.advance(draw.below(2'000), &other_judge);
    const auto restarted = victim.restart();
    ASSERT_TRUE(restarted) << context << ": " << restarted.error().message;
    EXPECT_EQ(victim.name(), fmt::format("{}.2/crawler", seed % 2 == 0 ? "a" : "b"));
    pool_oracle victim_judge(victim);
    w.world.listen(victim_judge);
    w.driver.run([] { return false; }, w.world.now().steady + seconds{5});
    for (int i = 0; i != 2'000 && w.driver.advance(); ++i) {
      other_judge.look();
      victim_judge.look();
    }
    restarts += victim_judge.visits() > 0 ? 1 : 0;
    for (auto& one : w.all)
      one->stop();
    ASSERT_TRUE(w.driver.run([&] { return victim.over() && other.over(); },
                             w.world.now().steady + seconds{300}))
        << context;
    w.driver.quiesce();
    for (auto& one : w.all)
      EXPECT_EQ(one->inside().actors(), 0u) << context;
    EXPECT_FALSE(w.world.next_timer()) << context;
    EXPECT_EQ(other_judge.problems(), std::vector<std::string>{}) << context;
    EXPECT_EQ(victim_judge.problems(), std::vector<std::string>{}) << context;
    EXPECT_TRUE(w.world.violations().empty()) << context;
    EXPECT_EQ(w.hosts.violations().size(), 0u) << context;
    w.world.ignore(victim_judge);
  }
  EXPECT_GT(restarts, kill_count() / 2) << "hardly anybody visited anybody again";
}

/// Counts events whose name another one had before.
class repeated_names final : public sim::world_listener {
public:
  void on_event(std::uint64_t event, std::uint64_t) override { note(event); }
  void before_step(const sim::step_view& step) override { note(step.event); }
  std::uint64_t repeated = 0;

private:
  void note(std::uint64_t event) { repeated += seen_.insert(event).second ? 0 : 1; }
  std::set<std::uint64_t> seen_;
};

TEST(two_crawlers, no_two_events_have_one_name_whoever_dies) {
  for (std::uint64_t seed = 1; seed != 6; ++seed) {
    two_crawlers w(seed);
    repeated_names names;
    w.world.listen(names);
    w.advance(3'000);
    w.all[0]->kill({});
    ASSERT_TRUE(w.all[0]->restart());
    w.advance(6'000);
    EXPECT_EQ(names.repeated, 0u) << seed;
    w.world.ignore(names);
  }
}

/// The chain of "a" when it has made so many steps, in a world whose crawlers share no node; "b" is
/// killed and started again after so many of a's steps.
///
/// Nobody is taken ahead of its time here: that moves the time of the whole world, a's too.
std::uint64_t chain_of_a(std::uint64_t seed, std::uint64_t steps, std::uint64_t kill_after) {
  auto options = pool_options(seed);
  options.order.ahead = {};
  sim::world world(options);
  sim::simulation driver(world);
  sim::internet internet({}, world.events());
  std::vector<std::unique_ptr<sim::topology>> nodes;
  std::vector<std::unique_ptr<sim::bitcoin_nodes>> models;
  std::vector<std::unique_ptr<sim::node_host>> hosts;
  std::vector<std::unique_ptr<pool_crawler>> all;
  for (std::uint8_t i = 0; i != 2; ++i) {
    auto o = two_crawlers::topology(seed + i);
    o.first = net::ipv4_endpoint(0xcb007101u + 0x100u * i, crawler_port);
    nodes.push_back(std::make_unique<sim::topology>(o));
    models.push_back(std::make_unique<sim::bitcoin_nodes>(*nodes.back()));
    hosts.push_back(std::make_unique<sim::node_host>(internet, *nodes.back(), *models.back()));
    auto recipe = pool_recipe();
    recipe.config.start.connect = nodes.back()->seeds();
    recipe.config.schedule.live_interval = seconds{10};
    all.push_back(std::make_unique<pool_crawler>(world, internet, i == 0 ? "a" : "b",
                                                 host_address(static_cast<std::uint8_t>(1 + i)),
                                                 recipe, seed * 2 + i));
    all.back()->start();
  }
  bool killed = false;
  while (all[0]->inside().steps() < steps && driver.advance())
    if (!killed && all[0]->inside().steps() >= kill_after) {
      killed = true;
      all[1]->kill({});
      EXPECT_TRUE(all[1]->restart());
    }
  EXPECT_EQ(killed, kill_after <= steps);
  return all[0]->inside().run_chain().value();
}

TEST(two_crawlers, that_share_no_node_do_not_notice_each_others_death) {
  constexpr std::uint64_t steps = 1'500;
  for (std::uint64_t seed = 1; seed != 9; ++seed) {
    const auto undisturbed = chain_of_a(seed, steps, UINT64_MAX);
    for (const std::uint64_t moment : {1u, 100u, 333u, 700u, 1'200u})
      EXPECT_EQ(chain_of_a(seed, steps, moment), undisturbed) << seed << ", killed at " << moment;
  }
}

} // namespace
} // namespace seedwalk::test
