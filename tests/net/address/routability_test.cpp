#include <gtest/gtest.h>

#include "net/address/routability.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

routability judged(std::string_view text) {
  return routability_of(parse_endpoint(text, 8333).value());
}

struct range_case {
  std::string_view first;
  std::string_view last;
  routability verdict;
};

/// Each range by its first and its last address.
constexpr range_case ranges[] = {
    {"0.0.0.0", "0.255.255.255", routability::this_network},
    {"10.0.0.0", "10.255.255.255", routability::private_use},
    {"100.64.0.0", "100.127.255.255", routability::shared},
    {"127.0.0.0", "127.255.255.255", routability::loopback},
    {"169.254.0.0", "169.254.255.255", routability::link_local},
    {"172.16.0.0", "172.31.255.255", routability::private_use},
    {"192.0.0.0", "192.0.0.255", routability::protocol_assignments},
    {"192.0.2.0", "192.0.2.255", routability::documentation},
    {"192.88.99.0", "192.88.99.255", routability::relay_anycast},
    {"192.168.0.0", "192.168.255.255", routability::private_use},
    {"198.18.0.0", "198.19.255.255", routability::benchmarking},
    {"198.51.100.0", "198.51.100.255", routability::documentation},
    {"203.0.113.0", "203.0.113.255", routability::documentation},
    {"224.0.0.0", "239.255.255.255", routability::multicast},
    {"240.0.0.0", "255.255.255.255", routability::reserved},
    {"::", "::", routability::not_global_unicast},
    {"::1", "::1", routability::loopback},
    {"::2", "1fff:ffff::", routability::not_global_unicast},
    {"4000::", "fbff:ffff::", routability::not_global_unicast},
    {"fd00::", "ffff:ffff::", routability::not_global_unicast},
    {"2001:1::", "2001:1ff:ffff::", routability::protocol_assignments},
    {"2001:db8::", "2001:db8:ffff:ffff::", routability::documentation},
    {"3fff::", "3fff:fff:ffff::", routability::documentation},
    {"2002:a00:1::", "2002:aff:ffff:ffff::", routability::embeds_unroutable},
    {"64:ff9b::a00:1", "64:ff9b::7f00:1", routability::embeds_unroutable},
    {"2001::f5ff:fffe", "2001::f500:0", routability::embeds_unroutable},
    {"200::1", "3ff::1", routability::unused_network},
};

TEST(routability, refuses_each_reserved_range_with_its_reason) {
  for (const auto& [first, last, verdict] : ranges) {
    EXPECT_EQ(judged(first), verdict) << first;
    EXPECT_EQ(judged(last), verdict) << last;
  }
}

TEST(routability, refuses_no_neighbour_of_a_range) {
  for (std::string_view address :
       {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",        "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",       "191.255.255.255",
        "192.0.1.0",       "192.0.1.255",     "192.0.3.0",        "192.88.98.255",
        "192.88.100.0",    "192.167.255.255", "192.169.0.0",      "198.17.255.255",
        "198.20.0.0",      "198.51.99.255",   "198.51.101.0",     "203.0.112.255",
        "203.0.114.0",     "223.255.255.255", "2000::",           "2001:200::",
        "2001:db7:ffff::", "2001:db9::",      "2003::",           "3ffe::",
        "3fff:1000::",     "2002:808:808::",  "64:ff9b::808:808", "2001::f7f7:f7f7",
        "2a00::1",         "fc00::1"})
    EXPECT_EQ(judged(address), routability::routable) << address;
}

TEST(routability, knows_legacy_fc00_as_no_cjdns) {
  auto peer = parse_endpoint("[fc00::1]:8333").value();
  peer.network = network_id::ipv6;
  EXPECT_EQ(routability_of(peer), routability::not_global_unicast);
  peer = parse_endpoint("[2a00::1]:8333").value();
  peer.network = network_id::cjdns;
  EXPECT_EQ(routability_of(peer), routability::not_cjdns);
}

TEST(routability, refuses_ports_that_are_not_for_strangers) {
  EXPECT_EQ(judged("8.8.8.8:22"), routability::bad_port);
  EXPECT_EQ(judged("[2a00::1]:6667"), routability::bad_port);
  EXPECT_EQ(judged("8.8.8.8:80"), routability::routable);
  EXPECT_EQ(judged("8.8.8.8:443"), routability::routable);
  EXPECT_EQ(judged("10.0.0.1:22"), routability::private_use) << "the address is judged first";
  EXPECT_EQ(judged("[fc00::1]:22"), routability::routable) << "on IPv4 and IPv6 only";
  auto peer = ipv4_endpoint(0x08080808, 0);
  EXPECT_EQ(routability_of(peer), routability::port_zero);
}

TEST(routability, knows_just_the_bad_ports_of_core) {
  std::size_t count = 0;
  for (std::uint32_t port = 0; port != 0x10000; ++port)
    count += is_bad_port(static_cast<std::uint16_t>(port));
  EXPECT_EQ(count, 85u);
  for (std::uint16_t port : {1, 22, 25, 179, 587, 3306, 3389, 5432, 5900, 10080, 27017})
    EXPECT_TRUE(is_bad_port(port)) << port;
  for (std::uint16_t port : {0, 80, 443, 8333, 18333, 38333, 48333})
    EXPECT_FALSE(is_bad_port(port)) << port;
}

TEST(routability, lets_i2p_have_port_zero_and_no_other) {
  auto peer =
      parse_endpoint("ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p").value();
  EXPECT_EQ(routability_of(peer), routability::routable);
  peer.port = 8333;
  EXPECT_EQ(routability_of(peer), routability::i2p_port);
}

TEST(routability, names_every_reason) {
  for (int i = 0; i <= static_cast<int>(routability::bad_port); ++i)
    EXPECT_NE(name_of(static_cast<routability>(i)), "unknown");
  EXPECT_EQ(name_of(routability::bad_port), "bad_port");
  EXPECT_EQ(name_of(routability::embeds_unroutable), "embeds_unroutable");
}

TEST(routability, of_an_address_does_not_depend_on_a_good_port) {
  EXPECT_TRUE(rc::check([] {
    auto peer = kept_endpoint();
    RC_PRE(peer.network != network_id::i2p);
    peer.port = 8333;
    const auto verdict = routability_of(peer);
    peer.port = *rc::gen::element<std::uint16_t>(80, 443, 1024, 65535);
    RC_ASSERT(routability_of(peer) == verdict);
  }));
}

} // namespace
} // namespace seedwalk::net
