#include <gtest/gtest.h>

#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net::test {

namespace {

struct dial_case {
  error reason;
  net::outcome outcome;
  net::blame blame;
};

TEST(session_endings, each_failed_dial_has_its_outcome_and_blame) {
  for (const auto& c : {
           dial_case{error::refused, outcome::refused, blame::peer},
           dial_case{error::reset, outcome::refused, blame::peer},
           dial_case{error::timed_out, outcome::connect_timeout, blame::peer},
           dial_case{error::host_unreachable, outcome::unreachable, blame::peer},
           dial_case{error::network_unreachable, outcome::unreachable, blame::local},
           dial_case{error::address_not_supported, outcome::unreachable, blame::local},
           dial_case{error::unknown, outcome::unreachable, blame::peer},
           dial_case{error::no_descriptors, outcome::local_failure, blame::local},
           dial_case{error::no_local_ports, outcome::local_failure, blame::local},
           dial_case{error::permission_denied, outcome::local_failure, blame::local},
           dial_case{error::proxy_failed, outcome::local_failure, blame::local},
           dial_case{error::aborted, outcome::cancelled, blame::cancelled},
           dial_case{error::none, outcome::cancelled, blame::cancelled},
       }) {
    live_session live;
    live.now.steady = 3s;
    live.session.on_connect_failed(live.step(), c.reason);
    live.collect();
    ASSERT_EQ(live.summaries, 1);
    EXPECT_EQ(live.summary->outcome, c.outcome) << name_of(c.reason);
    EXPECT_EQ(live.summary->blame, c.blame) << name_of(c.reason);
    EXPECT_EQ(live.summary->reason, c.reason);
    EXPECT_EQ(live.summary->reached, stage::dialling);
    EXPECT_EQ(live.summary->whole, 3s);
    EXPECT_EQ(live.summary->connecting, std::nullopt);
  }
}

/// Brings a session as far as `reached`.
void bring(live_session& live, stage reached) {
  live.connect();
  if (reached >= stage::version)
    live.hear(peer_version());
  if (reached >= stage::verack)
    live.hear(msg::verack{});
  if (reached >= stage::addresses)
    live.hear(message{block_of(0, 10)});
}

constexpr auto open_stages = {stage::connected, stage::version, stage::verack, stage::addresses};

TEST(session_endings, end_of_input_is_named_by_how_far_it_got) {
  for (auto reached : open_stages) {
    live_session live;
    bring(live, reached);
    live.input_ends();
    EXPECT_EQ(live.closed_by, closing::graceful);
    const auto end = end_of(live);
    EXPECT_EQ(end.outcome, reached == stage::connected ? outcome::closed_before_version
                           : reached == stage::version ? outcome::closed_before_verack
                                                       : outcome::closed_after_handshake);
    EXPECT_EQ(end.reached, reached);
    EXPECT_EQ(end.blame, blame::peer);
    EXPECT_EQ(end.reason, error::end_of_input);
  }
}

TEST(session_endings, a_reset_before_version_is_closed_before_version_too) {
  for (auto reached : open_stages) {
    live_session live;
    bring(live, reached);
    live.close(error::reset);
    EXPECT_EQ(live.summary->outcome,
              reached == stage::connected ? outcome::closed_before_version : outcome::reset);
    EXPECT_EQ(live.summary->blame, blame::peer);
    EXPECT_EQ(live.summary->reached, reached);
  }
}

TEST(session_endings, what_fails_on_our_side_is_not_the_peers) {
  for (auto reached : open_stages)
    for (auto reason : {error::send_queue_full, error::no_memory, error::network_unreachable}) {
      live_session live;
      bring(live, reached);
      live.close(reason);
      EXPECT_EQ(live.summary->outcome, outcome::local_failure);
      EXPECT_EQ(live.summary->blame, blame::local);
    }
}

TEST(session_endings, the_first_reason_stands) {
  live_session live;
  live.shake_hands();
  live.session.disconnect(live.step(), outcome::duplicate);
  live.session.disconnect(live.step(), outcome::banned);
  live.collect();
  live.input_ends();
  live.hear_bytes(as_bytes("no magic at all"));
  live.close(error::reset);
  EXPECT_EQ(live.summary->outcome, outcome::duplicate);
  EXPECT_EQ(live.summary->blame, blame::cancelled);
  EXPECT_EQ(live.summaries, 1);
}

TEST(session_endings, a_cancelled_dial_ends_as_cancelled_however_the_door_says_it) {
  for (bool as_failure : {false, true}) {
    live_session live;
    live.session.disconnect(live.step());
    live.collect();
    EXPECT_EQ(live.closed_by, closing::abort);
    live.connect(); // Was on its way already.
    EXPECT_TRUE(live.said.empty());
    if (as_failure) {
      live.session.on_connect_failed(live.step(), error::refused);
      live.collect();
    } else {
      live.close(error::aborted);
    }
    EXPECT_EQ(live.summary->outcome, outcome::cancelled);
    EXPECT_EQ(live.summary->blame, blame::cancelled);
  }
}

TEST(session_endings, abandoning_sends_the_summary_at_once_and_nothing_follows) {
  live_session live;
  live.shake_hands();
  live.session.abandon(live.step(), outcome::internal_error);
  live.collect();
  EXPECT_EQ(live.closed_by, closing::abort);
  EXPECT_EQ(live.summaries, 1);
  EXPECT_EQ(live.summary->outcome, outcome::internal_error);
  EXPECT_EQ(live.summary->blame, blame::local);
  live.close();
  live.session.abandon(live.step(), outcome::cancelled);
  live.session.disconnect(live.step());
  live.session.on_input_ended(live.step());
  live.session.on_tick(live.step());
  live.session.addresses_taken(live.step());
  live.session.on_connected(live.step());
  live.session.on_connect_failed(live.step(), error::refused);
  EXPECT_TRUE(live.effects.empty());
  EXPECT_EQ(live.session.deadline(live.config), std::nullopt);
}

TEST(session_endings, durations_and_traffic_are_what_happened) {
  live_session live;
  live.now.steady = 100ms;
  live.connect();
  live.now.steady = 150ms;
  live.hear(peer_version());
  live.now.steady = 180ms;
  live.hear(msg::verack{});
  live.now.steady = 230ms;
  live.hear({message{live.pong()}});
  live.now.steady = 400ms;
  live.hear(message{block_of(0, 10)});
  live.take_addresses();
  live.pass(2s);
  EXPECT_EQ(live.closed_by, closing::graceful);
  live.now.steady = 5s;
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.connecting, 100ms);
  EXPECT_EQ(end.handshake, 80ms);
  EXPECT_EQ(end.first_answer, 220ms);
  EXPECT_EQ(end.round_trip, 50ms);
  EXPECT_EQ(end.whole, 5s);
  EXPECT_EQ(end.carried.bytes_out, live.all_output.size());
  EXPECT_EQ(end.carried.messages_out, live.said.size());
  EXPECT_EQ(end.carried.messages_in, 4u);
}

TEST(session_endings, summaries_and_effects_survive_an_archive) {
  live_session live;
  live.connect();
  live.hear({peer_version(), msg::feature{"BIP434", {}}, msg::verack{}, message{live.pong()},
             message{block_of(0, 10)}});
  live.close(error::reset);
  visit_summary copy;
  ASSERT_TRUE(from_archive(to_archive(*live.summary), copy));
  EXPECT_EQ(copy, *live.summary);
  live_session other;
  other.session.on_connected(other.step());
  const auto data = encode(test_magic, peer_version());
  other.session.on_received(other.step(), data);
  other.session.abandon(other.step(), outcome::internal_error);
  session_effects effects;
  ASSERT_TRUE(from_archive(to_archive(other.effects), effects));
  EXPECT_EQ(to_archive(effects), to_archive(other.effects));
  EXPECT_EQ(effects.summary, other.effects.summary);
  EXPECT_EQ(effects.output, other.effects.output);
}

TEST(session_endings, a_probe_is_verack_ping_pong_goodbye) {
  live_session live{direction::outbound, {.ask_addresses = false}};
  live.shake_hands();
  EXPECT_EQ(live.session.state(), session_state::probing);
  EXPECT_EQ(live.said_names().back(), "ping");
  live.hear({msg::pong{1}});
  EXPECT_EQ(live.session.state(), session_state::probing);
  live.hear({message{live.pong()}});
  const auto end = end_of(live);
  EXPECT_EQ(end.outcome, outcome::complete);
  EXPECT_EQ(end.addresses.answer, addr_answer::not_asked);
}

TEST(session_endings, a_probe_of_one_too_old_for_pongs_ends_with_its_verack) {
  live_session live{direction::outbound, {.ask_addresses = false}};
  live.shake_hands(60000);
  EXPECT_EQ(end_of(live).outcome, outcome::complete);
}

TEST(session_endings, a_flood_of_bytes_or_messages_is_misbehaviour) {
  for (bool small : {false, true}) {
    live_session live{direction::inbound};
    live.shake_hands();
    const bytes filler(small ? 0 : 100'000);
    bytes one;
    append_raw_message(one, test_magic, "filler", filler);
    for (int i = 0; i != 25'000 && !live.closed_by; ++i)
      live.hear_bytes(one);
    EXPECT_EQ(live.closed_by, closing::abort);
    EXPECT_EQ(end_of(live).outcome, outcome::misbehaved);
    const auto& limits = live.config.limits;
    EXPECT_LE(live.summary->carried.bytes_in, limits.bytes_at_once + limits.receive_window);
    EXPECT_LE(live.summary->carried.messages_in, limits.messages_at_once + 1);
  }
}

TEST(session_endings, a_step_that_the_states_do_not_know_is_a_failure_of_ours_in_every_build) {
  live_session live;
  live.connect();
  EXPECT_THROW(live.session.on_connected(live.step()), std::logic_error);
  EXPECT_EQ(live.session.state(), session_state::awaiting_version);
  // As the owner does: exactly one summary, and it says whose failure it was.
  live.session.abandon(live.step(), outcome::internal_error);
  live.collect();
  ASSERT_EQ(live.summaries, 1);
  EXPECT_EQ(live.summary->outcome, outcome::internal_error);
}

TEST(session_endings, limits_broken_before_the_handshake_is_over_are_not_looked_at) {
  live_session live;
  live.connect();
  const message many = msg::headers{std::vector<msg::block_header>(2001)};
  live.hear({many, message{block_of(0, 1001)}});
  live.hear({peer_version(), many, message{block_of(0, 1001)}});
  EXPECT_FALSE(live.closed_by.has_value());
  live.hear({msg::verack{}, many});
  EXPECT_EQ(end_of(live).outcome, outcome::misbehaved);
}

TEST(session_endings, the_budget_grows_while_a_connection_lasts) {
  live_session live{direction::inbound};
  live.shake_hands();
  const auto& limits = live.config.limits;
  bytes one;
  append_raw_message(one, test_magic, "filler", {});
  for (std::uint64_t i = 3; i != limits.messages_at_once; ++i)
    live.hear_bytes(one);
  live.hear({message{live.pong()}});
  EXPECT_FALSE(live.closed_by);
  live.pass(10s);
  for (std::uint64_t i = 1; i != 10 * limits.messages_per_second; ++i)
    live.hear_bytes(one);
  EXPECT_FALSE(live.closed_by);
  live.hear_bytes(one);
  live.hear_bytes(one);
  EXPECT_TRUE(live.closed_by);
}

} // namespace

} // namespace seedwalk::net::test
