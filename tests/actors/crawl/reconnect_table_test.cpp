#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/reconnect_table.hpp"

namespace seedwalk::actors {
namespace {

const auto lost_peer = net::ipv4_endpoint(0x0a000001, 8333);

TEST(reconnect_table, never_more_than_the_maximum_within_the_window) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    reconnect_options options;
    options.max_reconnects = *rc::gen::inRange<std::uint32_t>(0, 6);
    options.window = std::chrono::seconds{*rc::gen::inRange(10, 600)};
    reconnect_table table;
    std::vector<net::steady_time> granted;
    net::steady_time now{0};
    for (int i = 0; i != 60; ++i) {
      now += std::chrono::seconds{*rc::gen::inRange(0, 100)};
      const auto in_window = static_cast<std::size_t>(std::count_if(
          granted.begin(), granted.end(), [&](auto at) { return at > now - options.window; }));
      RC_ASSERT(table.recent(lost_peer, now, options) == in_window);
      const auto again = table.lost(lost_peer, now, options, seed);
      RC_ASSERT(again.has_value() == (in_window < options.max_reconnects));
      if (again)
        granted.push_back(now);
    }
  }));
}

TEST(reconnect_table, delays_double_up_to_the_longest_and_jitter_stays_in_bounds) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    reconnect_options options;
    options.max_reconnects = 20;
    options.window = std::chrono::hours{24};
    options.jitter_percent = *rc::gen::inRange<std::uint32_t>(0, 101);
    reconnect_table table;
    std::chrono::nanoseconds expected = options.first_delay;
    for (std::uint32_t i = 0; i != options.max_reconnects; ++i) {
      const net::steady_time now = std::chrono::seconds{i};
      const auto again = table.lost(lost_peer, now, options, seed);
      RC_ASSERT(again.has_value());
      const auto delay = *again - now;
      const auto spread = expected * options.jitter_percent / 100;
      RC_ASSERT(delay >= expected - spread);
      RC_ASSERT(delay <= expected + spread);
      expected = std::min<std::chrono::nanoseconds>(2 * expected, options.longest_delay);
    }
  }));
}

TEST(reconnect_table, other_endpoints_change_nothing_and_seeds_do) {
  reconnect_options options;
  reconnect_table alone;
  reconnect_table crowded;
  reconnect_table other_seed;
  for (std::uint16_t port = 1; port != 50; ++port)
    crowded.lost(net::ipv4_endpoint(0x0a000002, port), net::steady_time{0}, options, 1);
  bool differs = false;
  for (int i = 0; i != 5; ++i) {
    const net::steady_time now = std::chrono::seconds{i};
    const auto a = alone.lost(lost_peer, now, options, 1);
    EXPECT_EQ(a, crowded.lost(lost_peer, now, options, 1));
    differs = differs || a != other_seed.lost(lost_peer, now, options, 2);
  }
  EXPECT_TRUE(differs);
}

/// How long each of `n` reconnects waits, of a peer that is lost again `pause` after each.
std::vector<net::steady_time> waits(std::size_t n, net::steady_time first, net::steady_time pause,
                                    const reconnect_options& options) {
  reconnect_table table;
  std::vector<net::steady_time> result;
  for (auto now = first; result.size() != n; now += pause)
    if (const auto again = table.lost(lost_peer, now, options, 1))
      result.push_back(*again - now);
  return result;
}

TEST(reconnect_table, the_nth_reconnect_is_drawn_the_same_whenever_it_comes) {
  const reconnect_options options;
  const auto at_once = waits(5, net::steady_time{0}, std::chrono::seconds{1}, options);
  EXPECT_EQ(waits(5, std::chrono::seconds{77}, std::chrono::seconds{60}, options), at_once);
}

TEST(reconnect_table, reconnects_are_numbered_beyond_the_window) {
  const reconnect_options options;
  // Each is the only one within its window: the delay is the same, and only the draw differs.
  const auto alone = waits(8, net::steady_time{0}, 2 * options.window, options);
  EXPECT_EQ(std::set<net::steady_time>(alone.begin(), alone.end()).size(), 8u);
  EXPECT_EQ(waits(8, std::chrono::hours{5}, 3 * options.window, options), alone);
}

TEST(reconnect_table, only_the_networks_doing_and_only_outbound) {
  for (std::size_t i = 0; i != net::outcome_count; ++i) {
    const auto outcome = static_cast<net::outcome>(i);
    EXPECT_FALSE(may_reconnect(net::direction::inbound, outcome)) << net::name_of(outcome);
    EXPECT_FALSE(may_reconnect(net::direction::inbound_over_capacity, outcome))
        << net::name_of(outcome);
  }
  for (const auto outcome :
       {net::outcome::misbehaved, net::outcome::malformed, net::outcome::oversize,
        net::outcome::wrong_magic, net::outcome::banned, net::outcome::duplicate,
        net::outcome::self, net::outcome::obsolete, net::outcome::services_missing,
        net::outcome::cancelled, net::outcome::internal_error, net::outcome::complete})
    EXPECT_FALSE(may_reconnect(net::direction::outbound, outcome)) << net::name_of(outcome);
  for (const auto outcome :
       {net::outcome::refused, net::outcome::connect_timeout, net::outcome::reset,
        net::outcome::closed_after_handshake, net::outcome::ping_timeout})
    EXPECT_TRUE(may_reconnect(net::direction::outbound, outcome)) << net::name_of(outcome);
}

TEST(reconnect_table, keeps_no_place_for_a_peer_that_was_never_reconnected) {
  reconnect_options none;
  none.max_reconnects = 0;
  reconnect_table table;
  for (std::uint32_t i = 0; i != reconnect_table::max_endpoints; ++i)
    ASSERT_FALSE(table.lost(net::ipv4_endpoint(0x0b000000 + i, 1), net::steady_time{0}, none, 1));
  EXPECT_TRUE(table.lost(lost_peer, net::steady_time{0}, {}, 1));
}

TEST(reconnect_table, those_who_may_are_taken_when_their_time_has_come_and_not_before) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    reconnect_options options;
    options.max_reconnects = 3;
    reconnect_table table;
    std::multimap<net::steady_time, net::endpoint> expected;
    net::steady_time now{0};
    for (int i = 0; i != 80; ++i) {
      now += std::chrono::milliseconds{*rc::gen::inRange(0, 4'000)};
      if (*rc::gen::arbitrary<bool>()) {
        const auto lost = net::ipv4_endpoint(0x0a000000, *rc::gen::inRange<std::uint16_t>(1, 9));
        if (const auto again = table.lost(lost, now, options, seed))
          expected.emplace(*again, lost);
      } else if (*rc::gen::inRange(0, 15) == 0) {
        table.drop_waiting();
        expected.clear();
      }
      RC_ASSERT(table.waiting() == expected.size());
      RC_ASSERT(table.next().has_value() == !expected.empty());
      if (expected.empty())
        continue;
      const auto first = expected.begin()->first;
      RC_ASSERT(table.next() == first);
      RC_ASSERT(!table.take(first - net::steady_time{1}));
      if (*rc::gen::arbitrary<bool>())
        now = std::max(now, first);
      if (first > now)
        continue;
      const auto taken = table.take(now);
      RC_ASSERT(taken == expected.begin()->second);
      expected.erase(expected.begin());
    }
  }));
}

// Its visit is still being written when its time has come.
TEST(reconnect_table, who_is_put_off_waits_until_it_is_put_back) {
  reconnect_table table;
  const auto when = table.lost(lost_peer, net::steady_time{0}, {}, 1);
  ASSERT_TRUE(when);
  ASSERT_EQ(table.take(*when), lost_peer);
  table.put_off(lost_peer);
  const auto later = *when + std::chrono::hours{1};
  EXPECT_EQ(table.waiting(), 1u);
  EXPECT_FALSE(table.next());
  EXPECT_FALSE(table.take(later));
  table.put_back(lost_peer, later);
  table.put_back(lost_peer, later);
  EXPECT_EQ(table.waiting(), 1u);
  EXPECT_EQ(table.next(), later);
  EXPECT_EQ(table.take(later), lost_peer);
  table.put_back(lost_peer, later);
  EXPECT_EQ(table.waiting(), 0u);
  table.put_off(lost_peer);
  table.drop_waiting();
  EXPECT_EQ(table.waiting(), 0u);
}

TEST(reconnect_table, is_bounded) {
  reconnect_options options;
  reconnect_table table;
  for (std::uint32_t i = 0; i != reconnect_table::max_endpoints; ++i)
    ASSERT_TRUE(table.lost(net::ipv4_endpoint(0x0b000000 + i, 1), net::steady_time{0}, options, 1));
  EXPECT_FALSE(table.lost(lost_peer, std::chrono::seconds{1}, options, 1));
  EXPECT_TRUE(table.lost(lost_peer, options.window + std::chrono::seconds{1}, options, 1));
}

} // namespace
} // namespace seedwalk::actors
