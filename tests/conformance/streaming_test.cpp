#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(streaming);

TEST_P(streaming, bytes_arrive_as_they_were_written) {
  const auto both = open();
  door().want(both.server, 100);
  door().write(both.client, text("one "));
  door().write(both.client, text("two "));
  door().write(both.client, text("three"));
  EXPECT_EQ(net::as_text(await_bytes(both.server, 13)), "one two three");
  finish(both);
}

TEST_P(streaming, nothing_arrives_that_is_not_wanted_and_allowances_add_up) {
  const auto both = open();
  const auto sent = some_bytes(1000);
  door().write(both.client, net::buffer{sent});
  await<net::drained>(both.client);
  world().settle();
  EXPECT_TRUE(all<net::received>(both.server).empty());

  door().want(both.server, 0);
  world().settle();
  EXPECT_TRUE(all<net::received>(both.server).empty());

  door().want(both.server, 10);
  door().want(both.server, 7);
  await_bytes(both.server, 17);
  world().settle();
  EXPECT_EQ(bytes_of(both.server).size(), 17u);

  door().want(both.server, 10000);
  EXPECT_EQ(await_bytes(both.server, 1000), sent);
  finish(both);
}

TEST_P(streaming, an_allowance_is_capped) {
  const auto both = open();
  constexpr auto cap = net::network::max_allowance_bytes;
  for (std::uint32_t wanted : {cap, cap, UINT32_MAX, 1u})
    door().want(both.server, wanted);
  const net::buffer chunk{some_bytes(1u << 16)};
  for (int i = 0; i != 32; ++i)
    door().write(both.client, chunk);
  await_bytes(both.server, cap);
  world().settle();
  EXPECT_EQ(bytes_of(both.server).size(), cap);
  door().want(both.server, UINT32_MAX);
  EXPECT_EQ(await_bytes(both.server, 2 * cap).size(), 2 * cap);
  finish(both);
}

TEST_P(streaming, each_write_is_followed_by_drained_even_an_empty_one) {
  const auto both = open();
  for (std::size_t i = 1; i != 4; ++i) {
    door().write(both.client, i == 2 ? net::buffer{} : text("x"));
    await<net::drained>(both.client, i);
  }
  finish(both);
}

TEST_P(streaming, a_reader_that_wants_nothing_holds_its_writer_back) {
  const auto both = open();
  const net::buffer chunk{some_bytes(1u << 16)};
  std::size_t written = 0;
  // Whatever lies between the two, it is bounded: at some point nothing drains any more.
  for (std::size_t heard = 0; written < 64u << 20; heard = all<net::drained>(both.client).size()) {
    door().write(both.client, chunk);
    written += chunk.size();
    world().settle();
    if (all<net::drained>(both.client).size() == heard)
      break;
  }
  ASSERT_LT(written, 64u << 20) << "the writer was never held back";
  const auto before = all<net::drained>(both.client).size();
  std::size_t arrived = 0;
  while (arrived != written) {
    door().want(both.server, net::network::max_allowance_bytes);
    const auto now = await_arrival(both.server, arrived + 1);
    ASSERT_GT(now, arrived);
    arrived = now;
  }
  EXPECT_EQ(all<net::drained>(both.client).size(), before + 1);
  finish(both);
}

TEST_P(streaming, a_writer_that_never_waits_is_cut_off_at_the_limit) {
  const auto both = open();
  const net::buffer chunk{some_bytes(1u << 20)};
  constexpr auto chunks_that_fit = net::network::max_unsent_bytes >> 20;
  for (std::uint32_t i = 0; i != chunks_that_fit; ++i)
    door().write(both.client, chunk);
  if (world().completions_are_immediate()) {
    door().write(both.client, text("one byte too many is enough"));
  } else {
    for (int i = 0; i != 100; ++i) // The kernel takes some meanwhile.
      door().write(both.client, chunk);
  }
  EXPECT_EQ(await<net::closed>(both.client).front().reason, net::error::send_queue_full);
  door().want(both.server, 10);
  door().close(both.server, net::closing::abort);
}

TEST_P(streaming, a_full_queue_below_the_limit_is_no_reason_to_cut_off) {
  const auto both = open();
  const net::buffer chunk{some_bytes(1u << 20)};
  constexpr std::size_t chunks = net::network::max_unsent_bytes >> 20;
  for (std::size_t i = 0; i != chunks; ++i)
    door().write(both.client, chunk);
  std::size_t arrived = 0;
  while (arrived != chunks << 20) {
    door().want(both.server, net::network::max_allowance_bytes);
    const auto now = await_arrival(both.server, arrived + 1);
    ASSERT_GT(now, arrived) << story();
    arrived = now;
  }
  finish(both);
}

TEST_P(streaming, a_new_owner_hears_what_happens_from_then_on) {
  const net::owner second{50};
  const auto both = open();
  door().want(both.server, 100);
  door().write(both.client, text("first"));
  await_bytes(both.server, 5);
  door().own(both.server, second);
  door().write(both.client, text("second"));
  await_bytes(both.server, 11);
  door().close(both.server, net::closing::abort);
  await<net::closed>(both.server);
  std::size_t seen = 0;
  for (const auto& entry : judge().log()) {
    if (auto x = std::get_if<net::received>(&entry.completion); x && x->connection == both.server) {
      EXPECT_EQ(entry.to, seen < 5 ? server_owner : second);
      seen += x->data.size();
    }
    if (auto x = std::get_if<net::closed>(&entry.completion); x && x->connection == both.server) {
      EXPECT_EQ(entry.to, second);
    }
  }
  finish(both);
}

TEST_P(streaming, what_came_before_anybody_owned_it_is_kept) {
  const auto both = dial(listen());
  door().write(both.client, text("patience"));
  await<net::drained>(both.client);
  door().end_output(both.client);
  world().settle();
  EXPECT_EQ(story(both.server), "");
  door().own(both.server, server_owner);
  world().settle();
  EXPECT_EQ(story(both.server), "");
  door().want(both.server, 100);
  await<net::input_ended>(both.server);
  EXPECT_EQ(net::as_text(bytes_of(both.server)), "patience");
  EXPECT_EQ(story(both.server), "received input_ended");
  finish(both);
}

TEST_P(streaming, what_was_asked_for_before_anybody_owned_it_takes_effect_then) {
  const auto both = dial(listen());
  door().want(both.server, 4);
  door().write(both.server, text("hello"));
  door().want(both.client, 100);
  door().write(both.client, text("ping"));
  await<net::drained>(both.client);
  world().settle();
  EXPECT_EQ(story(both.server), "");
  door().own(both.server, server_owner);
  await_bytes(both.server, 4);
  EXPECT_EQ(net::as_text(await_bytes(both.client, 5)), "hello");
  finish(both);
}

} // namespace
} // namespace seedwalk::conformance
