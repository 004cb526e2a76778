#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/network/fault_rules.hpp"
#include "tests/sim/network/sim_bench.hpp"

using namespace seedwalk;
using namespace seedwalk::sim;
using namespace seedwalk::test;

namespace {

const auto alices_net = endpoint_set::subnet(net::ipv4_endpoint(0xc6336401, 0), 32);
const auto bobs_net = endpoint_set::subnet(net::ipv4_endpoint(0xc6336402, 0), 32);

fault_rule rule(fault_action action) {
  fault_rule r;
  r.name = "test";
  r.action = std::move(action);
  return r;
}

/// Everything that one dial and a conversation of 4000 bytes each way come to.
struct conversation : two_hosts {
  explicit conversation(std::vector<fault_rule> rules) : two_hosts() {
    internet.set_faults(std::move(rules));
    listen();
    a = dial();
    pass(2s);
    if (said.of<net::accepted>(bob).empty())
      return;
    b = said.of<net::accepted>(bob)[0].connection;
    bobs.own(b, bob);
    alices.want(a, 10'000);
    bobs.want(b, 10'000);
    alices.write(a, text(letters(4000)));
    bobs.write(b, text(letters(4000)));
    pass(2s);
  }
  bool is_fine() const {
    return said.text_received(alice) == letters(4000) && said.text_received(bob) == letters(4000);
  }
  net::error failure() const {
    const auto failed = said.of<net::connect_failed>(alice);
    return failed.empty() ? net::error::none : failed[0].reason;
  }
  net::error ending(net::owner owner) const {
    const auto closed = said.of<net::closed>(owner);
    return closed.empty() ? net::error::none : closed[0].reason;
  }
  net::connection_id a;
  net::connection_id b;
};

} // namespace

TEST(endpoint_set, holds_what_shares_the_prefix) {
  EXPECT_TRUE(rc::check([](std::uint32_t address, std::uint32_t other) {
    const auto bits = *rc::gen::inRange(0u, 33u);
    const auto set = endpoint_set::subnet(net::ipv4_endpoint(address, 0), bits);
    const auto same = bits == 0 || (address ^ other) >> (32 - bits) == 0;
    RC_ASSERT(set.contains(net::ipv4_endpoint(other, 8333)) == same);
    RC_ASSERT(set.contains(net::ipv4_endpoint(address, 1)));
  }));
  const auto one = endpoint_set::only(net::ipv4_endpoint(1, 8333));
  EXPECT_TRUE(one.contains(net::ipv4_endpoint(1, 8333)));
  EXPECT_FALSE(one.contains(net::ipv4_endpoint(1, 8334)));
}

TEST(fault_rules, without_a_rule_all_is_well) {
  EXPECT_TRUE(conversation({}).is_fine());
}

TEST(fault_rules, a_dial_fails_as_the_rule_says) {
  for (const auto reason : {net::error::refused, net::error::host_unreachable,
                            net::error::no_local_ports, net::error::no_descriptors})
    EXPECT_EQ(conversation({rule(fault::fail_dial{reason})}).failure(), reason);
  conversation slow({rule(fault::fail_dial{net::error::timed_out})});
  EXPECT_TRUE(slow.said.of<net::connect_failed>(alice).empty());
  slow.pass(5s);
  EXPECT_EQ(slow.failure(), net::error::timed_out);
}

TEST(fault_rules, the_first_that_decides_wins) {
  const auto exempt = rule(fault::pass{});
  const auto refuse = rule(fault::fail_dial{net::error::refused});
  EXPECT_TRUE(conversation({exempt, refuse}).is_fine());
  EXPECT_EQ(conversation({refuse, exempt}).failure(), net::error::refused);
  EXPECT_EQ(conversation({rule(fault::drop{}), refuse}).failure(), net::error::refused);
}

TEST(fault_rules, a_rule_holds_for_its_window_and_its_endpoints) {
  auto over = rule(fault::fail_dial{});
  over.until = 1ms;
  EXPECT_TRUE(conversation({over}).is_fine());
  auto later = rule(fault::fail_dial{});
  later.since = 1h;
  EXPECT_TRUE(conversation({later}).is_fine());
  auto others = rule(fault::fail_dial{});
  others.from = bobs_net;
  EXPECT_TRUE(conversation({others}).is_fine());
  others.both_directions = true;
  EXPECT_EQ(conversation({others}).failure(), net::error::refused);
}

TEST(fault_rules, a_share_of_connections_is_hit_and_each_of_them_whole) {
  two_hosts t;
  auto some = rule(fault::fail_dial{});
  some.hit = 1;
  some.of = 4;
  t.internet.set_faults({some});
  t.listen();
  for (int i = 0; i != 400; ++i)
    t.dial();
  t.pass(3s);
  const auto failed = t.said.of<net::connect_failed>(alice).size();
  EXPECT_GT(failed, 60u);
  EXPECT_LT(failed, 140u);
  EXPECT_EQ(failed + t.said.of<net::connected>(alice).size(), 400u);
}

TEST(fault_rules, a_dial_into_a_black_hole_times_out_in_either_direction) {
  for (const auto& from : {alices_net, bobs_net}) {
    auto lost = rule(fault::drop{});
    lost.from = from;
    conversation c({lost});
    EXPECT_TRUE(c.said.of<net::accepted>(bob).empty());
    c.pass(4s);
    EXPECT_EQ(c.failure(), net::error::timed_out);
    EXPECT_EQ(c.internet.streams().live(), 0u);
  }
}

TEST(fault_rules, a_one_way_partition_of_an_open_connection_stops_one_way) {
  auto lost = rule(fault::drop{});
  lost.from = alices_net;
  lost.since = 2100ms;
  conversation c({lost});
  ASSERT_TRUE(c.is_fine());
  c.alices.write(c.a, text("not heard"));
  c.bobs.write(c.b, text("heard"));
  c.pass(10min);
  EXPECT_EQ(c.said.text_received(bob), letters(4000));
  EXPECT_EQ(c.said.text_received(alice), letters(4000) + "heard");
  c.pass(10min);
  EXPECT_EQ(c.ending(alice), net::error::timed_out);
  EXPECT_EQ(c.ending(bob), net::error::none);
}

TEST(fault_rules, a_partition_heals_when_its_window_ends) {
  auto lost = rule(fault::drop{});
  lost.since = 1500ms;
  lost.until = 60s;
  lost.both_directions = true;
  lost.from = alices_net;
  lost.to = bobs_net;
  conversation c({lost});
  EXPECT_EQ(c.said.text_received(alice) + c.said.text_received(bob), "");
  c.pass(55s);
  EXPECT_EQ(c.said.text_received(alice) + c.said.text_received(bob), "");
  c.pass(10s);
  EXPECT_TRUE(c.is_fine());
}

TEST(fault_rules, silence_accepts_and_is_never_heard_of_again) {
  conversation c({rule(fault::silence{})});
  EXPECT_EQ(c.said.of<net::connected>(alice).size(), 1u);
  EXPECT_TRUE(c.said.of<net::accepted>(bob).empty());
  c.alices.want(c.a, 10);
  for (int i = 0; i != 20; ++i)
    c.alices.write(c.a, text(letters(20'000)));
  c.pass(1h);
  EXPECT_TRUE(c.said.of<net::drained>(alice).empty());
  EXPECT_EQ(c.ending(alice), net::error::none);
  c.alices.close(c.a, net::closing::abort);
  c.pass(1s);
  EXPECT_EQ(c.ending(alice), net::error::aborted);
  EXPECT_EQ(c.internet.streams().live(), 0u);
}

TEST(fault_rules, a_reset_after_n_bytes_lets_exactly_those_through) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = *rc::gen::inRange<std::uint64_t>(0, 3999);
    auto cut = rule(fault::reset{bytes});
    cut.from = alices_net;
    conversation c({cut});
    RC_ASSERT(c.said.text_received(bob) == letters(4000).substr(0, bytes));
    RC_ASSERT(c.ending(alice) == net::error::reset);
    RC_ASSERT(c.ending(bob) == net::error::reset);
  }));
}

TEST(fault_rules, a_reset_after_a_time_ends_both_sides) {
  conversation c({rule(fault::reset_after{3s})});
  EXPECT_TRUE(c.is_fine());
  EXPECT_EQ(c.ending(alice), net::error::reset);
  EXPECT_EQ(c.ending(bob), net::error::reset);
  EXPECT_EQ(c.said.when<net::closed>(alice), 3001ms);
}

TEST(fault_rules, a_truncated_stream_ends_in_order_and_early) {
  auto shorter = rule(fault::truncate{1234});
  shorter.from = alices_net;
  conversation c({shorter});
  EXPECT_EQ(c.said.text_received(bob), letters(4000).substr(0, 1234));
  EXPECT_EQ(c.said.of<net::input_ended>(bob).size(), 1u);
  EXPECT_EQ(c.said.text_received(alice), letters(4000));
}

TEST(fault_rules, a_corrupt_byte_is_the_only_difference) {
  EXPECT_TRUE(rc::check([] {
    const auto offset = *rc::gen::inRange<std::uint64_t>(0, 4000);
    auto flip = rule(fault::corrupt{offset, 0x20});
    flip.from = alices_net;
    conversation c({flip});
    auto expected = letters(4000);
    expected[offset] = static_cast<char>(expected[offset] ^ 0x20);
    RC_ASSERT(c.said.text_received(bob) == expected);
    RC_ASSERT(c.said.text_received(alice) == letters(4000));
  }));
}

TEST(fault_rules, a_delay_delays_and_a_drip_drips) {
  auto late = rule(fault::delay{latency::constant(1h)});
  late.from = alices_net;
  conversation c({late});
  EXPECT_EQ(c.said.text_received(alice), letters(4000));
  EXPECT_EQ(c.said.text_received(bob), "");
  c.pass(1h);
  EXPECT_TRUE(c.is_fine());

  auto slow = rule(fault::drip{100, 1s});
  slow.from = bobs_net;
  conversation d({slow});
  EXPECT_LE(d.said.text_received(alice).size(), 300u);
  d.pass(30s);
  EXPECT_GT(d.said.text_received(alice).size(), 2500u);
  EXPECT_LT(d.said.text_received(alice).size(), 3500u);
  d.pass(30s);
  EXPECT_TRUE(d.is_fine());
}

TEST(fault_rules, datagrams_vanish_too) {
  two_hosts t;
  auto lost = rule(fault::drop{});
  lost.until = 10s;
  t.internet.set_faults({lost});
  const auto a = t.alices.open_datagrams(net::ipv4_endpoint(0xc6336401, 9), alice);
  const auto b = t.bobs.open_datagrams(net::ipv4_endpoint(0xc6336402, 9), bob);
  t.bobs.want_datagrams(b, 9);
  t.alices.send_datagram(a, net::ipv4_endpoint(0xc6336402, 9), {}, text("lost"));
  t.pass(11s);
  t.alices.send_datagram(a, net::ipv4_endpoint(0xc6336402, 9), {}, text("arrives"));
  t.pass(1s);
  ASSERT_EQ(t.said.of<net::datagram_received>(bob).size(), 1u);
  EXPECT_EQ(t.said.of<net::datagram_received>(bob)[0].data, text("arrives"));
}
