#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/random.hpp"
#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net::test {

namespace {

/// Two sessions of different crawlers and what is under way between them.
struct pair_of_sessions {
  pair_of_sessions(visit_plan plan, direction accepted) : dialler({}, plan), acceptor(accepted) {
    acceptor.config.nonce_key = 0x07e4;
    acceptor.session = session{accepted, ipv4_endpoint(0x7f000001, 50000),
                               make_version_nonce(0x07e4, 5), steady_time{0}};
    dialler.connect();
    acceptor.connect();
  }

  /// Moves bytes in pieces that `draw` decides on, until there are none under way.
  void talk(random_stream& draw) {
    for (bool moved = true; moved;) {
      moved = carry(dialler, acceptor, to_acceptor, draw);
      moved = carry(acceptor, dialler, to_dialler, draw) || moved;
    }
  }

  static bool carry(live_session& from, live_session& to, std::size_t& carried,
                    random_stream& draw) {
    const auto ready = from.all_output.size() - carried;
    if (ready == 0 || to.closed_by)
      return false;
    const auto piece = 1 + static_cast<std::size_t>(draw.below(ready));
    const bytes data(from.all_output.begin() + static_cast<std::ptrdiff_t>(carried),
                     from.all_output.begin() + static_cast<std::ptrdiff_t>(carried + piece));
    carried += piece;
    to.hear_bytes(data);
    return true;
  }

  live_session dialler;
  live_session acceptor;
  std::size_t to_acceptor = 0;
  std::size_t to_dialler = 0;
};

TEST(session_pair, two_of_ours_understand_each_other_over_any_split) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    random_stream draw{seed, "splits"};
    pair_of_sessions both{{.ask_addresses = false, .hold = true}, direction::inbound};
    both.talk(draw);
    RC_ASSERT(both.dialler.session.state() == session_state::held);
    RC_ASSERT(both.acceptor.session.state() == session_state::held);
    RC_ASSERT(both.dialler.count_of<round_trip_measured>() == 1u);
    RC_ASSERT(both.acceptor.count_of<round_trip_measured>() == 1u);
    RC_ASSERT(both.dialler.session.peer_version() ==
              std::optional{std::get<msg::version>(both.acceptor.said[0])});
    RC_ASSERT(both.acceptor.session.peer_version() ==
              std::optional{std::get<msg::version>(both.dialler.said[0])});
    RC_ASSERT(both.dialler.session.carried().bytes_in == both.acceptor.session.carried().bytes_out);
    RC_ASSERT(both.acceptor.session.carried().bytes_in == both.dialler.session.carried().bytes_out);
    RC_ASSERT(both.dialler.session.features().has(peer_feature::sendaddrv2));
    RC_ASSERT(both.dialler.session.carried().messages_refused == 0u);
  }));
}

TEST(session_pair, who_is_accepted_over_capacity_learns_that_we_live) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    random_stream draw{seed, "splits"};
    pair_of_sessions both{{}, direction::inbound_over_capacity};
    both.talk(draw);
    RC_ASSERT(both.acceptor.closed_by == closing::graceful);
    both.dialler.input_ends();
    RC_ASSERT(end_of(both.dialler).reached == stage::verack);
    RC_ASSERT(end_of(both.acceptor).outcome == outcome::complete);
  }));
}

TEST(session_pair, of_two_that_ask_each_other_nothing_is_answered_and_nobody_is_harmed) {
  random_stream draw{1, "splits"};
  pair_of_sessions both{{}, direction::inbound};
  both.talk(draw);
  both.dialler.pass(45s);
  EXPECT_EQ(end_of(both.dialler).outcome, outcome::no_addresses);
  EXPECT_FALSE(both.acceptor.closed_by);
}

/// A whole visit of a peer that says everything at once, cut into pieces.
TEST(session_pair, what_a_visit_brings_does_not_depend_on_how_bytes_are_split) {
  bytes script;
  for (const message& m : std::initializer_list<message>{
           peer_version(), msg::wtxidrelay{}, msg::sendaddrv2{}, msg::feature{"BIP434", {1, 2}},
           msg::verack{}, msg::ping{1}, msg::unknown_message{"noise", bytes(300)},
           message{block_of(0, 1)}, message{block_of(1, 200)}, msg::ping{2},
           message{block_of(201, 50)}})
    append_message(script, test_magic, m);
  const auto visit = [&](random_stream* draw) {
    live_session live;
    live.connect();
    for (byte_view rest = script; !rest.empty();) {
      const auto piece =
          draw ? 1 + static_cast<std::size_t>(draw->below(rest.size())) : rest.size();
      live.hear_bytes(rest.first(piece));
      live.take_addresses();
      rest = rest.subspan(piece);
    }
    live.pass(2s);
    live.close();
    return live;
  };
  const auto whole = visit(nullptr);
  ASSERT_EQ(whole.summary->outcome, outcome::complete);
  ASSERT_EQ(whole.addresses.size(), 251u);
  EXPECT_TRUE(rc::check([&](std::uint64_t seed) {
    random_stream draw{seed, "splits"};
    const auto pieces = visit(&draw);
    RC_ASSERT(pieces.said == whole.said);
    RC_ASSERT(pieces.addresses == whole.addresses);
    RC_ASSERT(pieces.summary == whole.summary);
    RC_ASSERT(to_archive(pieces.events) == to_archive(whole.events));
  }));
}

} // namespace

} // namespace seedwalk::net::test
