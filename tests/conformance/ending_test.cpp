#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(ending);

TEST_P(ending, a_half_closed_connection_still_carries_the_other_direction) {
  const auto both = open();
  door().want(both.server, 100);
  door().want(both.client, 100);
  door().write(both.client, text("question"));
  door().end_output(both.client);
  await<net::input_ended>(both.server);
  EXPECT_EQ(net::as_text(bytes_of(both.server)), "question");
  door().write(both.server, text("answer"));
  EXPECT_EQ(net::as_text(await_bytes(both.client, 6)), "answer");
  EXPECT_EQ(story(both.server), "received input_ended drained");

  door().end_output(both.server);
  await<net::closed>(both.client);
  await<net::closed>(both.server);
  EXPECT_EQ(story(both.server), "received input_ended drained closed(none)");
  EXPECT_EQ(story(both.client), "connected drained received input_ended closed(none)");
}

TEST_P(ending, it_works_from_the_accepted_side_too) {
  const auto both = open();
  door().want(both.client, 100);
  door().end_output(both.server);
  await<net::input_ended>(both.client);
  door().write(both.client, text("after your end"));
  door().want(both.server, 100);
  EXPECT_EQ(await_bytes(both.server, 14).size(), 14u);
  door().end_output(both.client);
  await<net::closed>(both.server);
  await<net::closed>(both.client);
  EXPECT_EQ(story(both.server), "received input_ended closed(none)");
}

TEST_P(ending, both_sides_may_end_at_the_same_moment) {
  const auto both = open();
  door().want(both.client, 1);
  door().want(both.server, 1);
  door().end_output(both.client);
  door().end_output(both.server);
  await<net::closed>(both.client);
  await<net::closed>(both.server);
  EXPECT_EQ(story(both.client), "connected input_ended closed(none)");
  EXPECT_EQ(story(both.server), "input_ended closed(none)");
}

TEST_P(ending, the_end_of_input_is_noticed_only_once_something_is_wanted) {
  const auto both = open();
  door().want(both.server, 3);
  door().write(both.client, text("abc"));
  door().end_output(both.client);
  await_bytes(both.server, 3);
  world().settle();
  EXPECT_EQ(story(both.server), "received");
  door().want(both.server, 1);
  await<net::input_ended>(both.server);
  EXPECT_EQ(story(both.server), "received input_ended");
  finish(both);
}

TEST_P(ending, after_end_output_what_is_written_is_dropped) {
  const auto both = open();
  door().want(both.server, 100);
  door().write(both.client, text("kept"));
  door().end_output(both.client);
  door().end_output(both.client);
  door().write(both.client, text("dropped"));
  await<net::input_ended>(both.server);
  EXPECT_EQ(net::as_text(bytes_of(both.server)), "kept");
  EXPECT_EQ(all<net::drained>(both.client).size(), 1u);
  finish(both);
}

TEST_P(ending, a_graceful_close_sends_what_is_queued_and_is_heard_once) {
  const auto both = open();
  const net::buffer large{some_bytes(3u << 20)};
  door().write(both.client, large);
  door().write(both.client, text("."));
  door().close(both.client, net::closing::graceful);
  door().close(both.client, net::closing::graceful);
  door().write(both.client, text("dropped"));
  std::size_t arrived = 0;
  while (arrived != large.size() + 1) {
    door().want(both.server, net::network::max_allowance_bytes);
    const auto now = await_arrival(both.server, arrived + 1);
    ASSERT_GT(now, arrived) << story();
    arrived = now;
  }
  door().want(both.server, 1);
  await<net::input_ended>(both.server);
  await<net::closed>(both.client);
  world().settle();
  if (world().completions_are_immediate()) {
    EXPECT_EQ(story(both.client), "connected closed(none)");
  }
  door().end_output(both.server);
  await<net::closed>(both.server);
  EXPECT_EQ(story(both.server), "received input_ended closed(none)");
}

TEST_P(ending, a_graceful_close_does_not_wait_for_the_peers_end) {
  const auto both = open();
  door().close(both.client, net::closing::graceful);
  await<net::closed>(both.client);
  EXPECT_EQ(story(both.client), "connected closed(none)");
  EXPECT_EQ(story(both.server), "");
  finish(both);
}

TEST_P(ending, a_graceful_close_with_unread_input_still_delivers_what_was_sent) {
  const auto both = open();
  door().write(both.server, net::buffer{some_bytes(10000)});
  await<net::drained>(both.server);
  world().settle();
  door().write(both.client, text("last words"));
  door().close(both.client, net::closing::graceful);
  await<net::closed>(both.client);
  // The peer goes on for a while, too, before it listens.
  door().write(both.server, net::buffer{some_bytes(10000)});
  await<net::drained>(both.server, 2);
  world().settle();
  door().want(both.server, 100);
  await<net::input_ended>(both.server);
  EXPECT_EQ(net::as_text(bytes_of(both.server)), "last words");
  finish(both);
}

TEST_P(ending, a_graceful_close_of_a_peer_that_does_not_read_is_cut_off) {
  const auto both = open();
  const net::buffer chunk{some_bytes(1u << 20)};
  for (std::uint32_t i = 0; i != net::network::max_unsent_bytes >> 20; ++i)
    door().write(both.client, chunk);
  door().close(both.client, net::closing::graceful);
  await<net::closed>(both.client);
  EXPECT_EQ(all<net::closed>(both.client).front().reason, net::error::none);
  finish(both);
  EXPECT_LT(bytes_of(both.server).size(), net::network::max_unsent_bytes);
}

TEST_P(ending, an_abort_resets_the_peer) {
  const auto both = open();
  door().want(both.server, 100);
  door().close(both.client, net::closing::abort);
  await<net::closed>(both.client);
  await<net::closed>(both.server);
  world().settle();
  EXPECT_EQ(story(both.client), "connected closed(aborted)");
  EXPECT_EQ(story(both.server), "closed(reset)");
}

TEST_P(ending, an_abort_with_unread_input_resets_the_peer_too) {
  const auto both = open();
  door().want(both.server, 100);
  door().write(both.server, text("never read"));
  await<net::drained>(both.server);
  world().settle();
  door().close(both.client, net::closing::abort);
  await<net::closed>(both.server);
  EXPECT_EQ(story(both.server), "drained closed(reset)");
}

TEST_P(ending, an_abort_after_graceful_aborts) {
  const auto both = open();
  const net::buffer chunk{some_bytes(1u << 20)};
  for (std::uint32_t i = 0; i != net::network::max_unsent_bytes >> 20; ++i)
    door().write(both.client, chunk);
  door().close(both.client, net::closing::graceful);
  door().close(both.client, net::closing::abort);
  door().close(both.client, net::closing::abort);
  await<net::closed>(both.client);
  world().settle();
  EXPECT_EQ(all<net::closed>(both.client).front().reason, net::error::aborted);
  finish(both);
}

TEST_P(ending, input_is_discarded_once_closed) {
  const auto both = open();
  door().want(both.client, 1000);
  door().write(both.client, net::buffer{some_bytes(100000)});
  door().close(both.client, net::closing::graceful);
  door().write(both.server, text("too late"));
  await<net::closed>(both.client);
  world().settle();
  EXPECT_TRUE(all<net::received>(both.client).empty());
  finish(both);
}

TEST_P(ending, a_reset_while_writing_is_noticed) {
  const auto both = open();
  door().close(both.server, net::closing::abort);
  await<net::closed>(both.server);
  world().settle();
  for (int i = 0; i != 3 && all<net::closed>(both.client).empty(); ++i) {
    door().write(both.client, text("anybody?"));
    world().settle();
  }
  await<net::closed>(both.client);
  EXPECT_EQ(all<net::closed>(both.client).front().reason, net::error::reset);
}

TEST_P(ending, an_accepted_connection_whose_peer_is_gone_says_so_once_owned) {
  const auto both = dial(listen());
  door().close(both.client, net::closing::abort);
  await<net::closed>(both.client);
  world().settle();
  EXPECT_EQ(story(both.server), "");
  door().own(both.server, server_owner);
  door().want(both.server, 100);
  await<net::closed>(both.server);
  EXPECT_EQ(story(both.server), "closed(reset)");
}

TEST_P(ending, an_accepted_connection_that_is_closed_unowned_ends_in_silence) {
  for (auto closing : {net::closing::graceful, net::closing::abort}) {
    const auto both = dial(listen());
    door().want(both.client, 100);
    door().close(both.server, closing);
    if (closing == net::closing::graceful) {
      await<net::input_ended>(both.client);
      door().close(both.client, closing);
    }
    await<net::closed>(both.client);
    world().settle();
    EXPECT_EQ(story(both.server), "");
    EXPECT_EQ(story(both.client), closing == net::closing::graceful
                                      ? "connected input_ended closed(none)"
                                      : "connected closed(reset)");
  }
}

TEST_P(ending, what_is_asked_of_a_finished_connection_does_nothing) {
  const auto both = open();
  finish(both);
  const auto heard = judge().log().size();
  for (auto id : {both.client, both.server}) {
    door().own(id, net::owner{99});
    door().want(id, 100);
    door().write(id, text("gone"));
    door().end_output(id);
    door().close(id, net::closing::graceful);
    door().close(id, net::closing::abort);
  }
  world().settle();
  EXPECT_EQ(judge().log().size(), heard) << story();
}

} // namespace
} // namespace seedwalk::conformance
