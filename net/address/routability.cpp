#include "net/address/routability.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <initializer_list>

namespace seedwalk::net {

namespace {

struct ipv4_range {
  std::uint32_t first;
  int prefix_bits;
  routability verdict;

  constexpr std::uint32_t mask() const { return ~std::uint32_t{0} << (32 - prefix_bits); }
};

constexpr std::array unroutable_ipv4 = {
    ipv4_range{0x00000000, 8, routability::this_network},
    ipv4_range{0x0a000000, 8, routability::private_use},
    ipv4_range{0x64400000, 10, routability::shared},
    ipv4_range{0x7f000000, 8, routability::loopback},
    ipv4_range{0xa9fe0000, 16, routability::link_local},
    ipv4_range{0xac100000, 12, routability::private_use},
    ipv4_range{0xc0000000, 24, routability::protocol_assignments},
    ipv4_range{0xc0000200, 24, routability::documentation},
    ipv4_range{0xc0586300, 24, routability::relay_anycast},
    ipv4_range{0xc0a80000, 16, routability::private_use},
    ipv4_range{0xc6120000, 15, routability::benchmarking},
    ipv4_range{0xc6336400, 24, routability::documentation},
    ipv4_range{0xcb007100, 24, routability::documentation},
    ipv4_range{0xe0000000, 4, routability::multicast},
    ipv4_range{0xf0000000, 4, routability::reserved},
};

constexpr std::array<std::uint16_t, 85> bad_ports = {
    1,    7,    9,    11,   13,   15,   17,   19,   20,    21,   22,   23,   25,   37,   42,
    43,   53,   69,   77,   79,   87,   95,   101,  102,   103,  104,  109,  110,  111,  113,
    115,  117,  119,  123,  135,  137,  139,  143,  161,   179,  389,  427,  465,  512,  513,
    514,  515,  526,  530,  531,  532,  540,  548,  554,   556,  563,  587,  601,  636,  989,
    990,  993,  995,  1719, 1720, 1723, 2049, 3306, 3389,  3659, 4045, 5060, 5061, 5432, 5900,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080, 27017};

/// One bit a port: that of every announcement is looked at.
constexpr auto bad_port_bits = [] {
  std::array<std::uint64_t, 65'536 / 64> bits{};
  for (const auto port : bad_ports)
    bits[port / 64] |= std::uint64_t{1} << (port % 64);
  return bits;
}();

} // namespace

bool is_bad_port(std::uint16_t port) {
  return (bad_port_bits[port / 64] >> (port % 64) & 1) != 0;
}

namespace {

/// The first range that an address with this first byte may be in, and all of them stand together;
/// the number of ranges if there is none, as for most addresses.
constexpr auto first_range_of = [] {
  std::array<std::uint8_t, 256> result{};
  result.fill(static_cast<std::uint8_t>(unroutable_ipv4.size()));
  for (std::size_t r = unroutable_ipv4.size(); r-- != 0;) {
    const auto& range = unroutable_ipv4[r];
    for (std::uint32_t i = 0; i != (range.prefix_bits < 8 ? 1u << (8 - range.prefix_bits) : 1u);
         ++i)
      result[(range.first >> 24) + i] = static_cast<std::uint8_t>(r);
  }
  return result;
}();

routability judge_ipv4(std::uint32_t address) {
  for (std::size_t r = first_range_of[address >> 24]; r != unroutable_ipv4.size(); ++r) {
    const auto& range = unroutable_ipv4[r];
    if ((address & range.mask()) == range.first)
      return range.verdict;
  }
  return routability::routable;
}

std::uint32_t ipv4_at(const endpoint& peer, std::size_t offset) {
  std::uint32_t address = 0;
  std::memcpy(&address, peer.address.data() + offset, sizeof address);
  return std::endian::native == std::endian::little ? __builtin_bswap32(address) : address;
}

routability judge_embedded(std::uint32_t address) {
  return judge_ipv4(address) == routability::routable ? routability::routable
                                                      : routability::embeds_unroutable;
}

routability judge_ipv6(const endpoint& peer) {
  const auto& a = peer.address;
  const auto starts_with = [&](std::initializer_list<std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), a.begin());
  };
  if (starts_with({0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) // NAT64 (RFC 6052)
    return judge_embedded(ipv4_at(peer, 12));
  if (is_loopback(peer))
    return routability::loopback;
  if ((a[0] & 0xe0) != 0x20)
    return routability::not_global_unicast;
  if (starts_with({0x20, 0x01, 0x00, 0x00})) // Teredo (RFC 4380): the client's, inverted
    return judge_embedded(~ipv4_at(peer, 12));
  if (starts_with({0x20, 0x01}) && (a[2] & 0xfe) == 0)
    return routability::protocol_assignments;
  if (starts_with({0x20, 0x01, 0x0d, 0xb8}) || (starts_with({0x3f, 0xff}) && a[2] < 0x10))
    return routability::documentation;
  if (starts_with({0x20, 0x02})) // 6to4 (RFC 3056)
    return judge_embedded(ipv4_at(peer, 2));
  return routability::routable;
}

routability judge_address(const endpoint& peer) {
  switch (peer.network) {
  case network_id::ipv4:
    return judge_ipv4(ipv4_at(peer, 0));
  case network_id::ipv6:
    return judge_ipv6(peer);
  case network_id::cjdns:
    return peer.address[0] == 0xfc ? routability::routable : routability::not_cjdns;
  case network_id::torv3:
  case network_id::i2p:
    return routability::routable;
  case network_id::torv2:
  case network_id::yggdrasil:
    break;
  }
  return routability::unused_network;
}

} // namespace

std::string_view name_of(routability r) {
  constexpr std::array<std::string_view, 19> names = {"routable",
                                                      "this_network",
                                                      "private_use",
                                                      "shared",
                                                      "loopback",
                                                      "link_local",
                                                      "protocol_assignments",
                                                      "documentation",
                                                      "relay_anycast",
                                                      "benchmarking",
                                                      "multicast",
                                                      "reserved",
                                                      "not_global_unicast",
                                                      "embeds_unroutable",
                                                      "not_cjdns",
                                                      "unused_network",
                                                      "port_zero",
                                                      "i2p_port",
                                                      "bad_port"};
  const auto index = static_cast<std::size_t>(r);
  return index < names.size() ? names[index] : "unknown";
}

routability routability_of_ipv4(std::uint32_t address, std::uint16_t port) {
  if (const auto verdict = judge_ipv4(address); verdict != routability::routable) [[unlikely]]
    return verdict;
  if (port == 0)
    return routability::port_zero;
  return is_bad_port(port) ? routability::bad_port : routability::routable;
}

routability routability_of(const endpoint& peer) {
  if (peer.network == network_id::ipv4)
    return routability_of_ipv4(ipv4_at(peer, 0), peer.port);
  if (const auto verdict = judge_address(peer); verdict != routability::routable)
    return verdict;
  if (peer.network == network_id::i2p)
    return peer.port == 0 ? routability::routable : routability::i2p_port;
  if (peer.port == 0)
    return routability::port_zero;
  const bool has_services = peer.network == network_id::ipv6;
  return has_services && is_bad_port(peer.port) ? routability::bad_port : routability::routable;
}

} // namespace seedwalk::net
