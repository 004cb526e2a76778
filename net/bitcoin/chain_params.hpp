#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// The four bytes that begin every message of a chain, in the order they cross the wire.
using magic_bytes = std::array<std::uint8_t, 4>;

/// What our side says it speaks: Bitcoin Core's PROTOCOL_VERSION (node/protocol_version.h).
inline constexpr std::int32_t protocol_version = 70017;
/// A peer that announces less is obsolete (Core's MIN_PEER_PROTO_VERSION).
inline constexpr std::int32_t min_peer_protocol_version = 31800;
/// Since this version addr entries carry a time (Core's CADDR_TIME_VERSION).
inline constexpr std::int32_t addr_time_version = 31402;
/// Pings carry a nonce, and ask for a pong, ABOVE this version (BIP31).
inline constexpr std::int32_t bip31_version = 60000;
/// wtxidrelay and sendaddrv2 are exchanged from this common version on (BIP339, BIP155).
inline constexpr std::int32_t wtxid_relay_version = 70016;
/// `feature` is exchanged from this common version on (BIP434).
inline constexpr std::int32_t feature_version = 70017;

/// What tells one Bitcoin chain from another on the network. A value: a configuration may change
/// its copy, the seeds above all.
struct chain_params {
  std::string name; ///< "main", as --network has it.
  magic_bytes magic{};
  std::uint16_t default_port = 0;
  std::vector<std::string> dns_seeds; ///< Host names; asked as `x9.<seed>` for full nodes.

  friend bool operator==(const chain_params&, const chain_params&) = default;

  SEEDWALK_INSPECT(chain_params, name, magic, default_port, dns_seeds)
};

/// All chains that have a name here: main, testnet3, testnet4, signet, regtest, bitcoin-cash.
///
/// "bitcoin-cash" is there to name a wrong magic and to read dumps: Bitcoin SV has the same magic,
/// so only the user agent tells the two apart.
std::span<const chain_params> known_chains();

/// The chain of that name; null if there is none.
const chain_params* find_chain(std::string_view name);

/// The chain that begins its messages so; null if none is known.
const chain_params* find_chain(const magic_bytes& magic);

/// A signet with a challenge of its own: signet's port, no seeds, and the magic that follows from
/// the challenge (BIP325: the first four bytes of sha256d of the length-prefixed script).
chain_params custom_signet(byte_view challenge);

} // namespace seedwalk::net
