#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/address/address_text.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/archive.hpp"
#include "tests/net/base/generators.hpp"
#include "tests/net/base/hex.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

constexpr network_id named_networks[] = {network_id::ipv4,  network_id::ipv6,
                                         network_id::torv3, network_id::i2p,
                                         network_id::cjdns, network_id::yggdrasil};

endpoint parsed(std::string_view text, std::uint16_t default_port = 0) {
  auto result = parse_endpoint(text, default_port);
  EXPECT_TRUE(result.has_value()) << text << ": " << (result ? "" : result.error().message);
  return result.value_or(endpoint{});
}

TEST(endpoint_text, names_every_endpoint_and_reads_the_name_back) {
  EXPECT_TRUE(rc::check([] {
    const auto peer = endpoint_on(
        *rc::gen::elementOf(std::vector(std::begin(named_networks), std::end(named_networks))));
    const auto text = to_string(peer);
    RC_LOG() << text;
    const auto again = parse_endpoint(text);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == peer);
  }));
}

TEST(endpoint_text, agrees_with_the_c_library_on_ipv6) {
  EXPECT_TRUE(rc::check([] {
    // Zeros are common, so that runs of them are.
    std::array<std::uint8_t, 16> address{};
    for (auto& byte : address)
      byte = between(0, 2) == 0 ? static_cast<std::uint8_t>(any_u32()) : std::uint8_t{0};
    // IPv4-compatible addresses, long deprecated, are dotted there and not here.
    address[0] |= 0x20;
    char libc[INET6_ADDRSTRLEN] = {};
    inet_ntop(AF_INET6, address.data(), libc, sizeof libc);
    RC_ASSERT(ipv6_text(address) == libc);
    RC_ASSERT(parse_ipv6(libc).value() == address);
  }));
}

TEST(endpoint_text, accepts_just_the_addresses_that_the_c_library_does) {
  EXPECT_TRUE(rc::check([] {
    auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string{"0123456789abcdefABCDEFg::::::....% "}));
    if (between(0, 1) == 1) {
      // Nearly right: a printed address with one character changed.
      endpoint peer = endpoint_on(network_id::ipv6);
      for (auto i = between(0, 15); i != 16; ++i)
        peer.address[static_cast<std::size_t>(i)] = 0;
      text = ipv6_text(byte_view{peer.address}.first<16>());
      if (between(0, 3) == 0)
        text += ":1.2.3.4";
      text[between<std::size_t>(0, text.size() - 1)] =
          *rc::gen::elementOf(std::string{"0123456789abcdef::::."});
    }
    RC_LOG() << text;
    std::array<std::uint8_t, 16> libc{};
    const bool is_ipv6 = inet_pton(AF_INET6, text.c_str(), libc.data()) == 1;
    const auto read_back = parse_ipv6(text);
    RC_ASSERT(read_back.has_value() == is_ipv6);
    if (is_ipv6)
      RC_ASSERT(*read_back == libc);
    RC_ASSERT(parse_ipv4(text).has_value() == (inet_pton(AF_INET, text.c_str(), libc.data()) == 1));
  }));
}

TEST(endpoint_text, prints_ipv6_as_rfc_5952_has_it) {
  for (const auto& [text, canonical] : {
           std::pair{"2001:0db8::0001", "2001:db8::1"},
           {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
           {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
           {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
           {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
           {"2001:DB8::AAAA", "2001:db8::aaaa"},
           {"0:0:0:0:0:0:0:0", "::"},
           {"1::", "1::"},
       })
    EXPECT_EQ(to_string(parsed(text, 8333)), fmt::format("[{}]:8333", canonical));
}

TEST(endpoint_text, knows_the_networks_inside_ipv6_text) {
  EXPECT_EQ(parsed("[::ffff:1.2.3.4]:8333"), ipv4_endpoint(0x01020304, 8333));
  EXPECT_EQ(parsed("[fc00:1:2:3:4:5:6:7]:8333").network, network_id::cjdns);
  EXPECT_EQ(parsed("[fd00::1]:8333").network, network_id::ipv6);
  EXPECT_EQ(parsed("[200::1]:8333").network, network_id::yggdrasil);
  EXPECT_EQ(parsed("[3ff::1]:8333").network, network_id::yggdrasil);
  EXPECT_EQ(parsed("[400::1]:8333").network, network_id::ipv6);
}

struct named_key {
  std::string_view name;
  std::string_view hex;
};

TEST(endpoint_text, knows_published_tor_v3_names) {
  // The address of BIP155's test vectors, then names in public use, whose checksums are others'.
  const auto peer = parsed("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333");
  const auto key = from_hex("79bcc625184b05194975c28b66b66b0469f7f6556fb1ac3189a79b40dda32f1f");
  EXPECT_EQ(peer.network, network_id::torv3);
  EXPECT_TRUE(std::equal(key.begin(), key.end(), peer.address.begin()));
  for (std::string_view name : {"2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
                                "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid.onion"}) {
    const auto read_key = parse_onion(name);
    ASSERT_TRUE(read_key) << name;
    EXPECT_EQ(onion_text(*read_key), name);
  }
}

TEST(endpoint_text, knows_a_published_i2p_name) {
  const auto peer = parsed("ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:0");
  const auto hash = from_hex("a2894dabaec08c0051a481a6dac88b64f98232ae42d4b6fd2fa81952dfe36a87");
  EXPECT_EQ(peer.network, network_id::i2p);
  EXPECT_EQ(peer.port, 0);
  EXPECT_TRUE(std::equal(hash.begin(), hash.end(), peer.address.begin()));
  EXPECT_EQ(parsed("UKEU3K5OYCGAAUNEQGTNVSELMT4YEMVOILKLN7JPVAMVFX7DNKDQ.b32.i2p", 8333), peer);
}

TEST(endpoint_text, refuses_a_tor_v3_name_with_any_character_changed) {
  EXPECT_TRUE(rc::check([] {
    const auto peer = endpoint_on(network_id::torv3);
    auto text = to_string(peer);
    const auto position = between<std::size_t>(0, 55);
    const auto other = *rc::gen::elementOf(std::string{"abcdefghijklmnopqrstuvwxyz234567189"});
    RC_PRE(text[position] != other);
    text[position] = other;
    RC_ASSERT(!parse_endpoint(text));
  }));
}

TEST(endpoint_text, refuses_i2p_names_with_a_second_spelling) {
  // 52 characters carry 260 bits, 4 more than the hash has: they must be zero.
  EXPECT_FALSE(parse_endpoint("ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdr.b32.i2p:0"));
  EXPECT_FALSE(parse_endpoint("ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkd.b32.i2p:0"));
}

TEST(endpoint_text, takes_the_default_port_where_there_is_none) {
  EXPECT_EQ(parsed("1.2.3.4", 8333), ipv4_endpoint(0x01020304, 8333));
  EXPECT_EQ(to_string(parsed("::1", 18444)), "[::1]:18444");
  EXPECT_EQ(to_string(parsed("[::1]", 18444)), "[::1]:18444");
  EXPECT_EQ(parsed("1.2.3.4:1", 8333).port, 1);
}

TEST(endpoint_text, refuses_what_is_no_endpoint_and_says_why) {
  for (std::string_view text : {"",
                                ":",
                                ":8333",
                                "1.2.3.4",
                                "1.2.3.4:",
                                "1.2.3.4:0",
                                "1.2.3.4:65536",
                                "1.2.3.4:08333",
                                "1.2.3.4:+1",
                                "1.2.3.4:1 ",
                                " 1.2.3.4:1",
                                "1.2.3:1",
                                "1.2.3.4.5:1",
                                "01.2.3.4:1",
                                "256.2.3.4:1",
                                "[::1]",
                                "[::1",
                                "[::1]8333",
                                "[::1]:0",
                                "::1",
                                "[1.2.3.4]:1",
                                "[]:1",
                                "[1::2::3]:1",
                                "[:::]:1",
                                "[12345::]:1",
                                "[::1%lo]:1",
                                "example.com:8333",
                                "expyuzz4wqqyqhjn.onion:8333",
                                ".onion:1",
                                ".b32.i2p:0",
                                "1.2.3.4:1:2"}) {
    const auto result = parse_endpoint(text);
    ASSERT_FALSE(result) << text;
    EXPECT_NE(result.error().message.find(text), std::string::npos) << result.error().message;
  }
  const auto long_text = parse_endpoint(std::string(100'000, 'a'));
  EXPECT_LT(long_text.error().message.size(), 300u);
}

TEST(endpoint_text, survives_any_text) {
  EXPECT_TRUE(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::elementOf(std::string{"[]:.0123456789abcdef"}), rc::gen::arbitrary<char>()));
    if (const auto peer = parse_endpoint(text, 8333))
      RC_ASSERT(parse_endpoint(to_string(*peer)).value() == *peer);
  }));
}

TEST(endpoint, knows_loopback) {
  EXPECT_TRUE(is_loopback(parsed("127.0.0.1:1")));
  EXPECT_TRUE(is_loopback(parsed("127.255.1.2:1")));
  EXPECT_TRUE(is_loopback(parsed("[::1]:1")));
  EXPECT_FALSE(is_loopback(parsed("128.0.0.1:1")));
  EXPECT_FALSE(is_loopback(parsed("[::2]:1")));
  EXPECT_FALSE(is_loopback(parsed("[1::1]:1")));
}

TEST(endpoint, is_an_archivable_value) {
  EXPECT_TRUE(rc::check([] {
    const auto peer = kept_endpoint();
    endpoint again;
    RC_ASSERT(from_archive(to_archive(peer), again));
    RC_ASSERT(again == peer);
  }));
}

/// An endpoint, and one that differs from it in little or nothing: some bytes of its address, whose
/// order may not depend on that of the machine, its port or its network.
std::pair<endpoint, endpoint> near_endpoints() {
  const auto one = kept_endpoint();
  auto other = one;
  for (auto changes = between(0, 3); changes != 0; --changes)
    other.address[between<std::size_t>(0, other.address_bytes().size() - 1)] =
        between<std::uint8_t>(0, 255);
  if (between(0, 3) == 0)
    other.port = between<std::uint16_t>(0, 0xffff);
  if (between(0, 3) == 0)
    other.network =
        *rc::gen::elementOf(std::vector(std::begin(named_networks), std::end(named_networks)));
  return {one, other};
}

TEST(endpoint, is_ordered_by_network_then_bytes_then_port) {
  EXPECT_TRUE(rc::check([] {
    const auto [one, other] = near_endpoints();
    const auto parts = [](const endpoint& e) {
      return std::tuple(e.network, std::vector(e.address.begin(), e.address.end()), e.port);
    };
    RC_ASSERT((one <=> other) == (parts(one) <=> parts(other)));
    RC_ASSERT((other <=> one) == (parts(other) <=> parts(one)));
    RC_ASSERT((one == other) == (parts(one) == parts(other)));
  }));
}

TEST(endpoint, has_words_of_its_own) {
  EXPECT_TRUE(rc::check([] {
    const auto [one, other] = near_endpoints();
    const endpoint_words first{one};
    const endpoint_words second{other};
    // The bytes that another network does not use tell nothing.
    if (one.network == other.network)
      RC_ASSERT(std::ranges::equal(first.view(), second.view()) == (one == other));
    else
      RC_ASSERT(!std::ranges::equal(first.view(), second.view()));
  }));
}

bytes group_of(std::string_view text) {
  return netgroup(parsed(text));
}

TEST(netgroup, joins_what_one_operator_plausibly_controls) {
  EXPECT_EQ(group_of("1.2.3.4:1"), group_of("1.2.200.4:9"));
  EXPECT_NE(group_of("1.2.3.4:1"), group_of("1.3.3.4:1"));
  EXPECT_EQ(group_of("[2a00:1:1::]:1"), group_of("[2a00:1:2::]:1"));
  EXPECT_NE(group_of("[2a00:1::]:1"), group_of("[2a00:2::]:1"));
  EXPECT_EQ(group_of("[2001:470:1000::]:1"), group_of("[2001:470:1fff::]:1"));
  EXPECT_NE(group_of("[2001:470:1000::]:1"), group_of("[2001:470:2000::]:1"));
  EXPECT_EQ(group_of("[fc12::]:1"), group_of("[fc1f::]:1"));
  EXPECT_NE(group_of("[fc12::]:1"), group_of("[fc22::]:1"));
}

TEST(netgroup, sees_the_ipv4_address_inside_ipv6) {
  const auto group = group_of("1.2.3.4:1");
  EXPECT_EQ(group_of("[2002:102:304::]:1"), group) << "6to4";
  EXPECT_EQ(group_of("[64:ff9b::102:304]:1"), group) << "NAT64";
  EXPECT_EQ(group_of("[2001::fefd:fcfb]:1"), group) << "Teredo inverts it";
}

TEST(netgroup, is_short_and_begins_with_its_network) {
  EXPECT_TRUE(rc::check([] {
    const auto peer = kept_endpoint();
    const auto group = netgroup(peer);
    RC_ASSERT(group.size() >= 2u);
    RC_ASSERT(group.size() <= 6u);
    const auto size = address_size(peer.network);
    RC_ASSERT(size > 0u);
    auto neighbour = peer;
    neighbour.port ^= 1;
    neighbour.address[size - 1] ^= 1;
    if (peer.network != network_id::ipv6) // Teredo's group is in its last bytes.
      RC_ASSERT(netgroup(neighbour) == group);
  }));
}

TEST(endpoint, names_compare_without_case_and_a_port_of_zero_is_called_so) {
  auto onion = to_string(endpoint{network_id::torv3, {1, 2, 3}, 8333});
  const auto lower = parse_endpoint(onion);
  for (auto& c : onion)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  EXPECT_EQ(parse_endpoint(onion).value(), lower.value());
  EXPECT_NE(parse_endpoint("1.2.3.4:0").error().message.find("port 0"), std::string::npos);
  EXPECT_NE(parse_endpoint("1.2.3.4").error().message.find("lacks a port"), std::string::npos);
}

} // namespace
} // namespace seedwalk::net
