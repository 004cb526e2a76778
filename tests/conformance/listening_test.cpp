#include <set>

#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(listening);

TEST_P(listening, a_port_of_the_doors_choice_is_named) {
  const auto one = listen();
  const auto other = listen();
  EXPECT_NE(std::get<net::endpoint>(one.local).port, 0);
  EXPECT_NE(one.local, other.local);
}

TEST_P(listening, a_taken_port_is_in_use) {
  const auto at = listen();
  const auto again = door().listen(at.local, listener_owner);
  EXPECT_EQ(await<net::listen_failed>(again).front().reason, net::error::address_in_use);
  finish(open(at));
}

TEST_P(listening, an_address_of_another_machine_is_not_available) {
  const auto id = door().listen(world().foreign_address(), listener_owner);
  EXPECT_EQ(await<net::listen_failed>(id).front().reason, net::error::address_not_available);
}

TEST_P(listening, nothing_is_accepted_without_credit_and_all_that_waited_with_it) {
  const auto at = listen();
  std::vector<net::connection_id> dials;
  for (int i = 0; i != 5; ++i)
    dials.push_back(door().connect(at.local, generous, client_owner));
  for (auto id : dials)
    await<net::connected>(id);
  world().settle();
  EXPECT_TRUE(all<net::accepted>(at.id).empty());

  door().accept(at.id, 1);
  door().accept(at.id, 1);
  await<net::accepted>(at.id, 2);
  world().settle();
  EXPECT_EQ(all<net::accepted>(at.id).size(), 2u);

  door().accept(at.id, 100);
  await<net::accepted>(at.id, 5);
  std::set<net::endpoint> peers;
  for (const auto& x : all<net::accepted>(at.id))
    peers.insert(x.peer);
  EXPECT_EQ(peers.size(), 5u);
}

TEST_P(listening, credit_given_at_once_is_kept_until_it_listens) {
  const auto id = door().listen(world().any_port(), listener_owner);
  door().accept(id, 1);
  const auto local = await<net::listening>(id).front().local;
  door().connect(local, generous, client_owner);
  await<net::accepted>(id);
}

TEST_P(listening, after_a_stop_dials_are_refused_and_accepted_ones_live_on) {
  const auto at = listen();
  const auto both = open(at);
  door().accept(at.id, 10);
  door().stop_listening(at.id);
  world().settle();
  const auto late = door().connect(at.local, generous, client_owner);
  EXPECT_EQ(await<net::connect_failed>(late).front().reason, net::error::refused);

  door().write(both.client, text("still here"));
  door().want(both.server, 100);
  EXPECT_EQ(await_bytes(both.server, 10).size(), 10u);
  EXPECT_EQ(all<net::accepted>(at.id).size(), 1u);
  door().stop_listening(at.id);
  const auto again = listen(at.local);
  EXPECT_EQ(again.local, at.local);
  finish(both);
}

TEST_P(listening, a_stop_right_after_the_start_is_the_last_thing_heard) {
  const auto id = door().listen(world().any_port(), listener_owner);
  door().stop_listening(id);
  world().settle();
  if (world().completions_are_immediate()) {
    EXPECT_TRUE(all<net::listening>(id).empty());
  }
}

TEST_P(listening, what_names_nothing_does_nothing) {
  const net::connection_id connection{1u << 30};
  const net::listener_id no_listener{1u << 30};
  const net::datagram_socket_id socket{1u << 30};
  door().own(connection, client_owner);
  door().want(connection, 10);
  door().write(connection, text("nobody"));
  door().end_output(connection);
  door().close(connection, net::closing::graceful);
  door().close(connection, net::closing::abort);
  door().accept(no_listener, 3);
  door().stop_listening(no_listener);
  door().want_datagrams(socket, 3);
  door().send_datagram(socket, net::ipv4_endpoint(0x7f000001, 9), {}, text("nobody"));
  door().close_datagrams(socket);
  world().settle();
  EXPECT_TRUE(judge().log().empty()) << story();
}

} // namespace
} // namespace seedwalk::conformance
