#include <iostream>
#include <vector>

#include <gtest/gtest.h>

#include "tests/chaos/careless_pool.hpp"
#include "tests/chaos/pool_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t seeds = 1'000;
constexpr std::uint32_t room = 4;

/// Now and then a connection is reset, and its slot is to be had again.
sim::fault_rule rare_resets() {
  sim::fault_rule rule;
  rule.name = "resets";
  rule.both_directions = true;
  rule.of = 4;
  rule.action = sim::fault::reset_after{milliseconds{2'500}};
  return rule;
}

/// The most connections that a pool of that kind has at once in one seed's world: nodes to dial,
/// and others who dial it now and then.
template <counting When>
std::uint32_t most_connections(std::uint64_t seed) {
  sim::world world(pool_options(seed));
  sim::simulation driver(world);
  sim::process process(world);
  sim::internet_options options;
  sim::internet internet(options, world.events());
  internet.set_faults({rare_resets()});
  sim::topology_options few;
  few.seed = seed;
  few.nodes = 4;
  few.seeds = 4;
  const sim::topology nodes(few);
  sim::bitcoin_nodes models(nodes);
  sim::node_host hosts(internet, nodes, models);
  auto listens = host_address(1);
  listens.port = 18'444;
  sim::network door(internet, process, {{listens}});
  std::uint32_t most = 0;
  using pool = small_pool<When>;
  auto first = few.first;
  typename pool::environment env{
      door, process, process, listens, first, room, [&most](std::uint32_t open) {
        most = std::max(most, open);
      }};
  inbound_storm storm(internet, host_address(10), listens, seed);
  net::spawn<pool>(process, env, "pool");
  net::random_stream draw{seed, "race"};
  net::steady_time next = milliseconds{draw.between(1'000, 5'000)};
  const auto end = milliseconds{8'000};
  while (world.now().steady < end && driver.advance()) {
    storm.act();
    if (world.now().steady >= next) {
      storm.dial();
      next = world.now().steady + milliseconds{draw.between(500, 5'000)};
    }
  }
  return most;
}

template <counting When>
std::vector<std::uint64_t> breaking_seeds() {
  std::vector<std::uint64_t> found;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    if (most_connections<When>(seed) > room)
      found.push_back(seed);
  return found;
}

TEST(race, the_search_finds_the_pool_that_counts_after_connecting) {
  const auto found = breaking_seeds<counting::after_connecting>();
  ASSERT_FALSE(found.empty()) << "no seed breaks it: the search proves nothing";
  std::cout << "seed " << found.front() << " is the first of " << found.size() << " in " << seeds
            << ": " << most_connections<counting::after_connecting>(found.front())
            << " connections where " << room << " are allowed\n";
  // A mistake that every schedule shows would be found without a search.
  EXPECT_LT(found.size(), seeds / 10);
}

TEST(race, no_seed_breaks_the_same_pool_when_it_reserves_before_dialling) {
  EXPECT_EQ(breaking_seeds<counting::before_dialling>(), std::vector<std::uint64_t>{});
}

} // namespace
} // namespace seedwalk::test
