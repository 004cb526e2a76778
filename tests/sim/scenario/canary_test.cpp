// A canary: a search that finds nothing may be one that cannot. A bug is planted, and must be
// found.

#include <memory>

#include <gtest/gtest.h>

#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/swarm.hpp"
#include "tests/chaos/spying_network.hpp"

namespace seedwalk::sim {
namespace {

constexpr std::uint64_t seeds = 40;

/// How many of the first seeds break a promise, where every `every`th close of a crawler is
/// forgotten; 0: none is.
std::uint64_t broken_where_closes_are_forgotten(std::uint64_t every) {
  std::uint64_t broken = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto s = draw_swarm(seed);
    s.limit = std::chrono::hours{1}; // It would go on for days.
    crawl_world world{s, [every](net::network& inner) {
                        auto spy = std::make_unique<test::spying_network>(inner);
                        spy->forgets_close = [every, n = std::uint64_t{0}]() mutable {
                          return every != 0 && ++n % every == 0;
                        };
                        return spy;
                      }};
    broken += run_crawl(world).broken.empty() ? 0 : 1;
  }
  return broken;
}

TEST(canary, a_close_that_is_forgotten_now_and_then_is_found) {
  EXPECT_EQ(broken_where_closes_are_forgotten(0), 0u);
  EXPECT_GT(broken_where_closes_are_forgotten(7), seeds / 4);
}

} // namespace
} // namespace seedwalk::sim
