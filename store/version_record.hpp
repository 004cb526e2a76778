#pragma once

#include <cstdint>
#include <string>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::store {

/// What a peer says of itself in its `version` message, whole and unbelieved.
///
/// The fields are those of the message (Bitcoin Core, net_processing.cpp, PushNodeVersion), in the
/// order in which they stand on the wire.
struct version_record {
  std::int32_t protocol_version = 0;
  std::uint64_t services = 0;
  std::int64_t time = 0;               ///< The peer's clock, seconds since 1970; any 64 bits.
  std::uint64_t receiver_services = 0; ///< addr_recv: how the peer sees us.
  net::endpoint receiver;
  std::uint64_t sender_services = 0; ///< addr_from: how the peer sees itself.
  net::endpoint sender;
  std::uint64_t nonce = 0;
  std::string user_agent; ///< At most 256 bytes; any bytes.
  std::int32_t start_height = 0;
  bool relay = true; ///< BIP37; true where the message ends before it.

  friend bool operator==(const version_record&, const version_record&) = default;

  SEEDWALK_INSPECT(version_record, protocol_version, services, time, receiver_services, receiver,
                   sender_services, sender, nonce, user_agent, start_height, relay)
};

} // namespace seedwalk::store
