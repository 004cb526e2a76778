#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/address/endpoint.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/outcome.hpp"
#include "store/header_chain.hpp"
#include "store/timestamp.hpp"
#include "store/version_record.hpp"

namespace seedwalk::store {

/// How a peer is reached. Stored by number. Whether BIP324 was spoken is `feature::p2p_v2`.
enum class transport : std::uint8_t {
  tcp = 0, ///< Directly.
  socks,   ///< Through a SOCKS5 proxy.
  sam,     ///< Through the SAM bridge of an I2P router. Nobody dials so yet.
};

inline constexpr std::size_t transport_count = 3;

/// "tcp", "socks", "sam": for logs and JSON.
std::string_view name_of(transport t);

/// What a peer turned out to speak besides the oldest protocol: bits of `visit_record::features`.
enum class feature : std::uint32_t {
  wtxidrelay = 1u << 0,  ///< BIP339
  sendaddrv2 = 1u << 1,  ///< BIP155
  sendheaders = 1u << 2, ///< BIP130
  sendcmpct = 1u << 3,   ///< BIP152
  feefilter = 1u << 4,   ///< BIP133
  negotiation = 1u << 5, ///< BIP434
  sendtxrcncl = 1u << 6, ///< BIP330
  // Of the connection itself; nobody speaks it yet.
  p2p_v2 = 1u << 7,      ///< BIP324: the messages were encrypted.
  v2_fallback = 1u << 8, ///< It was dialled with BIP324 first, and took only the old protocol.
};

/// Whether a visit found a feature.
constexpr bool has(std::uint32_t features, feature f) {
  return (features & static_cast<std::uint32_t>(f)) != 0;
}

/// What a getaddr brought.
struct addr_summary {
  net::addr_answer answer = net::addr_answer::not_asked;
  net::collection_end ended_by = net::collection_end::unknown;
  std::uint32_t messages = 0;
  std::array<std::uint32_t, 8> entries{}; ///< By net::network_id; 0: networks that are none.
  std::uint32_t fresh = 0;                ///< How many were new to us.
  std::uint64_t digest = 0; ///< Of the entries, in any order; two equal answers have equal
                            ///< ones.

  friend bool operator==(const addr_summary&, const addr_summary&) = default;

  SEEDWALK_INSPECT(addr_summary, answer, messages, entries, fresh, digest, ended_by)
};

/// How long each part of a visit took; 0 where it did not come to that.
struct visit_durations {
  std::chrono::milliseconds dial{};      ///< Until connected, or until the dial failed.
  std::chrono::milliseconds handshake{}; ///< From connected to the peer's verack.
  std::chrono::milliseconds addresses{}; ///< From getaddr to the end of the collection.
  std::chrono::milliseconds total{};

  friend bool operator==(const visit_durations&, const visit_durations&) = default;

  SEEDWALK_INSPECT(visit_durations, dial, handshake, addresses, total)
};

/// One visit to one endpoint: written once, never changed, dropped with its day when history ends.
struct visit_record {
  std::uint32_t census = 0;  ///< The number of the census that it belongs to; 0: none.
  std::uint32_t vantage = 0; ///< From where: an operator's number for the machine.
  transport via = transport::tcp;
  timestamp started{};
  timestamp ended{}; ///< By this the visit is filed, scored and scheduled.
  net::outcome outcome = net::outcome::complete;
  net::stage stage = net::stage::dialling;
  net::blame blame = net::blame::peer;
  visit_durations durations;
  std::optional<std::chrono::microseconds> round_trip; ///< Of our ping, or of version and verack.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t features = 0; ///< Bits of `feature`.
  std::optional<version_record> version;
  addr_summary addresses;
  std::optional<header_chain> chain; ///< Nothing: it was not asked, or did not answer.

  friend bool operator==(const visit_record&, const visit_record&) = default;

  SEEDWALK_INSPECT(visit_record, census, vantage, via, started, ended, outcome, stage, blame,
                   durations, round_trip, bytes_in, bytes_out, features, version, addresses, chain)
};

/// Somebody dialled us. Never a dial target: the port that we see is ephemeral.
struct inbound_sighting {
  net::endpoint from;  ///< As accept saw it.
  net::endpoint local; ///< The address of ours that was dialled.
  timestamp at{};
  timestamp ended{};
  net::outcome outcome = net::outcome::complete;
  net::stage stage = net::stage::connected;
  net::blame blame = net::blame::peer;
  std::optional<version_record> version;

  friend bool operator==(const inbound_sighting&, const inbound_sighting&) = default;

  SEEDWALK_INSPECT(inbound_sighting, from, local, at, ended, outcome, stage, blame, version)
};

} // namespace seedwalk::store
