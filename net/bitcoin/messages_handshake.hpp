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

  template <inspector F>
  friend auto inspect(F& f, version_address& x) {
    return f(x.services, x.address, x.port);
  }
};

/// The second half of `version`, which protocol versions from 106 on have.
struct version_sender {
  version_address address;
  std::uint64_t nonce = 0; ///< Our own coming back means that we dialled ourselves.

  friend bool operator==(const version_sender&, const version_sender&) = default;

  template <inspector F>
  friend auto inspect(F& f, version_sender& x) {
    return f(x.address, x.nonce);
  }
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

  template <inspector F>
  friend auto inspect(F& f, version& x) {
    return f(x.protocol, x.services, x.time, x.receiver, x.sender, x.user_agent, x.start_height,
             x.relay);
  }
};

/// Acknowledges the peer's version. The handshake is over when both have arrived.
struct verack {
  friend bool operator==(const verack&, const verack&) = default;

  template <inspector F>
  friend auto inspect(F& f, verack&) {
    return f();
  }
};

/// Asks for transactions to be announced by wtxid. Only between version and verack (BIP339).
struct wtxidrelay {
  friend bool operator==(const wtxidrelay&, const wtxidrelay&) = default;

  template <inspector F>
  friend auto inspect(F& f, wtxidrelay&) {
    return f();
  }
};

/// Asks for addrv2 instead of addr. Only between version and verack (BIP155).
struct sendaddrv2 {
  friend bool operator==(const sendaddrv2&, const sendaddrv2&) = default;

  template <inspector F>
  friend auto inspect(F& f, sendaddrv2&) {
    return f();
  }
};

/// Names an optional feature. Only between version and verack (BIP434). The only message that Core
/// refuses for bytes after its end.
struct feature {
  std::string id; ///< 4 to 80 bytes.
  bytes data;     ///< At most 512 bytes.

  friend bool operator==(const feature&, const feature&) = default;

  template <inspector F>
  friend auto inspect(F& f, feature& x) {
    return f(x.id, x.data);
  }
};

/// Offers transaction reconciliation. Only between version and verack (BIP330).
struct sendtxrcncl {
  std::uint32_t version = 0;
  std::uint64_t salt = 0;

  friend bool operator==(const sendtxrcncl&, const sendtxrcncl&) = default;

  template <inspector F>
  friend auto inspect(F& f, sendtxrcncl& x) {
    return f(x.version, x.salt);
  }
};

/// Asks for blocks to be announced by header (BIP130).
struct sendheaders {
  friend bool operator==(const sendheaders&, const sendheaders&) = default;

  template <inspector F>
  friend auto inspect(F& f, sendheaders&) {
    return f();
  }
};

/// Offers compact blocks (BIP152).
struct sendcmpct {
  bool announce = false; ///< Asks for them unannounced: "high bandwidth".
  std::uint64_t version = 0;

  friend bool operator==(const sendcmpct&, const sendcmpct&) = default;

  template <inspector F>
  friend auto inspect(F& f, sendcmpct& x) {
    return f(x.announce, x.version);
  }
};

/// Asks for no transactions that pay less (BIP133).
struct feefilter {
  std::int64_t satoshis_per_kilobyte = 0;

  friend bool operator==(const feefilter&, const feefilter&) = default;

  template <inspector F>
  friend auto inspect(F& f, feefilter& x) {
    return f(x.satoshis_per_kilobyte);
  }
};

/// Asks for a sign of life. Without a nonce, up to protocol 60000, nothing answers (BIP31).
struct ping {
  std::optional<std::uint64_t> nonce;

  friend bool operator==(const ping&, const ping&) = default;

  template <inspector F>
  friend auto inspect(F& f, ping& x) {
    return f(x.nonce);
  }
};

/// Answers a ping with its nonce.
struct pong {
  std::uint64_t nonce = 0;

  friend bool operator==(const pong&, const pong&) = default;

  template <inspector F>
  friend auto inspect(F& f, pong& x) {
    return f(x.nonce);
  }
};

/// Said what was wrong with a message (BIP61); gone from Core since 0.20.
struct reject {
  std::string command; ///< At most 12 bytes.
  std::uint8_t code = 0;
  std::string reason; ///< At most 111 bytes.
  bytes data;         ///< All that follows; the hash of a block or transaction.

  friend bool operator==(const reject&, const reject&) = default;

  template <inspector F>
  friend auto inspect(F& f, reject& x) {
    return f(x.command, x.code, x.reason, x.data);
  }
};

/// A signed warning of old. Core still sends one final alert to peers of at most 70012.
struct alert {
  bytes payload;
  bytes signature;

  friend bool operator==(const alert&, const alert&) = default;

  template <inspector F>
  friend auto inspect(F& f, alert& x) {
    return f(x.payload, x.signature);
  }
};

} // namespace seedwalk::net::msg
