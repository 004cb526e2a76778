#include <algorithm>

#include <gtest/gtest.h>

#include "tests/net/base/allocation_count.hpp"
#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net::test {

namespace {

/// What crosses the wire in a visit of a recent node, as segments.
std::vector<bytes> segments_of_a_visit() {
  std::vector<bytes> segments(4);
  append_message(segments[0], test_magic, peer_version());
  append_message(segments[0], test_magic, msg::wtxidrelay{});
  append_message(segments[0], test_magic, msg::sendaddrv2{});
  append_message(segments[0], test_magic, msg::verack{});
  append_message(segments[1], test_magic, msg::sendcmpct{false, 2});
  append_message(segments[1], test_magic, msg::ping{4});
  append_message(segments[1], test_magic, msg::feefilter{1000});
  append_message(segments[2], test_magic, message{block_of(0, 1)});
  append_message(segments[3], test_magic, message{block_of(1, 1000)});
  return segments;
}

/// The same visit, with effects that were used before, in pieces of at most `piece` bytes. Returns
/// how many allocations it took.
std::uint64_t visit(const session_config& config, session_effects& out,
                    const std::vector<bytes>& segments, std::size_t piece) {
  const auto before = allocations();
  instant now{0s, 1'700'000'000s};
  net::session session{direction::outbound, test_peer, 1, now.steady};
  const auto next = [&]() -> session_step {
    out.clear();
    now.steady += 10ms;
    return {config, now, out};
  };
  session.on_connected(next());
  for (const auto& segment : segments)
    for (byte_view rest = segment; !rest.empty();) {
      const auto n = std::min(piece, rest.size());
      session.on_received(next(), rest.first(n));
      rest = rest.subspan(n);
      session.addresses_taken(next());
    }
  now.steady = *session.deadline(config);
  session.on_tick(next());
  session.on_closed(next(), error::none);
  EXPECT_EQ(out.summary->outcome, outcome::complete);
  EXPECT_EQ(out.summary->addresses.by_network[1], 1001u);
  return allocations() - before;
}

TEST(session_memory, a_whole_visit_allocates_little) {
  if (!counts_allocations)
    GTEST_SKIP() << "sanitizers allocate for themselves";
  const auto config = test_config();
  const auto segments = segments_of_a_visit();
  // At once, in segments of an Ethernet, in the smallest that TCP must expect (RFC 9293), and as a
  // peer might send them that wants to be a burden.
  for (auto piece : {std::size_t{1} << 20, std::size_t{1460}, std::size_t{536}, std::size_t{1}}) {
    session_effects cold;
    const auto first = visit(config, cold, segments, piece);
    const auto again = visit(config, cold, segments, piece);
    RecordProperty("allocations_cold_" + std::to_string(piece), static_cast<int>(first));
    RecordProperty("allocations_warm_" + std::to_string(piece), static_cast<int>(again));
    EXPECT_LE(first, 40u) << piece;
    EXPECT_LE(again, first) << piece;
  }
}

TEST(session_memory, an_idle_session_holds_no_buffer_and_little_else) {
  if (!counts_allocations)
    GTEST_SKIP() << "sanitizers allocate for themselves";
  const auto config = test_config();
  session_effects out;
  instant now;
  auto version = peer_version();
  version.user_agent = std::string(256, 'x');
  bytes shake;
  append_message(shake, test_magic, version);
  append_message(shake, test_magic, msg::verack{});
  append_raw_message(shake, test_magic, "addrv2", bytes(60'000)); // Held while it comes in.
  const auto before = allocated_bytes();
  session tested{direction::inbound, test_peer, 1, now.steady};
  tested.on_connected({config, now, out});
  for (byte_view rest = shake; !rest.empty();) {
    const auto n = std::min<std::size_t>(1000, rest.size());
    tested.on_received({config, now, out}, rest.first(n));
    rest = rest.subspan(n);
    out = {};
  }
  ASSERT_EQ(tested.state(), session_state::held);
  const auto held = allocated_bytes() - before + static_cast<std::int64_t>(sizeof(session));
  RecordProperty("idle_session_bytes", static_cast<int>(held));
  EXPECT_LT(held, 1536);
}

} // namespace

} // namespace seedwalk::net::test
