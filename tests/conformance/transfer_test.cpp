#include <algorithm>

#include <rapidcheck.h>

#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(transfer);

/// What one side does next, and how much of it.
struct deed {
  bool writes = false;
  std::uint32_t count = 0;
};

rc::Gen<std::uint32_t> sizes() {
  return rc::gen::oneOf(rc::gen::inRange(1u, 20u), rc::gen::inRange(1u, 5000u),
                        rc::gen::inRange(60000u, 200000u));
}

/// Writes and wants are made in a drawn order and in drawn sizes; with `pauses`, what they cause
/// happens in between.
void transfer_drawn(network_under_test& world, net::network& door, net::connection_id from,
                    net::connection_id to, net::bytes& written, std::size_t& wanted) {
  const auto deeds = *rc::gen::container<std::vector<deed>>(
      rc::gen::construct<deed>(rc::gen::arbitrary<bool>(), sizes()));
  const auto pauses = *rc::gen::arbitrary<bool>();
  for (const auto& next : deeds) {
    if (next.writes) {
      auto data = some_bytes(next.count);
      data.front() = static_cast<std::uint8_t>(written.size());
      door.write(from, net::buffer{data});
      written.insert(written.end(), data.begin(), data.end());
    } else {
      door.want(to, next.count);
      wanted += next.count;
    }
    if (pauses)
      world.settle();
  }
}

TEST_P(transfer, bytes_arrive_equal_and_in_order_however_written_and_wanted) {
  const auto at = listen();
  EXPECT_TRUE(rc::check([&] {
    const auto both = open(at);
    net::bytes upstream;
    net::bytes downstream;
    std::size_t wanted_up = 0;
    std::size_t wanted_down = 0;
    transfer_drawn(world(), door(), both.client, both.server, upstream, wanted_up);
    transfer_drawn(world(), door(), both.server, both.client, downstream, wanted_down);
    world().settle();
    RC_ASSERT(bytes_of(both.server).size() <= std::min(wanted_up, upstream.size()));
    RC_ASSERT(bytes_of(both.client).size() <= std::min(wanted_down, downstream.size()));

    door().end_output(both.client);
    door().end_output(both.server);
    auto is_over = [&] {
      return !all<net::closed>(both.client).empty() && !all<net::closed>(both.server).empty();
    };
    while (!is_over()) {
      door().want(both.server, 100000);
      door().want(both.client, 100000);
      const auto heard = judge().log().size();
      RC_ASSERT(world().run_until([&] { return judge().log().size() != heard; }));
    }
    RC_ASSERT(bytes_of(both.server) == upstream);
    RC_ASSERT(bytes_of(both.client) == downstream);
    RC_ASSERT(all<net::closed>(both.client).front().reason == net::error::none);
    RC_ASSERT(all<net::closed>(both.server).front().reason == net::error::none);
    RC_ASSERT(judge().violations().empty());
  }));
}

TEST_P(transfer, hundreds_of_small_buffers_arrive_as_one_stream) {
  const auto both = open();
  net::bytes sent;
  for (int i = 0; i != 1000; ++i) {
    const auto piece = some_bytes(static_cast<std::size_t>(1 + i % 7));
    sent.insert(sent.end(), piece.begin(), piece.end());
    door().write(both.client, net::buffer{piece});
  }
  door().want(both.server, 100000);
  EXPECT_EQ(await_bytes(both.server, sent.size()), sent);
  finish(both);
}

TEST_P(transfer, one_block_is_shared_by_many_connections) {
  const auto at = listen();
  const net::buffer shared{some_bytes(3000)};
  std::vector<pair> all_pairs;
  for (int i = 0; i != 20; ++i)
    all_pairs.push_back(open(at));
  for (const auto& both : all_pairs) {
    door().write(both.client, shared);
    door().want(both.server, 3000);
  }
  for (const auto& both : all_pairs)
    EXPECT_EQ(net::buffer{await_bytes(both.server, 3000)}, shared);
}

/// Whatever is asked of a connection, and in any order, the referee has nothing to say, and it
/// ends.
TEST_P(transfer, any_sequence_of_calls_keeps_the_contract) {
  const auto at = listen();
  EXPECT_TRUE(rc::check([&] {
    const auto both = dial(at);
    const auto calls = *rc::gen::container<std::vector<std::pair<bool, int>>>(
        rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange(0, 12)));
    door().own(both.server, server_owner);
    for (const auto& [at_client, call] : calls) {
      const auto id = at_client ? both.client : both.server;
      switch (call) {
      case 0:
        door().end_output(id);
        break;
      case 1:
        door().close(id, net::closing::graceful);
        break;
      case 2:
        door().close(id, net::closing::abort);
        break;
      case 3:
      case 4:
      case 5:
        door().write(id, net::buffer{some_bytes(5000)});
        break;
      case 6:
        door().own(id, net::owner{60});
        break;
      case 7:
      case 8:
        world().settle();
        break;
      default:
        door().want(id, 3000);
      }
    }
    // An end that is left alone would wait for ever: that is no fault of the door.
    door().close(both.client, net::closing::abort);
    door().close(both.server, net::closing::abort);
    RC_ASSERT(world().run_until([&] { return judge().debts().empty(); }));
    RC_ASSERT(all<net::closed>(both.client).size() == 1u);
    RC_ASSERT(all<net::closed>(both.server).size() == 1u);
    RC_ASSERT(judge().violations().empty());
  }));
}

} // namespace
} // namespace seedwalk::conformance
