#include <gtest/gtest.h>

#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net::test {

namespace {

live_session awaiting_addresses() {
  live_session live;
  live.shake_hands();
  return live;
}

msg::addr block_naming(const endpoint& peer) {
  msg::addr block;
  block.entries.push_back({peer, 1'700'000'000, 1});
  return block;
}

TEST(session_addresses, entries_are_handed_on_as_they_came) {
  auto live = awaiting_addresses();
  const auto block = block_of(0, 1000);
  live.hear(message{block});
  EXPECT_EQ(live.addresses, block.entries);
  EXPECT_EQ(live.session.state(), session_state::collecting);
  live.take_addresses();
  live.pass(2s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.reached, stage::addresses);
  EXPECT_EQ(end.addresses.answer, addr_answer::complete);
  EXPECT_EQ(end.addresses.messages, 1u);
  EXPECT_EQ(end.addresses.by_network[static_cast<std::size_t>(network_id::ipv4)], 1000u);
  EXPECT_EQ(live.count_of<addresses_collected>(), 1u);
}

TEST(session_addresses, a_single_entry_is_kept_and_begins_no_quiet_time) {
  auto live = awaiting_addresses();
  live.hear(message{block_naming(test_peer)});
  live.take_addresses();
  live.pass(30s);
  EXPECT_EQ(live.session.state(), session_state::collecting);
  live.hear(message{block_of(0, 500)});
  live.take_addresses();
  live.pass(2s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(live.addresses.size(), 501u);
  EXPECT_EQ(end.addresses.answer, addr_answer::complete);
}

TEST(session_addresses, a_peer_that_names_only_itself_did_not_answer) {
  auto live = awaiting_addresses();
  live.hear(message{block_naming(test_peer)});
  live.take_addresses();
  live.pass(45s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::no_addresses);
  EXPECT_EQ(end.addresses.answer, addr_answer::none);
  EXPECT_EQ(live.addresses.size(), 1u);
}

TEST(session_addresses, one_other_address_is_an_answer_at_the_first_deadline) {
  auto live = awaiting_addresses();
  live.hear(message{block_of(5, 1)});
  live.take_addresses();
  live.pass(45s - 1ns);
  EXPECT_EQ(live.session.state(), session_state::collecting);
  live.pass(1ns);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.answer, addr_answer::complete);
}

TEST(session_addresses, silence_is_no_addresses_and_no_harm) {
  auto live = awaiting_addresses();
  live.pass(45s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::no_addresses);
  EXPECT_EQ(end.reached, stage::verack);
  EXPECT_EQ(end.addresses.answer, addr_answer::none);
  EXPECT_EQ(end.first_answer, std::nullopt);
}

TEST(session_addresses, hanging_up_between_blocks_makes_the_answer_partial) {
  for (bool reset : {false, true}) {
    auto live = awaiting_addresses();
    live.hear(message{block_of(0, 100)});
    if (reset)
      live.close(error::reset);
    else
      live.input_ends(), live.close();
    EXPECT_EQ(live.summary->outcome, reset ? outcome::reset : outcome::closed_after_handshake);
    EXPECT_EQ(live.summary->addresses.answer, addr_answer::partial);
    EXPECT_EQ(live.addresses.size(), 100u);
  }
}

TEST(session_addresses, hanging_up_before_any_block_is_none) {
  auto live = awaiting_addresses();
  live.input_ends();
  EXPECT_EQ(end_of(live).addresses.answer, addr_answer::none);
}

TEST(session_addresses, a_broken_block_is_refused_whole_and_the_answer_is_malformed) {
  auto live = awaiting_addresses();
  auto data = encode(test_magic, message{block_of(0, 100)});
  data.back() ^= 1;
  live.hear_bytes(data);
  EXPECT_TRUE(live.addresses.empty());
  EXPECT_EQ(live.session.state(), session_state::collecting);
  live.hear(message{block_of(0, 100)});
  live.take_addresses();
  live.pass(2s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.answer, addr_answer::malformed);
  EXPECT_EQ(end.addresses.refused, 1u);
  EXPECT_EQ(live.addresses.size(), 100u);
}

TEST(session_addresses, a_block_half_there_at_the_hard_end_makes_it_partial) {
  auto live = awaiting_addresses();
  for (int second = 1; second != 60; ++second) {
    live.hear(message{block_of(0, 2)});
    live.take_addresses();
    live.pass(1s);
  }
  const auto data = encode(test_magic, message{block_of(0, 100)});
  live.hear_bytes(byte_view{data}.first(200));
  live.pass(1s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.answer, addr_answer::partial);
}

TEST(session_addresses, the_number_of_addresses_ends_nothing_but_is_bounded) {
  auto live = awaiting_addresses();
  live.config.limits.answer_entries = 2500;
  for (std::uint32_t i = 0; i != 5; ++i) {
    live.hear(message{block_of(1000 * i, 1000)});
    live.take_addresses();
  }
  EXPECT_EQ(live.session.state(), session_state::collecting);
  EXPECT_EQ(live.addresses.size(), 2500u);
  EXPECT_EQ(live.session.addresses().over_limit, 2500u);
  EXPECT_EQ(live.session.addresses().by_network[1], 5000u);
}

TEST(session_addresses, the_digest_knows_the_set_and_not_its_order) {
  auto first = awaiting_addresses();
  first.hear(message{block_of(0, 20)});
  auto second = awaiting_addresses();
  second.hear({message{block_of(10, 10)}, message{block_of(0, 10)}});
  auto third = awaiting_addresses();
  third.hear(message{block_of(1, 20)});
  EXPECT_EQ(first.session.addresses().digest, second.session.addresses().digest);
  EXPECT_NE(first.session.addresses().digest, third.session.addresses().digest);
}

TEST(session_addresses, nothing_more_is_wanted_until_addresses_are_taken) {
  auto live = awaiting_addresses();
  bytes many;
  for (std::uint32_t i = 0; i != 50; ++i)
    append_message(many, test_magic, message{block_of(100 * i, 100)});
  live.hear_bytes(many);
  ASSERT_FALSE(live.undelivered.empty());
  EXPECT_EQ(live.allowance, 0u);
  EXPECT_LE(live.addresses.size() * 10, live.config.limits.receive_window);
  while (!live.undelivered.empty()) {
    live.take_addresses();
    ASSERT_GT(live.allowance, 0u);
    live.hear_bytes(std::exchange(live.undelivered, {}));
  }
  EXPECT_EQ(live.addresses.size(), 5000u);
}

TEST(session_addresses, while_we_do_not_listen_only_the_hard_end_goes_on) {
  auto live = awaiting_addresses();
  const auto half = encode(test_magic, message{block_of(0, 100)});
  auto data = encode(test_magic, message{block_of(0, 100)});
  data.insert(data.end(), half.begin(), half.begin() + 100);
  live.hear_bytes(data);
  EXPECT_EQ(live.session.deadline(live.config), steady_time{60s});
  live.pass(20s); // Far beyond the quiet time and a message's patience.
  EXPECT_EQ(live.session.state(), session_state::collecting);
  live.take_addresses();
  EXPECT_EQ(live.session.deadline(live.config), live.now.steady + 2s);
  live.pass(1s);
  live.hear_bytes(byte_view{half}.subspan(100));
  EXPECT_EQ(live.addresses.size(), 200u);
  live.take_addresses();
  live.pass(2s);
  EXPECT_EQ(end_of(live).addresses.answer, addr_answer::complete);
}

TEST(session_addresses, a_database_that_never_answers_cannot_hold_a_visit_beyond_its_hard_end) {
  auto live = awaiting_addresses();
  live.hear(message{block_of(0, 100)});
  live.pass(60s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.answer, addr_answer::partial); // More may have come: nobody listened.
}

// A peer says its own address first, and while the database takes that, its answer is not listened
// to. Where the disk stood still until the time for an answer was over, the peer was said to have
// given none.
TEST(session_addresses, an_answer_that_we_did_not_listen_to_is_not_missing_by_the_peers_doing) {
  auto live = awaiting_addresses();
  live.hear(message{block_naming(test_peer)});
  live.pass(60s);
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::local_failure);
  EXPECT_EQ(end.blame, blame::local);
}

TEST(session_addresses, gossip_that_nobody_asked_for_comes_at_its_rate) {
  live_session live{direction::inbound};
  live.shake_hands();
  live.hear(message{block_of(0, 1000)});
  live.take_addresses();
  EXPECT_EQ(live.addresses.size(), live.config.limits.gossip_burst);
  EXPECT_EQ(live.session.addresses().over_limit, 1000 - live.config.limits.gossip_burst);
  live.hear({message{live.pong()}});
  live.pass(30s);
  live.hear(message{block_of(0, 1000)});
  EXPECT_EQ(live.addresses.size(), live.config.limits.gossip_burst + 3u);
  EXPECT_EQ(live.session.addresses().answer, addr_answer::not_asked);
  EXPECT_EQ(live.session.addresses().messages, 0u);
  EXPECT_EQ(live.session.addresses().gossip, live.config.limits.gossip_burst + 3u);
}

TEST(session_addresses, a_held_peer_stays_when_its_answer_is_in) {
  live_session live{direction::outbound, {.ask_addresses = true, .hold = true}};
  live.shake_hands();
  live.hear({message{live.pong()}, message{block_of(0, 100)}});
  live.take_addresses();
  live.pass(2s);
  EXPECT_EQ(live.session.state(), session_state::held);
  EXPECT_FALSE(live.closed_by);
  EXPECT_EQ(live.session.addresses().answer, addr_answer::complete);
  live.input_ends();
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::closed_after_handshake);
  EXPECT_EQ(end.addresses.answer, addr_answer::complete);
}

} // namespace

} // namespace seedwalk::net::test
