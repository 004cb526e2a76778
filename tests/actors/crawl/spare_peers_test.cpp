#include <deque>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/spare_peers.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::seconds;

net::endpoint peer(std::uint32_t n) {
  return net::ipv4_endpoint(0x0a000000 + n, 8333);
}

TEST(spare_peers, are_taken_in_the_order_in_which_they_came_and_asked_for_when_there_are_none) {
  EXPECT_TRUE(rc::check([] {
    spare_peers spares;
    std::deque<net::endpoint> expected;
    std::optional<net::steady_time> asked;
    net::steady_time now{0};
    std::uint32_t next = 0;
    for (int i = 0; i != 60; ++i) {
      now += seconds{20} * *rc::gen::inRange(0, 3);
      switch (*rc::gen::inRange(0, 5)) {
      case 0:
        for (int n = *rc::gen::inRange(0, 5); n > 0; --n) {
          spares.add(peer(++next));
          expected.push_back(peer(next));
        }
        break;
      case 1: {
        std::vector<net::endpoint> known;
        for (int n = *rc::gen::inRange(0, 5); n > 0; --n)
          known.push_back(peer(++next));
        spares.fill(known);
        expected.insert(expected.end(), known.begin(), known.end());
        break;
      }
      case 2: {
        const bool due = expected.empty() && (!asked || now - *asked >= spare_peers::asked_every);
        RC_ASSERT(spares.ask(now) == due);
        if (due)
          asked = now;
        break;
      }
      default: {
        const auto taken = spares.take();
        RC_ASSERT(taken.has_value() == !expected.empty());
        if (!taken)
          break;
        RC_ASSERT(*taken == expected.front());
        expected.pop_front();
      }
      }
      RC_ASSERT(spares.size() == expected.size());
      RC_ASSERT(spares.empty() == expected.empty());
    }
  }));
}

TEST(spare_peers, the_oldest_go_beyond_the_most_that_are_kept) {
  spare_peers spares;
  for (std::uint32_t n = 0; n != spare_peers::kept_max + 3; ++n)
    spares.add(peer(n));
  EXPECT_EQ(spares.size(), spare_peers::kept_max);
  EXPECT_EQ(spares.take(), peer(3));
}

TEST(spare_peers, all_that_the_database_was_asked_for_are_kept) {
  std::vector<net::endpoint> known;
  for (std::uint32_t n = 0; n != spare_peers::kept_max + 3; ++n)
    known.push_back(peer(n));
  spare_peers spares;
  spares.fill(known);
  EXPECT_EQ(spares.size(), known.size());
  spares.add(peer(5'000));
  EXPECT_EQ(spares.size(), known.size()) << "one comes, one goes";
}

} // namespace
} // namespace seedwalk::actors
