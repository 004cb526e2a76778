#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/outcome.hpp"
#include "net/bitcoin/messages_handshake.hpp"
#include "net/bitcoin/session_state.hpp"

namespace seedwalk::net {

/// What a peer announced about how it wants to be talked to. One bit each.
enum class peer_feature : std::uint32_t {
  wtxidrelay = 1u << 0,   ///< BIP339
  sendaddrv2 = 1u << 1,   ///< BIP155
  sendheaders = 1u << 2,  ///< BIP130
  feefilter = 1u << 3,    ///< BIP133
  sendcmpct = 1u << 4,    ///< BIP152
  sendtxrcncl = 1u << 5,  ///< BIP330
  feature = 1u << 6,      ///< BIP434: at least one id
  bloom_filter = 1u << 7, ///< BIP37: tried to load one
};

/// The features of one peer, with what came along.
struct peer_features {
  std::uint32_t bits = 0;        ///< `peer_feature`s.
  std::int64_t fee_rate_min = 0; ///< Of the last feefilter, satoshi for 1000 virtual bytes.
  bool compact_announce = false; ///< Of the last sendcmpct: wants blocks pushed.
  std::uint64_t compact_version = 0;
  std::vector<std::string> ids; ///< BIP434, in order, as many as the limits allow.

  bool has(peer_feature f) const { return (bits & static_cast<std::uint32_t>(f)) != 0; }
  void set(peer_feature f) { bits |= static_cast<std::uint32_t>(f); }

  friend bool operator==(const peer_features&, const peer_features&) = default;

  SEEDWALK_INSPECT(peer_features, bits, fee_rate_min, compact_announce, compact_version, ids)
};

/// What crossed the wire.
struct traffic {
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t messages_in = 0; ///< Those below included.
  std::uint32_t messages_out = 0;
  std::uint32_t messages_refused = 0; ///< Dropped: bad checksum, broken payload.
  std::uint32_t messages_unknown = 0; ///< Commands that we do not know.
  std::uint32_t trailing_bytes = 0;   ///< Accepted behind complete payloads, as Core does.

  friend bool operator==(const traffic&, const traffic&) = default;

  SEEDWALK_INSPECT(traffic, bytes_in, bytes_out, messages_in, messages_out, messages_refused,
                   messages_unknown, trailing_bytes)
};

/// What came of our getaddr, and of gossip that nobody asked for.
struct address_report {
  addr_answer answer = addr_answer::not_asked;
  collection_end ended_by = collection_end::unknown;
  std::uint32_t messages = 0;                ///< Valid addr and addrv2 since getaddr.
  std::array<std::uint32_t, 8> by_network{}; ///< Their entries; the index is a `network_id`.
  std::uint32_t skipped = 0;                 ///< Their entries that name nothing we would keep.
  std::uint32_t over_limit = 0; ///< Entries, asked for or not, beyond the limits: not handed on.
  std::uint32_t refused = 0;    ///< Address messages that were broken.
  std::uint32_t gossip = 0;     ///< Entries outside a collection that were handed on.
  /// Of the endpoints of the answer, in whatever order and messages: two visits that were answered
  /// from one cache have the same.
  std::uint64_t digest = 0;

  friend bool operator==(const address_report&, const address_report&) = default;

  SEEDWALK_INSPECT(address_report, answer, ended_by, messages, by_network, skipped, over_limit,
                   refused, gossip, digest)
};

/// All that one session leaves behind: exactly one, when its connection has ended.
struct visit_summary {
  endpoint peer; ///< As dialled, or as accepted (then its port is ephemeral).
  net::direction direction = direction::outbound;
  net::outcome outcome = outcome::internal_error;
  stage reached = stage::dialling;
  net::blame blame = blame::local;
  error reason = error::none; ///< What the door said, where it was the door that ended the visit.

  std::chrono::nanoseconds whole{0};
  std::optional<std::chrono::nanoseconds> connecting;   ///< Of a dial that succeeded.
  std::optional<std::chrono::nanoseconds> handshake;    ///< Connected to the peer's verack.
  std::optional<std::chrono::nanoseconds> first_answer; ///< getaddr to the first valid block.
  std::optional<std::chrono::nanoseconds> round_trip;   ///< The shortest that a ping took.

  traffic carried;
  std::optional<msg::version> version; ///< What the peer said of itself, whole.
  peer_features features;
  address_report addresses;

  friend bool operator==(const visit_summary&, const visit_summary&) = default;

  SEEDWALK_INSPECT(visit_summary, peer, direction, outcome, reached, blame, reason, whole,
                   connecting, handshake, first_answer, round_trip, carried, version, features,
                   addresses)
};

/// The outcome of a dial, or of a connection that had got as far as `reached`, that a door ended
/// with `e` before we knew better.
outcome outcome_of_failed_dial(error e);
outcome outcome_of_lost_connection(error e, stage reached);

/// Whose doing an outcome is where no `error` says so.
blame blame_of(outcome o);

} // namespace seedwalk::net
