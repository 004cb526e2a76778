#include <algorithm>

#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(datagrams);

struct opened {
  net::datagram_socket_id id;
  net::endpoint local;
};

/// What came, sorted: datagrams may overtake each other.
std::vector<std::string> contents_of(const std::vector<net::datagram_received>& got) {
  std::vector<std::string> result;
  for (const auto& one : got)
    result.emplace_back(net::as_text(one.data.view()));
  std::sort(result.begin(), result.end());
  return result;
}

TEST_P(datagrams, arrive_whole_against_credit_with_their_sender) {
  auto open_one = [&](net::owner owner) {
    const auto id = door().open_datagrams(std::get<net::endpoint>(world().any_port()), owner);
    const auto answer = await<net::datagrams_opened>(id).front();
    EXPECT_EQ(answer.reason, net::error::none);
    EXPECT_NE(answer.local.port, 0);
    return opened{id, answer.local};
  };
  const auto one = open_one(client_owner);
  const auto other = open_one(server_owner);
  for (std::string_view word : {"a", "bb", "", "dddd"})
    door().send_datagram(one.id, other.local, {}, text(word));
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
  EXPECT_EQ(contents_of(got), (std::vector<std::string>{"", "a", "bb", "dddd"}));
  for (std::size_t i = 0; i != got.size(); ++i) {
    EXPECT_EQ(got[i].from, one.local);
    EXPECT_EQ(got[i].to, other.local);
  }
}

/// A server of names on every address has to answer from the one that was asked: who asked takes
/// nothing from another.
TEST_P(datagrams, a_socket_of_every_address_hears_which_was_asked_and_answers_from_it) {
  auto every = std::get<net::endpoint>(world().any_port());
  const auto asked = every.address;
  every.address = {};
  const auto server = door().open_datagrams(every, server_owner);
  auto at = await<net::datagrams_opened>(server).front().local;
  EXPECT_EQ(at.address, every.address);
  at.address = asked;
  const auto client =
      door().open_datagrams(std::get<net::endpoint>(world().any_port()), client_owner);
  const auto local = await<net::datagrams_opened>(client).front().local;
  door().want_datagrams(server, 1);
  door().want_datagrams(client, 2);
  door().send_datagram(client, at, {}, text("question"));
  const auto question = await<net::datagram_received>(server).front();
  EXPECT_EQ(question.from, local);
  EXPECT_EQ(question.to, at);
  door().send_datagram(server, question.from, question.to, text("answer"));
  EXPECT_EQ(await<net::datagram_received>(client).front().from, at);

  // An address that the socket is not at sends nothing.
  const auto foreign = std::get<net::endpoint>(world().foreign_address());
  door().send_datagram(server, question.from, foreign, text("forged"));
  door().send_datagram(client, local, foreign, text("forged"));
  world().settle();
  EXPECT_EQ(all<net::datagram_received>(client).size(), 1u);
}

TEST_P(datagrams, the_largest_passes_and_a_larger_one_is_dropped) {
  const auto local = std::get<net::endpoint>(world().any_port());
  const auto id = door().open_datagrams(local, client_owner);
  const auto self = await<net::datagrams_opened>(id).front().local;
  door().want_datagrams(id, 10);
  constexpr auto most = net::network::max_datagram_bytes;
  door().send_datagram(id, self, {}, net::buffer{some_bytes(most + 1)});
  door().send_datagram(id, self, {}, net::buffer{some_bytes(most)});
  door().send_datagram(id, self, {}, text("end"));
  const auto got = await<net::datagram_received>(id, 2);
  std::vector<std::string> expected = {std::string{net::as_text(some_bytes(most))}, "end"};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(contents_of(got), expected);
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
  door().send_datagram(second, at, {}, text("to myself"));
  await<net::datagram_received>(second);
  EXPECT_TRUE(all<net::datagram_received>(first).empty());
}

} // namespace
} // namespace seedwalk::conformance
