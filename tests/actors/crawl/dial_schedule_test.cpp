#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/dial_schedule.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using store::dial_class;

store::due_peer due(net::endpoint at, dial_class queue) {
  store::due_peer peer;
  peer.peer = at;
  peer.queue = queue;
  return peer;
}

dial_class class_of(int n) {
  return static_cast<dial_class>(n);
}

net::endpoint far(std::uint32_t n) {
  return net::ipv4_endpoint(0x08000000 + n, 8333);
}

TEST(dial_schedule, those_who_are_not_wanted_any_more_leave_and_the_others_keep_their_order) {
  dial_schedule schedule;
  for (std::uint32_t n = 0; n != 9; ++n)
    schedule.add(due(far(n << 8), class_of(static_cast<int>(n % 3))));
  const auto dropped = schedule.drop_waiting(
      [](const net::endpoint& peer) { return peer == far(3 << 8) || peer == far(4 << 8); });
  EXPECT_EQ(dropped.size(), 2u);
  EXPECT_EQ(schedule.waiting(), 7u);
  std::array<std::vector<net::endpoint>, 3> order;
  net::steady_time now = seconds{1};
  while (const auto peer = schedule.next(now += seconds{1}))
    order[static_cast<std::size_t>(peer->queue)].push_back(peer->peer);
  EXPECT_EQ(order[0], (std::vector{far(0), far(6 << 8)}));
  EXPECT_EQ(order[1], (std::vector{far(1 << 8), far(7 << 8)}));
  EXPECT_EQ(order[2], (std::vector{far(2 << 8), far(5 << 8), far(8 << 8)}));
}

TEST(dial_schedule, slots_groups_and_paces_hold_whatever_is_drawn) {
  EXPECT_TRUE(rc::check([] {
    dial_limits limits;
    limits.slots = *rc::gen::inRange<std::uint32_t>(1, 12);
    limits.dials_per_second = *rc::gen::inRange<std::uint32_t>(1, 50);
    limits.group_slots = *rc::gen::inRange<std::uint32_t>(1, 4);
    dial_schedule schedule{limits};
    std::vector<store::due_peer> in_use;
    std::vector<net::steady_time> dials;
    std::map<store::subnet, net::steady_time> group_dials;
    std::size_t waiting = 0;
    std::uint32_t next = 0;
    net::steady_time now = seconds{1};
    for (int i = 0; i != 120; ++i) {
      now += milliseconds{*rc::gen::inRange(0, 200)};
      const auto n = *rc::gen::inRange(0, 3);
      if (n == 0) {
        const bool local = *rc::gen::inRange(0, 5) == 0;
        const auto group = *rc::gen::inRange<std::uint32_t>(0, 4);
        const auto at =
            local ? net::ipv4_endpoint(0x7f000001 + ++next, 1) : far(group * 256 + ++next % 256);
        schedule.add(due(at, class_of(*rc::gen::inRange(0, 3))));
        ++waiting;
      } else if (n == 1 && !in_use.empty()) {
        const auto gone = *rc::gen::inRange<std::size_t>(0, in_use.size());
        schedule.release(in_use[gone].peer, in_use[gone].queue, now);
        in_use.erase(in_use.begin() + static_cast<std::ptrdiff_t>(gone));
      } else if (const auto peer = schedule.next(now)) {
        in_use.push_back(*peer);
        --waiting;
        if (!net::is_loopback(peer->peer)) {
          dials.push_back(now);
          const auto group = store::subnet_of(peer->peer, 24);
          if (group_dials.contains(group))
            RC_ASSERT(now - group_dials[group] >= seconds{1} / limits.group_dials_per_second);
          group_dials[group] = now;
          RC_ASSERT(std::count_if(in_use.begin(), in_use.end(), [&](const auto& x) {
                      return store::contains(group, x.peer);
                    }) <= limits.group_slots);
        }
      }
      RC_ASSERT(schedule.in_use() == in_use.size());
      RC_ASSERT(in_use.size() <= limits.slots);
      RC_ASSERT(schedule.waiting() == waiting);
    }
    // No second holds more dials than its rate, and what may be made up for.
    for (std::size_t i = 0; i != dials.size(); ++i) {
      const auto within = std::count_if(dials.begin(), dials.end(), [&](auto at) {
        return at >= dials[i] && at < dials[i] + seconds{1};
      });
      RC_ASSERT(within <= limits.dials_per_second + 2 + 2 * limits.dials_per_second / 20);
    }
  }));
}

TEST(dial_schedule, no_dial_is_allowed_before_ready_at_and_asking_then_gets_on) {
  EXPECT_TRUE(rc::check([] {
    dial_limits limits;
    limits.slots = 1'000;
    limits.dials_per_second = *rc::gen::inRange<std::uint32_t>(1, 50);
    dial_schedule schedule{limits};
    for (std::uint32_t i = 0; i != 40; ++i)
      schedule.add(due(far(*rc::gen::inRange<std::uint32_t>(0, 8) * 256 + i), dial_class::fresh));
    net::steady_time now = seconds{1};
    int fruitless = 0;
    while (schedule.waiting() > 0) {
      if (const auto peer = schedule.next(now)) {
        schedule.release(peer->peer, peer->queue, now);
        fruitless = 0;
        continue;
      }
      // Once for the pace of all, once for that of a group.
      RC_ASSERT(++fruitless <= 2);
      RC_ASSERT(schedule.ready_at().has_value());
      const auto ready = *schedule.ready_at();
      RC_ASSERT(ready > now);
      RC_ASSERT(!schedule.next(ready - net::steady_time{1}));
      now = ready;
    }
  }));
}

TEST(dial_schedule, loopback_has_no_pace_and_no_groups) {
  dial_schedule schedule{{100, {50, 40, 10}, 1, 1, 1}};
  for (std::uint32_t i = 0; i != 100; ++i)
    schedule.add(
        due(net::ipv4_endpoint(0x7f000001, static_cast<std::uint16_t>(i + 1)), dial_class::fresh));
  for (int i = 0; i != 100; ++i)
    ASSERT_TRUE(schedule.next(seconds{1}));
}

std::map<dial_class, int> slots_taken(dial_schedule& schedule) {
  std::map<dial_class, int> taken;
  while (const auto peer = schedule.next(seconds{1}))
    ++taken[peer->queue];
  return taken;
}

TEST(dial_schedule, classes_get_their_shares_and_borrow_what_others_leave) {
  const auto fill = [](dial_schedule& schedule, dial_class queue) {
    for (std::uint32_t i = 0; i != 200; ++i)
      schedule.add(
          due(net::ipv4_endpoint(0x7f000001 + static_cast<std::uint32_t>(queue) * 1'000 + i, 1),
              queue));
  };
  dial_schedule all{{100, {50, 40, 10}, 1, 1, 1}};
  for (const auto queue : {dial_class::rest, dial_class::fresh, dial_class::live})
    fill(all, queue);
  auto taken = slots_taken(all);
  EXPECT_EQ(taken[dial_class::live], 50);
  EXPECT_EQ(taken[dial_class::fresh], 40);
  EXPECT_EQ(taken[dial_class::rest], 10);

  dial_schedule dead_only{{100, {50, 40, 10}, 1, 1, 1}};
  fill(dead_only, dial_class::rest);
  EXPECT_EQ(slots_taken(dead_only)[dial_class::rest], 100);
}

TEST(dial_schedule, nobody_starves_behind_an_endless_stream_of_others) {
  dial_schedule schedule{{10, {50, 40, 10}, 1, 1, 1}};
  std::uint32_t n = 0;
  const auto stream = [&] {
    schedule.add(due(net::ipv4_endpoint(0x7f000001 + ++n, 1), dial_class::live));
  };
  for (int i = 0; i != 100; ++i)
    stream();
  schedule.add(due(net::ipv4_endpoint(0x7f000001, 2), dial_class::rest));
  std::deque<store::due_peer> running;
  for (int i = 0; i != 200; ++i) {
    stream();
    while (const auto peer = schedule.next(seconds{1})) {
      if (peer->queue == dial_class::rest)
        return;
      running.push_back(*peer);
    }
    schedule.release(running.front().peer, running.front().queue, seconds{1});
    running.pop_front();
  }
  FAIL() << "the one of another class was never dialled";
}

TEST(dial_schedule, a_paused_network_waits_and_hides_nobody_behind_it) {
  dial_schedule schedule{{1'000, {50, 40, 10}, 100'000, 1'000, 100'000}};
  schedule.set_gate(net::network_id::ipv4, dial_schedule::gate::paused);
  for (std::uint32_t i = 0; i != 200; ++i)
    schedule.add(due(far(i), dial_class::fresh));
  net::endpoint onion;
  onion.network = net::network_id::torv3;
  onion.port = 8333;
  schedule.add(due(onion, dial_class::fresh));
  const auto first = schedule.next(seconds{1});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->peer, onion);
  EXPECT_FALSE(schedule.next(seconds{1}));
  schedule.set_gate(net::network_id::ipv4, dial_schedule::gate::one);
  EXPECT_TRUE(schedule.next(seconds{1}));
  EXPECT_FALSE(schedule.next(seconds{2}));
  schedule.set_gate(net::network_id::ipv4, dial_schedule::gate::open);
  EXPECT_TRUE(schedule.next(seconds{3}));
}

} // namespace
} // namespace seedwalk::actors
