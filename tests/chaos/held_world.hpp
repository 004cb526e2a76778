#pragma once

#include "tests/chaos/pool_world.hpp"

namespace seedwalk::test {

/// A world with one crawler and honest nodes.
struct held_world {
  held_world(std::uint64_t seed, std::uint32_t node_count, const actors::crawl_recipe& recipe)
      : home({seed, sim::strategy::uniform, false, std::chrono::seconds{1'767'225'600}}),
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

} // namespace seedwalk::test
