#pragma once

#include <cstdint>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net::msg {

/// One gossiped address. Time and services are what its sender says.
struct addr_entry {
  endpoint peer;
  std::uint32_t time = 0; ///< Unix seconds as announced, however absurd.
  std::uint64_t services = 0;

  friend bool operator==(const addr_entry&, const addr_entry&) = default;

  SEEDWALK_INSPECT(addr_entry, peer, time, services)
};

} // namespace seedwalk::net::msg
