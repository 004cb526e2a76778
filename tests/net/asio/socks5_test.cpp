#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/asio/socks5.hpp"

namespace seedwalk::net {
namespace {

/// Feeds `input` in pieces of at most `piece` bytes, as far as it is wanted; the first error, if
/// any. `left` is what was not wanted.
error feed(socks5_dial& dial, byte_view& left, std::size_t piece, bytes& sent) {
  while (!dial.is_done() && !left.empty()) {
    const auto count = std::min({piece, dial.wanted_bytes(), left.size()});
    if (auto failed = dial.take_input(left.first(count)); failed != error::none)
      return failed;
    left = left.subspan(count);
    const auto output = dial.take_output();
    sent.insert(sent.end(), output.begin(), output.end());
  }
  return error::none;
}

error ending_of(bytes input) {
  socks5_dial dial("host.onion", 8333);
  bytes sent;
  byte_view left{input};
  return feed(dial, left, 1000, sent);
}

TEST(socks5, asks_as_rfc_1928_draws_it) {
  socks5_dial dial("ab.onion", 0x1234);
  EXPECT_EQ(dial.take_output(), (bytes{5, 1, 0}));
  EXPECT_EQ(dial.wanted_bytes(), 2u);
  EXPECT_EQ(dial.take_input(bytes{5, 0}), error::none);
  EXPECT_EQ(dial.take_output(),
            (bytes{5, 1, 0, 3, 8, 'a', 'b', '.', 'o', 'n', 'i', 'o', 'n', 0x12, 0x34}));
  EXPECT_TRUE(dial.take_output().empty());
  EXPECT_FALSE(dial.is_done());
}

TEST(socks5, an_ip_address_is_asked_for_as_such_and_an_onion_by_its_name) {
  const auto request_for = [](const endpoint& peer) {
    socks5_dial dial(peer);
    dial.take_output();
    EXPECT_FALSE(dial.is_asked());
    EXPECT_EQ(dial.take_input(bytes{5, 0}), error::none);
    EXPECT_TRUE(dial.is_asked());
    return dial.take_output();
  };
  EXPECT_EQ(request_for(ipv4_endpoint(0x7f000001, 0x1234)),
            (bytes{5, 1, 0, 1, 127, 0, 0, 1, 0x12, 0x34}));
  bytes wide{5, 1, 0, 4, 0x20, 1, 0xd, 0xb8};
  wide.insert(wide.end(), {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 80});
  EXPECT_EQ(request_for(*parse_endpoint("[2001:db8::7]:80", 0)), wide);
  endpoint onion;
  onion.network = network_id::torv3;
  onion.port = 0x0102;
  const auto text = to_string(onion);
  bytes named{5, 1, 0, 3, 62};
  named.insert(named.end(), text.begin(), text.begin() + 62);
  named.insert(named.end(), {1, 2});
  EXPECT_EQ(request_for(onion), named);
}

TEST(socks5, a_grant_ends_the_conversation_and_leaves_the_peers_bytes_alone) {
  EXPECT_TRUE(rc::check([] {
    const auto type = *rc::gen::element<std::uint8_t>(1, 3, 4);
    const auto name_size = *rc::gen::inRange<std::uint8_t>(0, 255);
    const auto piece = *rc::gen::inRange<std::size_t>(1, 300);
    const auto behind = *rc::gen::arbitrary<bytes>();
    bytes input{5, 0, 5, 0, 0, type};
    if (type == 3)
      input.push_back(name_size);
    const std::size_t address_size = type == 1 ? 4 : type == 4 ? 16 : name_size;
    input.insert(input.end(), address_size + 2, 0xaa);
    input.insert(input.end(), behind.begin(), behind.end());
    socks5_dial dial("host.onion", 1);
    bytes sent;
    byte_view left{input};
    RC_ASSERT(feed(dial, left, piece, sent) == error::none);
    RC_ASSERT(dial.is_done());
    RC_ASSERT(bytes(left.begin(), left.end()) == behind);
  }));
}

TEST(socks5, refusals_are_what_the_dial_would_have_said) {
  EXPECT_EQ(ending_of({5, 0, 5, 5, 0, 1}), error::refused);
  EXPECT_EQ(ending_of({5, 0, 5, 4, 0, 1}), error::host_unreachable);
  EXPECT_EQ(ending_of({5, 0, 5, 3, 0, 1}), error::host_unreachable);
  EXPECT_EQ(ending_of({5, 0, 5, 6, 0, 1}), error::timed_out);
  EXPECT_EQ(ending_of({5, 0, 5, 0xf0, 0, 1}), error::host_unreachable);
  // What Tor says of onions, as SocksPort's ExtendedErrors has it.
  for (std::uint8_t reply : {1, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6})
    EXPECT_EQ(ending_of({5, 0, 5, reply, 0, 1}), error::host_unreachable) << int{reply};
  EXPECT_EQ(ending_of({5, 0, 5, 0xf7, 0, 1}), error::timed_out);
  for (std::uint8_t reply : {2, 7, 8, 9, 0x7f, 0xef, 0xf8, 0xff})
    EXPECT_EQ(ending_of({5, 0, 5, reply, 0, 1}), error::proxy_failed) << int{reply};
}

TEST(socks5, nonsense_is_the_proxys_fault) {
  EXPECT_EQ(ending_of({4, 0}), error::proxy_failed);
  EXPECT_EQ(ending_of({5, 0xff}), error::proxy_failed);
  EXPECT_EQ(ending_of({5, 2}), error::proxy_failed);
  EXPECT_EQ(ending_of({'H', 'T'}), error::proxy_failed);
  EXPECT_EQ(ending_of({5, 0, 4, 0, 0, 1}), error::proxy_failed);
  EXPECT_EQ(ending_of({5, 0, 5, 0, 0, 2}), error::proxy_failed);
  socks5_dial dial("host.onion", 1);
  EXPECT_EQ(dial.take_input(bytes{5, 0, 5}), error::proxy_failed) << "more than was wanted";
}

} // namespace
} // namespace seedwalk::net
