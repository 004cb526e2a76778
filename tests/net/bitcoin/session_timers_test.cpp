#include <array>

#include <gtest/gtest.h>

#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net::test {

namespace {

struct network_case {
  network_id network;
  const session_timers& timers;
};

const network_case networks[] = {
    {network_id::ipv4, default_timers.clearnet},  {network_id::ipv6, default_timers.clearnet},
    {network_id::cjdns, default_timers.clearnet}, {network_id::torv3, default_timers.tor},
    {network_id::i2p, default_timers.i2p},
};

live_session on(network_id network, visit_plan plan = {}) {
  endpoint peer;
  peer.network = network;
  peer.address[0] = 7;
  peer.port = 1;
  return live_session{direction::outbound, plan, peer};
}

/// Nothing happens until just before `patience` is over, and then `outcome`.
void expect_ends_after(live_session& live, steady_time patience, net::outcome outcome,
                       const char* text) {
  live.pass(patience - 1ns);
  EXPECT_FALSE(live.closed_by) << text;
  live.pass(1ns);
  EXPECT_TRUE(live.closed_by) << text;
  EXPECT_EQ(name_of(end_of(live).outcome), name_of(outcome)) << text;
}

TEST(session_timers, the_table_is_the_documented_one) {
  using row = std::array<steady_time, 7>;
  const auto values = [](const session_timers& t) {
    return row{t.connect,         t.handshake,       t.message_idle, t.message_whole,
               t.first_addresses, t.quiet_addresses, t.all_addresses};
  };
  EXPECT_EQ(values(default_timers.clearnet), (row{5s, 30s, 5s, 30s, 45s, 2s, 60s}));
  EXPECT_EQ(values(default_timers.tor), (row{60s, 60s, 15s, 60s, 60s, 5s, 90s}));
  EXPECT_EQ(values(default_timers.i2p), (row{45s, 90s, 20s, 90s, 60s, 8s, 120s}));
}

TEST(session_timers, a_dial_is_the_doors_to_time) {
  live_session live;
  EXPECT_EQ(live.session.deadline(live.config), std::nullopt);
}

TEST(session_timers, handshake_from_connected_and_never_reset) {
  for (const auto& n : networks) {
    auto live = on(n.network);
    live.connect();
    live.pass(n.timers.handshake / 2);
    live.hear({peer_version(), msg::ping{1}});
    expect_ends_after(live, n.timers.handshake - n.timers.handshake / 2, outcome::handshake_timeout,
                      "version but no verack");
    auto silent = on(n.network);
    silent.connect();
    expect_ends_after(silent, n.timers.handshake, outcome::handshake_timeout, "silent");
  }
}

TEST(session_timers, a_message_without_a_new_byte) {
  const auto version = encode(test_magic, peer_version());
  for (const auto& n : networks) {
    auto live = on(n.network);
    live.connect();
    live.pass(1s);
    live.hear_bytes(byte_view{version}.first(30));
    live.pass(n.timers.message_idle - 1ns);
    live.hear_bytes(byte_view{version}.subspan(30, 1)); // Starts it anew.
    expect_ends_after(live, n.timers.message_idle, outcome::message_timeout, "idle");
  }
}

TEST(session_timers, a_message_as_a_whole_however_steadily_it_trickles) {
  bytes slow;
  append_raw_message(slow, test_magic, "slow", bytes(1000));
  for (const auto& n : networks) {
    auto live = on(n.network, {.ask_addresses = false, .hold = true});
    live.shake_hands();
    live.hear({message{live.pong()}});
    ASSERT_EQ(live.session.state(), session_state::held);
    std::size_t sent = 0;
    for (steady_time waited{0}; waited + 1s < n.timers.message_whole; waited += 1s) {
      live.hear_bytes(byte_view{slow}.subspan(sent++, 1));
      live.pass(1s);
    }
    live.hear_bytes(byte_view{slow}.subspan(sent++, 1));
    expect_ends_after(live, 1s, outcome::message_timeout, "whole");
  }
}

TEST(session_timers, each_message_has_a_time_of_its_own) {
  const auto ping = encode(test_magic, msg::ping{1});
  live_session live{direction::outbound, {.ask_addresses = false, .hold = true}};
  live.shake_hands();
  live.hear({message{live.pong()}});
  // Always in the middle of some message, and never long in the middle of one.
  live.hear_bytes(byte_view{ping}.first(20));
  for (int i = 0; i != 50; ++i) {
    live.pass(4s);
    bytes rest_and_next(ping.begin() + 20, ping.end());
    rest_and_next.insert(rest_and_next.end(), ping.begin(), ping.begin() + 20);
    live.hear_bytes(rest_and_next);
  }
  EXPECT_FALSE(live.closed_by);
}

TEST(session_timers, first_address_response_from_getaddr_and_never_reset) {
  for (const auto& n : networks) {
    auto live = on(n.network);
    live.shake_hands();
    live.pass(10s);
    live.hear({msg::ping{1}, message{live.pong()}, msg::unknown_message{"noise", {}}});
    expect_ends_after(live, n.timers.first_addresses - 10s, outcome::no_addresses, "first");
  }
}

TEST(session_timers, quiet_after_a_block_reset_by_another_and_by_nothing_else) {
  for (const auto& n : networks) {
    auto live = on(n.network);
    live.shake_hands();
    for (std::uint32_t i = 0; i != 3; ++i) {
      live.hear(message{block_of(10 * i, 10)});
      live.take_addresses();
      live.pass(n.timers.quiet_addresses - 1ns);
      EXPECT_FALSE(live.closed_by);
    }
    live.hear({msg::ping{1}, message{live.pong()}, msg::inv{}});
    live.pass(1ns);
    EXPECT_EQ(live.closed_by, closing::graceful);
    EXPECT_EQ(end_of(live).outcome, outcome::complete);
  }
}

TEST(session_timers, the_hard_end_of_a_collection_comes_whatever_comes) {
  for (const auto& n : networks) {
    auto live = on(n.network);
    live.shake_hands();
    for (steady_time waited{0}; waited + 1s < n.timers.all_addresses; waited += 1s) {
      live.hear(message{block_of(0, 10)});
      live.take_addresses();
      live.pass(1s);
    }
    live.hear(message{block_of(0, 10)});
    live.take_addresses();
    expect_ends_after(live, 1s, outcome::complete, "hard end");
  }
}

TEST(session_timers, a_probe_that_brings_no_pong) {
  for (const auto& n : networks) {
    auto live = on(n.network, {.ask_addresses = false});
    live.shake_hands();
    live.hear(msg::ping{9});
    expect_ends_after(live, n.timers.probe, outcome::ping_timeout, "probe");
  }
}

TEST(session_timers, a_held_peer_is_pinged_every_two_minutes) {
  live_session live{direction::inbound};
  live.shake_hands();
  for (int i = 0; i != 30; ++i) {
    const auto pings = live.said.size();
    live.hear({message{live.pong()}});
    live.pass(2min - 1ns);
    EXPECT_EQ(live.said.size(), pings);
    live.pass(1ns);
    EXPECT_EQ(live.said.size(), pings + 1);
    EXPECT_EQ(live.said_names().back(), "ping");
  }
  EXPECT_EQ(live.count_of<round_trip_measured>(), 30u);
  EXPECT_FALSE(live.closed_by);
}

TEST(session_timers, a_held_peer_that_owes_a_pong_for_twenty_minutes_is_left) {
  live_session live{direction::inbound};
  live.shake_hands();
  for (int minute = 1; minute != 20; ++minute) {
    live.pass(1min);
    live.hear({msg::ping{7}, msg::pong{8}}); // Neither silent nor answering.
  }
  expect_ends_after(live, 1min, outcome::ping_timeout, "pong owed");
}

TEST(session_timers, a_peer_too_old_for_pongs_must_not_be_silent) {
  live_session live{direction::inbound};
  live.shake_hands(60000);
  live.pass(19min);
  EXPECT_FALSE(live.closed_by);
  EXPECT_EQ(live.said_names().back(), "ping");
  live.hear(msg::ping{});
  expect_ends_after(live, 20min, outcome::ping_timeout, "silent");
}

TEST(session_timers, a_needless_tick_does_nothing) {
  live_session live;
  live.session.on_tick(live.step());
  live.shake_hands();
  live.session.on_tick(live.step());
  EXPECT_TRUE(live.effects.empty());
}

TEST(session_timers, a_late_tick_does_what_was_due_first) {
  live_session live;
  live.shake_hands();
  bytes slow;
  append_raw_message(slow, test_magic, "slow", bytes(1000));
  live.hear_bytes(byte_view{slow}.first(100));
  live.now.steady = 10min; // The message's patience ended long before the collection's.
  live.session.on_tick(live.step());
  live.collect();
  EXPECT_EQ(end_of(live).outcome, outcome::message_timeout);
}

TEST(session_timers, changed_timers_hold_for_live_sessions) {
  live_session live;
  live.connect();
  live.config.timers.clearnet.handshake = 1s;
  expect_ends_after(live, 1s, outcome::handshake_timeout, "changed");
}

} // namespace

} // namespace seedwalk::net::test
