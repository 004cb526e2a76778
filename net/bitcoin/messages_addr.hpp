#pragma once

#include <cstdint>

#include "net/address/addr_list.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net::msg {

/// Entries of an addr or addrv2 that are well-formed, but name nothing that we would keep, by
/// reason. Counted when decoding; encoding ignores them.
struct skipped_entries {
  std::uint32_t torv2 = 0; ///< Retired; OnionCat in addr too.
  std::uint32_t yggdrasil = 0;
  std::uint32_t unknown_network = 0; ///< A number that BIP155 does not give.
  std::uint32_t embedded = 0; ///< IPv4 or OnionCat dressed as IPv6 in addrv2, which BIP155 forbids.
  std::uint32_t not_cjdns = 0; ///< CJDNS outside fc00::/8.

  std::uint32_t total() const { return torv2 + yggdrasil + unknown_network + embedded + not_cjdns; }

  friend bool operator==(const skipped_entries&, const skipped_entries&) = default;

  SEEDWALK_INSPECT(skipped_entries, torv2, yggdrasil, unknown_network, embedded, not_cjdns)
};

/// Asks for addresses. Core answers once a connection, and only to the side that dialled.
struct getaddr {
  friend bool operator==(const getaddr&, const getaddr&) = default;

  SEEDWALK_INSPECT(getaddr)
};

/// Addresses of IPv4 and IPv6 nodes, at most 1000.
///
/// Protocol versions below 31402 sent no times; see `has_times`. Entries of other networks cannot
/// be encoded: they go out as sixteen zeros, as in Core.
struct addr {
  addr_list entries;
  skipped_entries skipped;
  bool has_times = true;

  friend bool operator==(const addr&, const addr&) = default;

  SEEDWALK_INSPECT(addr, entries, skipped, has_times)
};

/// Addresses of nodes of every network (BIP155), at most 1000.
struct addrv2 {
  addr_list entries;
  skipped_entries skipped;

  friend bool operator==(const addrv2&, const addrv2&) = default;

  SEEDWALK_INSPECT(addrv2, entries, skipped)
};

} // namespace seedwalk::net::msg
