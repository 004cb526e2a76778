// The ping behind getaddr, whose pong ends a collection: a visit used to hold its slot for two
// seconds after an answer that was complete within a millisecond.

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/random.hpp"
#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net::test {

namespace {

live_session asking(visit_plan plan = {}) {
  live_session live{direction::outbound, plan};
  live.shake_hands();
  return live;
}

void expect_collecting(const live_session& live) {
  EXPECT_EQ(live.session.state(), session_state::collecting);
  EXPECT_FALSE(live.closed_by);
}

TEST(session_marker, its_pong_behind_the_answer_ends_the_visit_without_a_quiet_time) {
  auto live = asking();
  live.hear({message{live.pong()}, message{block_of(0, 1000)}});
  live.take_addresses();
  expect_collecting(live);
  live.hear(message{live.marker_pong()});
  EXPECT_EQ(live.closed_by, closing::graceful);
  EXPECT_EQ(live.count_of<addresses_collected>(), 1u);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.answer, addr_answer::complete);
  EXPECT_EQ(end.addresses.ended_by, collection_end::pong);
  EXPECT_EQ(live.addresses.size(), 1000u);
}

TEST(session_marker, a_visit_stays_until_its_addresses_are_taken_and_no_longer) {
  auto live = asking();
  live.hear({message{block_of(0, 1000)}, message{live.marker_pong()}});
  EXPECT_EQ(live.addresses.size(), 1000u);
  EXPECT_EQ(live.count_of<addresses_collected>(), 1u);
  live.pass(5s); // A slow disk: were it to leave, another would come and bring as much.
  expect_collecting(live);
  live.take_addresses();
  EXPECT_EQ(live.closed_by, closing::graceful);
  EXPECT_EQ(live.count_of<addresses_collected>(), 1u);
  EXPECT_EQ(end_of(live).outcome, outcome::complete);
}

TEST(session_marker, a_database_that_never_answers_cannot_hold_a_visit_beyond_its_hard_end) {
  auto live = asking();
  live.hear({message{block_of(0, 100)}, message{live.marker_pong()}});
  live.pass(60s - 1ns);
  expect_collecting(live);
  live.pass(1ns);
  EXPECT_EQ(live.count_of<addresses_collected>(), 1u);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.ended_by, collection_end::pong);
}

// What came while the database was busy went to it at once: as many blocks of one peer as fit into
// the allowance.
TEST(session_marker, of_several_blocks_one_at_a_time_is_with_the_database) {
  auto live = asking();
  live.hear(message{block_of(0, 100)});
  live.hear(message{block_of(100, 100)});
  live.hear({message{block_of(200, 100)}, message{live.marker_pong()}});
  EXPECT_EQ(live.handed_on, 1);
  EXPECT_EQ(live.addresses.size(), 100u);
  live.take_addresses();
  expect_collecting(live);
  EXPECT_EQ(live.handed_on, 1);
  EXPECT_EQ(live.addresses.size(), 300u);
  live.take_addresses();
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.ended_by, collection_end::pong);
  EXPECT_EQ(end.addresses.messages, 3u);
}

TEST(session_marker, what_waits_for_the_database_is_handed_on_when_the_peer_goes) {
  for (const bool reset : {false, true}) {
    auto live = asking();
    live.hear(message{block_of(0, 100)});
    live.hear(message{block_of(100, 100)});
    reset ? live.close(error::reset) : live.input_ends();
    EXPECT_EQ(live.addresses.size(), 200u);
    EXPECT_EQ(end_of(live).addresses.ended_by, collection_end::cut_off);
    EXPECT_EQ(live.addresses.size(), 200u);
  }
}

TEST(session_marker, a_peer_that_has_said_all_may_go_before_we_have_written_it) {
  for (const bool reset : {false, true}) {
    auto live = asking();
    live.hear({message{block_of(0, 100)}, message{live.marker_pong()}});
    if (reset)
      live.close(error::reset);
    else
      live.input_ends(), live.close();
    EXPECT_EQ(live.summary->outcome, outcome::complete);
    EXPECT_EQ(live.summary->blame, blame::peer);
    EXPECT_EQ(live.summary->addresses.answer, addr_answer::complete);
  }
}

TEST(session_marker, where_the_pong_comes_first_the_timers_decide) {
  // Core up to 0.21: its own address, the pong, and by a timer of its own the answer.
  auto live = asking();
  msg::addr self;
  self.entries.push_back({test_peer, 1'700'000'000, 1});
  live.hear({message{self}, message{live.pong()}, message{live.marker_pong()}});
  live.take_addresses();
  live.pass(30s);
  expect_collecting(live);
  live.hear(message{block_of(0, 1000)});
  live.take_addresses();
  live.hear(message{live.marker_pong()}); // Once more: it is used up.
  live.pass(2s - 1ns);
  expect_collecting(live);
  live.pass(1ns);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.ended_by, collection_end::quiet);
  EXPECT_EQ(live.addresses.size(), 1001u);
}

TEST(session_marker, a_single_entry_or_a_broken_or_an_empty_block_begins_no_answer_to_end) {
  auto broken = encode(test_magic, message{block_of(0, 100)});
  broken.back() ^= 1;
  for (const auto& begun : {encode(test_magic, message{block_of(5, 1)}), broken,
                            encode(test_magic, message{msg::addrv2{}})}) {
    auto live = asking();
    live.hear_bytes(begun);
    live.take_addresses();
    live.hear(message{live.marker_pong()});
    live.pass(45s - 1ns);
    expect_collecting(live);
    live.pass(1ns);
    EXPECT_EQ(end_of(live).addresses.ended_by, collection_end::no_answer);
  }
}

TEST(session_marker, of_one_that_pongs_between_two_blocks_the_second_is_gossip_and_counted) {
  for (const bool one_segment : {true, false}) {
    auto live = asking();
    if (one_segment) {
      live.hear(
          {message{block_of(0, 100)}, message{live.marker_pong()}, message{block_of(100, 50)}});
    } else {
      live.hear({message{block_of(0, 100)}, message{live.marker_pong()}});
      live.hear(message{block_of(100, 50)});
    }
    live.take_addresses();
    live.take_addresses();
    const auto end = end_of(live);
    EXPECT_EQ(end.outcome, outcome::complete);
    EXPECT_EQ(end.addresses.ended_by, collection_end::pong);
    EXPECT_EQ(end.addresses.messages, 1u);
    EXPECT_EQ(end.addresses.by_network[1], 100u);
    EXPECT_EQ(end.addresses.gossip, live.config.limits.gossip_burst);
    EXPECT_EQ(end.addresses.over_limit, 50 - live.config.limits.gossip_burst);
    EXPECT_EQ(live.addresses.size(), 100u + live.config.limits.gossip_burst);
  }
}

TEST(session_marker, other_pongs_end_nothing) {
  auto live = asking();
  live.hear({message{block_of(0, 100)}, message{msg::pong{live.marker_pong().nonce + 1}},
             message{msg::pong{0}}, message{live.pong()}, message{live.pong()}});
  live.take_addresses();
  live.pass(2s - 1ns);
  expect_collecting(live);
  live.pass(1ns);
  EXPECT_EQ(end_of(live).addresses.ended_by, collection_end::quiet);
}

TEST(session_marker, it_is_never_a_round_trip) {
  auto live = asking();
  live.pass(1s);
  live.hear(message{live.marker_pong()});
  EXPECT_EQ(live.session.round_trip(), std::nullopt);
  live.pass(1s);
  live.hear(message{live.pong()}); // The other way round, and late.
  EXPECT_EQ(live.session.round_trip(), 2s);
  EXPECT_EQ(live.count_of<round_trip_measured>(), 1u);
  EXPECT_NE(live.pong(), live.marker_pong());
}

TEST(session_marker, a_held_peer_is_pinged_and_waited_for_as_ever) {
  auto live = asking({.ask_addresses = true, .hold = true});
  live.hear({message{live.pong()}, message{block_of(0, 100)}, message{live.marker_pong()}});
  EXPECT_EQ(live.session.state(), session_state::held);
  EXPECT_EQ(live.session.addresses().ended_by, collection_end::pong);
  live.take_addresses();
  const auto before = live.said.size();
  live.pass(2min);
  ASSERT_EQ(live.said.size(), before + 1);
  live.pass(19min);
  live.hear(message{live.marker_pong()}); // No answer to what was asked now.
  live.pass(1min);
  EXPECT_EQ(end_of(live).outcome, outcome::ping_timeout);
}

TEST(session_marker, a_held_peer_whose_collection_the_timers_ended_owes_the_marker_nothing) {
  auto live = asking({.ask_addresses = true, .hold = true});
  live.hear({message{live.pong()}, message{block_of(0, 100)}});
  live.take_addresses();
  live.pass(2s);
  ASSERT_EQ(live.session.state(), session_state::held);
  live.hear({message{live.marker_pong()}, message{live.marker_pong()}});
  EXPECT_EQ(live.session.state(), session_state::held);
  EXPECT_EQ(live.count_of<addresses_collected>(), 1u);
  EXPECT_EQ(live.count_of<round_trip_measured>(), 1u);
  EXPECT_EQ(live.session.addresses().ended_by, collection_end::quiet);
}

TEST(session_marker, one_too_old_for_pongs_is_asked_without_and_the_timers_decide) {
  live_session live;
  live.shake_hands(60000);
  EXPECT_EQ(live.marker(), std::nullopt);
  msg::addr block;
  block.entries = {entry_of(1), entry_of(2)};
  live.hear({message{block}, message{msg::pong{0}}});
  live.take_addresses();
  live.pass(2s);
  EXPECT_EQ(end_of(live).addresses.ended_by, collection_end::quiet);
}

// An answer of several blocks in pieces of any size, a database that takes them when it likes: all
// that was sent before the pong arrives, each time one block, and the visit ends with the pong.
TEST(session_marker, no_entry_that_was_sent_before_the_pong_is_lost) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    random_stream draw{seed, "splits"};
    auto live = asking();
    bytes data;
    std::uint32_t entries = 0;
    for (auto blocks = 1 + draw.below(12); blocks != 0; --blocks) {
      const auto n = static_cast<std::uint32_t>(2 + draw.below(999));
      append_message(data, test_magic, message{block_of(entries, n)});
      entries += n;
    }
    append_message(data, test_magic, message{live.marker_pong()});
    append_message(data, test_magic, message{block_of(entries, 5)});
    std::size_t at = 0;
    while (!live.closed_by) {
      RC_ASSERT(live.handed_on <= 1);
      if (draw.below(3) == 0 || live.allowance == 0 || at == data.size()) {
        live.take_addresses();
        continue;
      }
      const auto n =
          std::min<std::size_t>({1 + draw.below(40'000), live.allowance, data.size() - at});
      live.hear_bytes(byte_view{data}.subspan(at, n));
      at += n;
    }
    const auto end = end_of(live);
    RC_ASSERT(end.outcome == outcome::complete);
    RC_ASSERT(end.addresses.ended_by == collection_end::pong);
    RC_ASSERT(live.addresses.size() == entries + end.addresses.gossip);
    for (std::uint32_t i = 0; i != entries; ++i)
      RC_ASSERT(live.addresses[i] == entry_of(i));
    RC_ASSERT(live.session.deadline(live.config) == std::nullopt);
  }));
}

} // namespace

} // namespace seedwalk::net::test
