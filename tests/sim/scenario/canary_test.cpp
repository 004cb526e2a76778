// A canary: a search that finds nothing may be one that cannot. A bug is planted, and must be
// found.

#include <memory>

#include <gtest/gtest.h>

#include "net/door/forwarding_network.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/swarm.hpp"

namespace seedwalk::sim {
namespace {

constexpr std::uint64_t seeds = 40;

/// The planted bug: every `every`th close is forgotten; 0: none is.
class forgetful_network final : public net::forwarding_network {
public:
  forgetful_network(net::network& behind, std::uint64_t every)
      : forwarding_network(behind), every_(every) {}

  void close(net::connection_id id, net::closing closing) override {
    if (every_ == 0 || ++closes_ % every_ != 0)
      behind_.close(id, closing);
  }

private:
  std::uint64_t every_;
  std::uint64_t closes_ = 0;
};

/// How many of the first seeds break a promise, where that bug is.
std::uint64_t broken_where_closes_are_forgotten(std::uint64_t every) {
  std::uint64_t broken = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto s = draw_swarm(seed);
    s.limit = std::chrono::hours{1}; // It would go on for days.
    crawl_world world{s, [every](net::network& behind) {
                        return std::make_unique<forgetful_network>(behind, every);
                      }};
    broken += run_crawl(world).broken.empty() ? 0 : 1;
  }
  return broken;
}

TEST(canary, a_close_that_is_forgotten_now_and_then_is_found) {
  EXPECT_EQ(broken_where_closes_are_forgotten(0), 0u);
  EXPECT_GT(broken_where_closes_are_forgotten(7), seeds / 5);
}

} // namespace
} // namespace seedwalk::sim
