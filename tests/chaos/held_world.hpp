#pragma once

#include "tests/chaos/pool_world.hpp"

namespace seedwalk::test {

/// A world with one crawler and honest nodes.
struct held_world {
  held_world(std::uint64_t seed, std::uint32_t node_count, const actors::crawl_recipe& recipe)
      : world(pool_options(seed)), driver(world), internet({}, world.events()),
        nodes(topology(seed, node_count)), models(nodes), hosts(internet, nodes, models),
        crawler(world, internet, "", host_address(1), with_seeds(recipe), seed), oracle(crawler) {
    world.listen(oracle);
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

  sim::world world;
  sim::simulation driver;
  sim::internet internet;
  sim::topology nodes;
  sim::bitcoin_nodes models;
  sim::node_host hosts;
  pool_crawler crawler;
  sim::process& inside = crawler.inside();
  pool_oracle oracle;
};

} // namespace seedwalk::test
