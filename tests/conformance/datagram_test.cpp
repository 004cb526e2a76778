#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(datagrams);

struct opened {
  net::datagram_socket_id id;
  net::endpoint local;
};

TEST_P(datagrams, arrive_whole_against_credit_with_their_sender) {
  auto open_one = [&](net::owner who) {
    const auto id = door().open_datagrams(std::get<net::endpoint>(world().any_port()), who);
    const auto answer = await<net::datagrams_opened>(id).front();
    EXPECT_EQ(answer.reason, net::error::none);
    EXPECT_NE(answer.local.port, 0);
    return opened{id, answer.local};
  };
  const auto one = open_one(client_owner);
  const auto other = open_one(server_owner);
  for (std::string_view word : {"a", "bb", "", "dddd"})
    door().send_datagram(one.id, other.local, text(word));
  world().settle();
  EXPECT_TRUE(all<net::datagram_received>(other.id).empty());

  door().want_datagrams(other.id, 1);
  await<net::datagram_received>(other.id);
  door().want_datagrams(other.id, 1);
  door().want_datagrams(other.id, 1);
  await<net::datagram_received>(other.id, 3);
  world().settle();
  EXPECT_EQ(all<net::datagram_received>(other.id).size(), 3u);
  door().want_datagrams(other.id, 10);
  const auto got = await<net::datagram_received>(other.id, 4);
  const std::vector<std::string_view> expected = {"a", "bb", "", "dddd"};
  for (std::size_t i = 0; i != expected.size(); ++i) {
    EXPECT_EQ(net::as_text(got[i].data.view()), expected[i]);
    EXPECT_EQ(got[i].from, one.local);
  }
}

TEST_P(datagrams, the_largest_passes_and_a_larger_one_is_dropped) {
  const auto local = std::get<net::endpoint>(world().any_port());
  const auto id = door().open_datagrams(local, client_owner);
  const auto self = await<net::datagrams_opened>(id).front().local;
  door().want_datagrams(id, 10);
  constexpr auto most = net::network::max_datagram_bytes;
  door().send_datagram(id, self, net::buffer{some_bytes(most + 1)});
  door().send_datagram(id, self, net::buffer{some_bytes(most)});
  door().send_datagram(id, self, text("end"));
  const auto got = await<net::datagram_received>(id, 2);
  EXPECT_EQ(got[0].data, net::buffer{some_bytes(most)});
  EXPECT_EQ(net::as_text(got[1].data.view()), "end");
}

TEST_P(datagrams, a_taken_port_and_a_foreign_address_are_refused) {
  const auto local = std::get<net::endpoint>(world().any_port());
  const auto first = door().open_datagrams(local, client_owner);
  const auto taken = await<net::datagrams_opened>(first).front().local;
  const auto second = door().open_datagrams(taken, client_owner);
  EXPECT_EQ(await<net::datagrams_opened>(second).front().reason, net::error::address_in_use);
  const auto foreign =
      door().open_datagrams(std::get<net::endpoint>(world().foreign_address()), client_owner);
  EXPECT_EQ(await<net::datagrams_opened>(foreign).front().reason,
            net::error::address_not_available);
}

TEST_P(datagrams, a_closed_socket_is_silent_and_its_port_free) {
  const auto local = std::get<net::endpoint>(world().any_port());
  const auto first = door().open_datagrams(local, client_owner);
  const auto at = await<net::datagrams_opened>(first).front().local;
  door().want_datagrams(first, 10);
  door().close_datagrams(first);
  world().settle();
  const auto second = door().open_datagrams(at, client_owner);
  EXPECT_EQ(await<net::datagrams_opened>(second).front().reason, net::error::none);
  door().want_datagrams(second, 1);
  door().send_datagram(second, at, text("to myself"));
  await<net::datagram_received>(second);
  EXPECT_TRUE(all<net::datagram_received>(first).empty());
}

} // namespace
} // namespace seedwalk::conformance
