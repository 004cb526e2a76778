#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/network/network.hpp"
#include "tests/sim/network/sim_bench.hpp"

using namespace seedwalk;
using namespace seedwalk::sim;
using namespace seedwalk::test;

namespace {} // namespace

TEST(sim_network, a_dial_reaches_a_listener_on_another_host) {
  two_hosts t;
  t.join();
  EXPECT_EQ(t.said.of<net::connected>(alice).size(), 1u);
  const auto accepted = t.said.of<net::accepted>(bob).at(0);
  EXPECT_EQ(accepted.local, two_hosts::bobs_endpoint());
  EXPECT_EQ(accepted.peer, t.said.of<net::connected>(alice)[0].local);
}

TEST(sim_network, bytes_arrive_whole_and_in_order_however_they_are_cut) {
  EXPECT_TRUE(rc::check([] {
    internet_options o;
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    o.streams.cut_one_in = *rc::gen::inRange(0u, 4u);
    o.streams.segment_bytes_max = *rc::gen::inRange(1u, 600u);
    o.streams.window_bytes = *rc::gen::inRange(1u, 900u);
    const auto together = *rc::gen::element(net::steady_time{0ns}, net::steady_time{1ms});
    two_hosts t(o, seed, competing(together));
    const auto [a, b] = t.join();
    const auto writes = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 300));
    std::string sent;
    for (const auto size : writes) {
      const auto part = letters(static_cast<std::size_t>(size));
      sent += part;
      t.alices.write(a, text(part));
    }
    t.alices.end_output(a);
    t.bobs.want(b, net::network::max_allowance_bytes);
    t.pass(20min);
    RC_ASSERT(t.said.text_received(bob) == sent);
    RC_ASSERT(t.said.of<net::input_ended>(bob).size() == 1u);
    RC_ASSERT(t.internet.streams().live() == 1u);
  }));
}

TEST(sim_network, segments_are_cut_at_drawn_places) {
  const auto pieces = [](std::uint32_t cut_one_in) {
    internet_options o;
    o.streams.cut_one_in = cut_one_in;
    two_hosts t(o);
    const auto [a, b] = t.join();
    t.bobs.want(b, 100'000);
    for (int i = 0; i != 3; ++i)
      t.alices.write(a, text(letters(1000)));
    t.pass(1min);
    EXPECT_EQ(t.said.text_received(bob).size(), 3000u);
    return t.said.of<net::received>(bob).size();
  };
  EXPECT_EQ(pieces(0), 1u); // What a step writes leaves together.
  EXPECT_GT(pieces(1), 3u);
}

TEST(sim_network, never_more_is_delivered_than_was_wanted) {
  EXPECT_TRUE(rc::check([] {
    two_hosts t({}, *rc::gen::arbitrary<std::uint64_t>());
    const auto [a, b] = t.join();
    t.alices.write(a, text(letters(5000)));
    std::size_t wanted = 0;
    for (const auto more : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 800))) {
      t.bobs.want(b, static_cast<std::uint32_t>(more));
      wanted += static_cast<std::size_t>(more);
      t.pass(10s);
      RC_ASSERT(t.said.text_received(bob).size() == std::min<std::size_t>(wanted, 5000));
    }
  }));
}

TEST(sim_network, a_reader_that_does_not_ask_makes_its_writer_wait) {
  internet_options o;
  o.streams.window_bytes = 10'000;
  two_hosts t(o);
  const auto [a, b] = t.join();
  t.alices.write(a, text(letters(10'000 + net::network::low_water_bytes)));
  t.pass(1h);
  EXPECT_TRUE(t.said.of<net::drained>(alice).empty());
  t.bobs.want(b, o.streams.window_bytes / 4);
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::drained>(alice).size(), 1u);
}

TEST(sim_network, end_of_input_is_noticed_only_while_something_is_wanted) {
  two_hosts t;
  const auto [a, b] = t.join();
  t.alices.write(a, text("four"));
  t.alices.end_output(a);
  t.bobs.want(b, 4);
  t.pass(1min);
  EXPECT_EQ(t.said.text_received(bob), "four");
  EXPECT_TRUE(t.said.of<net::input_ended>(bob).empty());
  t.bobs.want(b, 1);
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::input_ended>(bob).size(), 1u);
}

TEST(sim_network, half_a_connection_lives_on_after_the_other_half) {
  two_hosts t;
  const auto [a, b] = t.join();
  t.alices.end_output(a);
  t.alices.want(a, 100);
  t.bobs.want(b, 100);
  t.pass(1s);
  t.bobs.write(b, text("still here"));
  t.pass(1s);
  EXPECT_EQ(t.said.text_received(alice), "still here");
  EXPECT_TRUE(t.said.of<net::closed>(alice).empty());
  t.bobs.end_output(b);
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::closed>(alice).at(0).reason, net::error::none);
  EXPECT_EQ(t.said.of<net::closed>(bob).at(0).reason, net::error::none);
  EXPECT_EQ(t.internet.streams().live(), 0u);
}

TEST(sim_network, an_abort_is_a_reset_for_the_peer) {
  two_hosts t;
  const auto [a, b] = t.join();
  t.alices.close(a, net::closing::abort);
  t.alices.close(a, net::closing::abort);
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::closed>(alice).at(0).reason, net::error::aborted);
  EXPECT_EQ(t.said.of<net::closed>(bob).at(0).reason, net::error::reset);
  EXPECT_EQ(t.said.of<net::closed>(alice).size(), 1u);
}

TEST(sim_network, a_graceful_close_sends_what_is_queued_and_cuts_off_who_does_not_read) {
  internet_options o;
  o.streams.window_bytes = 1000;
  two_hosts t(o);
  const auto [a, b] = t.join();
  t.alices.write(a, text(letters(5000)));
  t.alices.close(a, net::closing::graceful);
  t.pass(4900ms);
  EXPECT_TRUE(t.said.of<net::closed>(alice).empty());
  t.pass(200ms);
  EXPECT_EQ(t.said.of<net::closed>(alice).at(0).reason, net::error::none);
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::closed>(bob).at(0).reason, net::error::reset);
}

TEST(sim_network, who_writes_to_a_socket_closed_long_ago_is_reset) {
  two_hosts t;
  const auto [a, b] = t.join();
  t.alices.close(a, net::closing::graceful);
  t.pass(1s);
  t.bobs.write(b, text("taken in and thrown away"));
  t.pass(1s);
  EXPECT_TRUE(t.said.of<net::closed>(bob).empty());
  t.pass(10s);
  t.bobs.write(b, text("too late"));
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::closed>(bob).at(0).reason, net::error::reset);
  EXPECT_EQ(t.internet.streams().live(), 0u);
}

TEST(sim_network, a_writer_that_never_waits_is_cut_off) {
  two_hosts t;
  const auto [a, b] = t.join();
  const auto block = text(letters(1u << 20));
  for (int i = 0; i != 9; ++i)
    t.alices.write(a, block);
  EXPECT_TRUE(t.said.of<net::closed>(alice).empty()); // Not from inside the call.
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::closed>(alice).at(0).reason, net::error::send_queue_full);
  EXPECT_EQ(t.said.of<net::closed>(bob).at(0).reason, net::error::reset);
}

TEST(sim_network, a_dial_ends_once_whatever_cancels_it) {
  for (const auto closing : {net::closing::graceful, net::closing::abort}) {
    two_hosts t;
    t.listen();
    const auto a = t.dial();
    t.alices.write(a, text("never sent"));
    t.alices.close(a, closing);
    t.pass(1min);
    EXPECT_EQ(t.said.of<net::closed>(alice).size(), 1u);
    EXPECT_TRUE(t.said.of<net::connected>(alice).empty());
    EXPECT_TRUE(t.said.of<net::connect_failed>(alice).empty());
    EXPECT_EQ(t.internet.streams().live(), 0u);
  }
}

TEST(sim_network, what_is_asked_for_during_a_dial_happens_once_connected) {
  two_hosts t;
  t.listen();
  const auto a = t.dial();
  t.alices.write(a, text("early"));
  t.alices.end_output(a);
  t.pass(2s);
  const auto b = t.said.of<net::accepted>(bob).at(0).connection;
  t.bobs.want(b, 100);
  t.pass(2s);
  EXPECT_EQ(t.said.text_received(bob), "");
  t.bobs.own(b, bob);
  t.pass(2s);
  EXPECT_EQ(t.said.text_received(bob), "early");
  EXPECT_EQ(t.said.of<net::input_ended>(bob).size(), 1u);
}

TEST(sim_network, connections_wait_for_credit_and_are_reset_when_the_listener_goes) {
  two_hosts t;
  t.listen(1);
  t.dial();
  t.dial();
  t.pass(2s);
  EXPECT_EQ(t.said.of<net::connected>(alice).size(), 2u);
  EXPECT_EQ(t.said.of<net::accepted>(bob).size(), 1u);
  t.bobs.stop_listening(t.listener);
  t.pass(2s);
  EXPECT_EQ(t.said.of<net::closed>(alice).size(), 1u);
  t.dial();
  t.pass(2s);
  EXPECT_EQ(t.said.of<net::connect_failed>(alice).at(0).reason, net::error::refused);
}

TEST(sim_network, a_connection_reset_before_anybody_owned_it_says_so_once_owned) {
  two_hosts t;
  t.listen();
  const auto a = t.dial();
  t.pass(2s);
  t.alices.close(a, net::closing::abort);
  t.pass(2s);
  EXPECT_TRUE(t.said.of<net::closed>(bob).empty());
  t.bobs.own(t.said.of<net::accepted>(bob).at(0).connection, bob);
  t.pass(2s);
  EXPECT_EQ(t.said.of<net::closed>(bob).at(0).reason, net::error::reset);
  EXPECT_EQ(t.internet.streams().live(), 0u);
}

TEST(sim_network, an_address_that_nobody_has_is_silent_and_one_that_somebody_has_refuses) {
  two_hosts t;
  auto at = two_hosts::bobs_endpoint();
  t.alices.connect(at, 5000ms, alice);
  t.pass(2s);
  EXPECT_EQ(t.said.of<net::connect_failed>(alice).at(0).reason, net::error::refused);
  at = net::ipv4_endpoint(0xc6336477, 8333);
  t.alices.connect(at, 5000ms, alice);
  t.pass(4900ms);
  EXPECT_EQ(t.said.of<net::connect_failed>(alice).size(), 1u);
  t.pass(200ms);
  EXPECT_EQ(t.said.of<net::connect_failed>(alice).at(1).reason, net::error::timed_out);
}

TEST(sim_network, networks_without_an_address_of_the_host_cannot_be_dialled) {
  two_hosts t;
  net::endpoint onion;
  onion.network = net::network_id::torv3;
  onion.port = 8333;
  t.alices.connect(onion, 5000ms, alice);
  net::endpoint ipv6;
  ipv6.network = net::network_id::ipv6;
  ipv6.address[0] = 0x20;
  ipv6.port = 8333;
  t.alices.connect(ipv6, 5000ms, alice);
  t.pass(1ms);
  const auto failed = t.said.of<net::connect_failed>(alice);
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0].reason, net::error::address_not_supported);
  EXPECT_EQ(failed[1].reason, net::error::network_unreachable);
}

TEST(sim_network, listening_answers_as_a_kernel_would) {
  two_hosts t;
  const auto any = t.bobs.listen(net::ipv4_endpoint(0, 0), bob);
  t.pass(1ms);
  const auto local = std::get<net::endpoint>(t.said.of<net::listening>(bob).at(0).local);
  EXPECT_NE(local.port, 0);
  t.bobs.listen(local, bob);
  auto not_ours = net::ipv4_endpoint(0xc6336401, 8333);
  t.bobs.listen(not_ours, bob);
  t.pass(1ms);
  const auto failed = t.said.of<net::listen_failed>(bob);
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0].reason, net::error::address_in_use);
  EXPECT_EQ(failed[1].reason, net::error::address_not_available);
  t.bobs.accept(any, 2);
  auto by_name = two_hosts::bobs_endpoint();
  by_name.port = local.port;
  t.alices.connect(by_name, 5000ms, alice);
  t.alices.connect(net::ipv4_endpoint(0x7f090909, local.port), 5000ms, alice);
  t.pass(2s);
  EXPECT_EQ(t.said.of<net::accepted>(bob).size(), 2u);
}

TEST(sim_network, unix_paths_connect_two_programs_of_one_machine) {
  two_hosts t;
  t.alices.connect(net::unix_path{"/run/here"}, 1000ms, alice);
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::connect_failed>(alice).at(0).reason, net::error::refused);
  const auto l = t.alices.listen(net::unix_path{"/run/here"}, bob);
  t.alices.accept(l, 1);
  t.alices.connect(net::unix_path{"/run/here"}, 1000ms, alice);
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::accepted>(bob).at(0).peer, net::endpoint{});
}

TEST(sim_network, names_resolve_fail_or_take_too_long_as_the_table_says) {
  two_hosts t;
  const auto seed_node = net::ipv4_endpoint(0xc6336405, 0);
  t.internet.set_name("seed.example", {net::error::none, {seed_node}, {}});
  t.internet.set_name("empty.example", {net::error::none, {}, {}});
  t.internet.set_name("slow.example", {net::error::none, {seed_node}, latency::constant(10s)});
  for (const auto name :
       {"seed.example", "empty.example", "slow.example", "no.example", "127.0.0.9"})
    t.alices.resolve(name, 8333, 5000ms, alice);
  t.pass(6s);
  std::map<net::resolve_id, net::resolved> answers;
  for (const auto& r : t.said.of<net::resolved>(alice))
    answers.emplace(r.question, r);
  ASSERT_EQ(answers.size(), 5u);
  auto at = answers.begin();
  auto expected = seed_node;
  expected.port = 8333;
  EXPECT_EQ((at++)->second.addresses, std::vector{expected});
  EXPECT_EQ((at++)->second.reason, net::error::name_not_found);
  EXPECT_EQ((at++)->second.reason, net::error::resolver_failed);
  EXPECT_EQ((at++)->second.reason, net::error::name_not_found);
  EXPECT_EQ((at++)->second.addresses, std::vector{net::ipv4_endpoint(0x7f000009, 8333)});
}

TEST(sim_network, datagrams_are_delivered_against_credit) {
  two_hosts t;
  const auto a = t.alices.open_datagrams(net::ipv4_endpoint(0xc6336401, 0), alice);
  const auto b = t.bobs.open_datagrams(net::ipv4_endpoint(0xc6336402, 53), bob);
  t.pass(1ms);
  const auto from = t.said.of<net::datagrams_opened>(alice).at(0).local;
  const auto to = t.said.of<net::datagrams_opened>(bob).at(0).local;
  t.bobs.want_datagrams(b, 1);
  t.alices.send_datagram(a, to, {}, text("one"));
  t.pass(1s);
  t.alices.send_datagram(a, to, {}, text("two"));
  t.alices.send_datagram(a, to, {}, text(letters(net::network::max_datagram_bytes + 1)));
  t.pass(1s);
  ASSERT_EQ(t.said.of<net::datagram_received>(bob).size(), 1u);
  EXPECT_EQ(t.said.of<net::datagram_received>(bob)[0].from, from);
  t.bobs.want_datagrams(b, 5);
  t.pass(1s);
  ASSERT_EQ(t.said.of<net::datagram_received>(bob).size(), 2u);
  EXPECT_EQ(t.said.of<net::datagram_received>(bob)[1].data, text("two"));
}

TEST(sim_network, a_host_that_vanishes_resets_its_peers_and_hears_nothing) {
  two_hosts t;
  t.join();
  t.bobs.vanish();
  const auto heard = t.said.of<net::closed>(bob).size();
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::closed>(alice).at(0).reason, net::error::reset);
  EXPECT_EQ(t.said.of<net::closed>(bob).size(), heard);
  t.dial();
  t.pass(1s);
  EXPECT_EQ(t.said.of<net::connect_failed>(alice).at(0).reason, net::error::refused);
}
