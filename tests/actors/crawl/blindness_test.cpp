#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/blindness.hpp"

namespace seedwalk::actors {
namespace {

using net::network_id;

TEST(blindness, needs_that_many_failures_in_a_row_of_those_that_were_good) {
  EXPECT_TRUE(rc::check([] {
    blindness blind;
    std::uint32_t in_a_row = 0;
    net::instant now{};
    std::chrono::seconds first_failure{0};
    bool is_blind = false;
    for (int i = 0; i != 300; ++i) {
      now.steady += std::chrono::seconds{1};
      now.wall += std::chrono::seconds{1};
      const bool answered = *rc::gen::inRange(0, 100) == 0;
      const bool was_good = *rc::gen::inRange(0, 4) != 0;
      const auto over = blind.dialled(network_id::ipv4, answered, was_good, now);
      RC_ASSERT(over.has_value() == (answered && is_blind));
      if (over) {
        RC_ASSERT(over->since == first_failure);
        RC_ASSERT(over->until == now.wall);
      }
      if (answered) {
        in_a_row = 0;
        is_blind = false;
      } else if (was_good && !is_blind) {
        if (in_a_row++ == 0)
          first_failure = now.wall;
        is_blind = in_a_row == blindness::failures_in_a_row;
      }
      RC_ASSERT(blind.is_blind(network_id::ipv4) == is_blind);
      RC_ASSERT(!blind.is_blind(network_id::torv3));
    }
  }));
}

TEST(blindness, a_blind_network_is_probed_now_and_then) {
  blindness blind;
  const net::instant begin{std::chrono::seconds{5}, std::chrono::seconds{5}};
  EXPECT_FALSE(blind.next_probe());
  for (std::uint32_t i = 0; i != blindness::failures_in_a_row; ++i)
    blind.dialled(network_id::torv3, false, true, begin);
  ASSERT_TRUE(blind.any());
  ASSERT_TRUE(blind.next_probe());
  const auto due = *blind.next_probe();
  EXPECT_EQ(due, begin.steady + blindness::probe_every);
  EXPECT_FALSE(blind.take_probe(due - net::steady_time{1}));
  EXPECT_EQ(blind.take_probe(due), network_id::torv3);
  EXPECT_FALSE(blind.take_probe(due));
  EXPECT_EQ(blind.next_probe(), due + blindness::probe_every);
  blind.dialled(network_id::torv3, true, false, begin);
  EXPECT_FALSE(blind.next_probe());
}

} // namespace
} // namespace seedwalk::actors
