#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/outage_detector.hpp"

namespace seedwalk::actors {
namespace {

using net::network_id;

TEST(outage_detector, needs_that_many_failures_in_a_row_of_those_that_were_good) {
  EXPECT_TRUE(rc::check([] {
    outage_detector outages;
    std::uint32_t in_a_row = 0;
    net::instant now{};
    std::chrono::seconds first_failure{0};
    bool in_outage = false;
    for (int i = 0; i != 300; ++i) {
      now.steady += std::chrono::seconds{1};
      now.wall += std::chrono::seconds{1};
      const bool answered = *rc::gen::inRange(0, 100) == 0;
      const bool was_good = *rc::gen::inRange(0, 4) != 0;
      const auto over = outages.dialled(network_id::ipv4, answered, was_good, now);
      RC_ASSERT(over.has_value() == (answered && in_outage));
      if (over) {
        RC_ASSERT(over->since == first_failure);
        RC_ASSERT(over->until == now.wall);
      }
      if (answered) {
        in_a_row = 0;
        in_outage = false;
      } else if (was_good && !in_outage) {
        if (in_a_row++ == 0)
          first_failure = now.wall;
        in_outage = in_a_row == outage_detector::failures_in_a_row;
      }
      RC_ASSERT(outages.in_outage(network_id::ipv4) == in_outage);
      RC_ASSERT(!outages.in_outage(network_id::torv3));
    }
  }));
}

TEST(outage_detector, a_network_in_outage_is_probed_now_and_then) {
  outage_detector outages;
  const net::instant begin{std::chrono::seconds{5}, std::chrono::seconds{5}};
  EXPECT_FALSE(outages.next_probe());
  for (std::uint32_t i = 0; i != outage_detector::failures_in_a_row; ++i)
    outages.dialled(network_id::torv3, false, true, begin);
  ASSERT_TRUE(outages.any());
  ASSERT_TRUE(outages.next_probe());
  const auto due = *outages.next_probe();
  EXPECT_EQ(due, begin.steady + outage_detector::probe_every);
  EXPECT_FALSE(outages.take_probe(due - net::steady_time{1}));
  EXPECT_EQ(outages.take_probe(due), network_id::torv3);
  EXPECT_FALSE(outages.take_probe(due));
  EXPECT_EQ(outages.next_probe(), due + outage_detector::probe_every);
  outages.dialled(network_id::torv3, true, false, begin);
  EXPECT_FALSE(outages.next_probe());
}

} // namespace
} // namespace seedwalk::actors
