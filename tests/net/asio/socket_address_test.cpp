#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/asio/socket_address.hpp"

namespace seedwalk::net {
namespace {

TEST(socket_address, ip_endpoints_come_back_as_they_went) {
  EXPECT_TRUE(rc::check([] {
    endpoint peer;
    peer.network = *rc::gen::element(network_id::ipv4, network_id::ipv6, network_id::cjdns,
                                     network_id::yggdrasil);
    peer.port = *rc::gen::arbitrary<std::uint16_t>();
    const auto size = address_size(peer.network);
    for (std::size_t i = 0; i != size; ++i)
      peer.address[i] = *rc::gen::arbitrary<std::uint8_t>();
    if (peer.network == network_id::cjdns)
      peer.address[0] = 0xfc;
    else if (peer.network == network_id::yggdrasil)
      peer.address[0] = *rc::gen::element<std::uint8_t>(2, 3);
    else if (peer.network == network_id::ipv6)
      peer.address[0] = 0x20;
    const auto raw = socket_address_of(peer);
    RC_ASSERT(raw.has_value());
    RC_ASSERT(endpoint_of(*raw) == peer);
  }));
}

TEST(socket_address, ipv4_inside_ipv6_is_ipv4) {
  endpoint mapped;
  mapped.network = network_id::ipv6;
  mapped.port = 8333;
  mapped.address[10] = mapped.address[11] = 0xff;
  mapped.address[12] = 127;
  mapped.address[15] = 1;
  EXPECT_EQ(endpoint_of(*socket_address_of(mapped)), ipv4_endpoint(0x7f000001, 8333));
}

TEST(socket_address, a_path_fits_or_is_not_supported) {
  EXPECT_TRUE(socket_address_of(address{unix_path{std::string(107, 'x')}}));
  EXPECT_TRUE(
      socket_address_of(address{unix_path{"/tmp" + std::string(200, '/') + "control.sock"}}))
      << "named by way of its folder";
  for (const auto& path : {std::string(), std::string(108, 'x'), "/tmp/" + std::string(108, 'x'),
                           std::string("a\0b", 3)})
    EXPECT_EQ(socket_address_of(address{unix_path{path}}).error(), error::address_not_supported);
  const unix_path lost{"/no/such" + std::string(200, '/') + "control.sock"};
  EXPECT_EQ(socket_address_of(address{lost}).error(), error::address_not_available);
}

} // namespace
} // namespace seedwalk::net
