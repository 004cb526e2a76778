#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net::msg {

/// An address as `version` carries it: without time, in the 16 bytes of old, and never trusted.
struct version_address {
  std::uint64_t services = 0;
  std::array<std::uint8_t, 16> address{}; ///< IPv6, or IPv4-mapped.
  std::uint16_t port = 0;

  /// The same as an endpoint: IPv4 where the bytes are IPv4-mapped, else IPv6.
  endpoint peer() const;

  /// Fills in what the 16 bytes can express: IPv4 and IPv6; zeros for any other network, as Core
  /// does.
  static version_address of(std::uint64_t services, const endpoint& peer);

  friend bool operator==(const version_address&, const version_address&) = default;

  SEEDWALK_INSPECT(version_address, services, address, port)
};

/// The second half of `version`, which protocol versions from 106 on have.
struct version_sender {
  version_address address;
  std::uint64_t nonce = 0; ///< Our own coming back means that we dialled ourselves.

  friend bool operator==(const version_sender&, const version_sender&) = default;

  SEEDWALK_INSPECT(version_sender, address, nonce)
};

/// Says who one is; the first message of each side.
///
/// The message grew over the years, and each part may be missing with all that follows it. What a
/// peer says is kept whole, for the record. The user agent has at most 256 bytes.
struct version {
  std::int32_t protocol = 0;
  std::uint64_t services = 0;
  std::int64_t time = 0;                    ///< Unix seconds, as announced.
  version_address receiver;                 ///< How the sender sees us.
  std::optional<version_sender> sender;     ///< From 106.
  std::optional<std::string> user_agent;    ///< BIP14.
  std::optional<std::int32_t> start_height; ///< From 209.
  std::optional<bool> relay;                ///< BIP37, from 70001. Missing means yes.

  friend bool operator==(const version&, const version&) = default;

  SEEDWALK_INSPECT(version, protocol, services, time, receiver, sender, user_agent, start_height,
                   relay)
};

/// Acknowledges the peer's version. The handshake is over when both have arrived.
struct verack {
  friend bool operator==(const verack&, const verack&) = default;

  SEEDWALK_INSPECT(verack)
};

/// Asks for transactions to be announced by wtxid. Only between version and verack (BIP339).
struct wtxidrelay {
  friend bool operator==(const wtxidrelay&, const wtxidrelay&) = default;

  SEEDWALK_INSPECT(wtxidrelay)
};

/// Asks for addrv2 instead of addr. Only between version and verack (BIP155).
struct sendaddrv2 {
  friend bool operator==(const sendaddrv2&, const sendaddrv2&) = default;

  SEEDWALK_INSPECT(sendaddrv2)
};

/// Names an optional feature. Only between version and verack (BIP434). The only message that Core
/// refuses for bytes after its end.
struct feature {
  std::string id; ///< 4 to 80 bytes.
  bytes data;     ///< At most 512 bytes.

  friend bool operator==(const feature&, const feature&) = default;

  SEEDWALK_INSPECT(feature, id, data)
};

/// Offers transaction reconciliation. Only between version and verack (BIP330).
struct sendtxrcncl {
  std::uint32_t version = 0;
  std::uint64_t salt = 0;

  friend bool operator==(const sendtxrcncl&, const sendtxrcncl&) = default;

  SEEDWALK_INSPECT(sendtxrcncl, version, salt)
};

/// Asks for blocks to be announced by header (BIP130).
struct sendheaders {
  friend bool operator==(const sendheaders&, const sendheaders&) = default;

  SEEDWALK_INSPECT(sendheaders)
};

/// Offers compact blocks (BIP152).
struct sendcmpct {
  bool announce = false; ///< Asks for them unannounced: "high bandwidth".
  std::uint64_t version = 0;

  friend bool operator==(const sendcmpct&, const sendcmpct&) = default;

  SEEDWALK_INSPECT(sendcmpct, announce, version)
};

/// Asks for no transactions that pay less (BIP133).
struct feefilter {
  std::int64_t satoshis_per_kilobyte = 0;

  friend bool operator==(const feefilter&, const feefilter&) = default;

  SEEDWALK_INSPECT(feefilter, satoshis_per_kilobyte)
};

/// Asks for a sign of life. Without a nonce, up to protocol 60000, nothing answers (BIP31).
struct ping {
  std::optional<std::uint64_t> nonce;

  friend bool operator==(const ping&, const ping&) = default;

  SEEDWALK_INSPECT(ping, nonce)
};

/// Answers a ping with its nonce.
struct pong {
  std::uint64_t nonce = 0;

  friend bool operator==(const pong&, const pong&) = default;

  SEEDWALK_INSPECT(pong, nonce)
};

/// Said what was wrong with a message (BIP61); gone from Core since 0.20.
struct reject {
  std::string command; ///< At most 12 bytes.
  std::uint8_t code = 0;
  std::string reason; ///< At most 111 bytes.
  bytes data;         ///< All that follows; the hash of a block or transaction.

  friend bool operator==(const reject&, const reject&) = default;

  SEEDWALK_INSPECT(reject, command, code, reason, data)
};

/// A signed warning of old. Core still sends one final alert to peers of at most 70012.
struct alert {
  bytes payload;
  bytes signature;

  friend bool operator==(const alert&, const alert&) = default;

  SEEDWALK_INSPECT(alert, payload, signature)
};

} // namespace seedwalk::net::msg
