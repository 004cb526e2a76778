#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "store/timestamp.hpp"

namespace seedwalk::store {

/// All addresses of a network that share their first `bits` bits. Bits beyond are zero, as
/// `subnet_of` leaves them, so that equal subnets are equal bytes.
struct subnet {
  net::network_id network = net::network_id::ipv4;
  std::array<std::uint8_t, 32> address{};
  std::uint16_t bits = 0;

  friend auto operator<=>(const subnet&, const subnet&) = default;

  SEEDWALK_INSPECT(subnet, network, address, bits)
};

/// The subnet of `bits` bits that `peer` is in; `bits` beyond the network's size mean the address.
subnet subnet_of(const net::endpoint& peer, std::uint16_t bits);

/// Whether `peer` is in `s`, on any port.
bool contains(const subnet& s, const net::endpoint& peer);

/// Peers whose user agent matches in the sense of `net::matches_pattern`.
struct user_agent_pattern {
  std::string pattern;

  friend auto operator<=>(const user_agent_pattern&, const user_agent_pattern&) = default;

  SEEDWALK_INSPECT(user_agent_pattern, pattern)
};

/// Whom a ban is for. Stored by index: append only.
using ban_target = std::variant<net::endpoint, subnet, user_agent_pattern>;

/// Nobody named by `target` is dialled or welcomed.
struct ban_record {
  ban_target target;
  std::string reason;
  timestamp since{};
  timestamp until{}; ///< 0: until an operator lifts it.

  friend bool operator==(const ban_record&, const ban_record&) = default;

  SEEDWALK_INSPECT(ban_record, target, reason, since, until)
};

/// Whether the ban is in force at `now`.
constexpr bool in_force(const ban_record& b, timestamp now) {
  return b.until == never || now < b.until;
}

} // namespace seedwalk::store
