#pragma once

#include <cstdint>
#include <string_view>

#include "net/address/endpoint.hpp"

namespace seedwalk::net {

/// Why an endpoint that somebody gossiped must never be dialled; `routable` if it may be.
///
/// Gossip is hostile: unfiltered it would turn a crawler into a scanner of other people's private
/// networks and services.
enum class routability : std::uint8_t {
  routable = 0,
  this_network,         ///< 0.0.0.0/8 (RFC 1122)
  private_use,          ///< 10/8, 172.16/12, 192.168/16 (RFC 1918)
  shared,               ///< 100.64.0.0/10, carriers' NAT (RFC 6598)
  loopback,             ///< 127/8, ::1
  link_local,           ///< 169.254/16 (RFC 3927)
  protocol_assignments, ///< 192.0.0.0/24 (RFC 6890), 2001::/23 but for Teredo (RFC 2928)
  documentation,        ///< RFC 5737, RFC 3849 (2001:db8::/32), RFC 9637 (3fff::/20)
  relay_anycast,        ///< 192.88.99.0/24, retired 6to4 relays (RFC 7526)
  benchmarking,         ///< 198.18.0.0/15 (RFC 2544)
  multicast,            ///< 224/4 (RFC 5771)
  reserved,             ///< 240/4 (RFC 1112)
  not_global_unicast,   ///< IPv6 outside 2000::/3: local, multicast, unassigned.
  embeds_unroutable,    ///< 6to4, Teredo, NAT64 around an IPv4 address that is not routable.
  not_cjdns,            ///< Said to be CJDNS, but outside fc00::/8.
  unused_network,       ///< Tor v2 is gone; nothing here dials Yggdrasil, or numbers unknown.
  port_zero,            ///< Only I2P has no ports.
  i2p_port,             ///< On I2P nothing but port 0 can be dialled (SAM 3.1).
  bad_port,             ///< A service that is not for strangers: see `is_bad_port`.
};

/// "routable", "private_use", ...: the spelling of every report.
std::string_view name_of(routability r);

/// Judges the address first, then the port.
routability routability_of(const endpoint& peer);

/// The same of an IPv4 endpoint from its four bytes, most significant first, and its port.
routability routability_of_ipv4(std::uint32_t address, std::uint16_t port);

inline bool is_routable(const endpoint& peer) {
  return routability_of(peer) == routability::routable;
}

/// True for the 85 ports that Bitcoin Core avoids on IPv4 and IPv6 (IsBadPort in netbase.cpp; the
/// reasons are in its doc/p2p-bad-ports.md).
bool is_bad_port(std::uint16_t port);

} // namespace seedwalk::net
