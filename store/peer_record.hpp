#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "net/address/endpoint.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/outcome.hpp"
#include "store/header_chain.hpp"
#include "store/score.hpp"
#include "store/timestamp.hpp"
#include "store/version_record.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::store {

/// The queue in which an endpoint waits. Stored by number: append only.
enum class dial_class : std::uint8_t {
  live = 0, ///< Succeeded within the last seven days.
  fresh,    ///< Never tried.
  rest,     ///< Tried, and to be tried again.
  dormant,  ///< Not to be dialled; due when it is to be forgotten.
};

inline constexpr std::size_t dial_class_count = 4;

/// "live", "fresh", "rest", "dormant".
std::string_view name_of(dial_class c);

/// How a visit ended, how far it got, whose doing the end was, and by which transport it went.
struct verdict {
  timestamp at{}; ///< When the visit ended.
  net::outcome outcome = net::outcome::complete;
  net::stage stage = net::stage::dialling;
  net::blame blame = net::blame::peer;
  transport via = transport::tcp;

  friend bool operator==(const verdict&, const verdict&) = default;

  SEEDWALK_INSPECT(verdict, at, outcome, stage, blame, via)
};

/// The service bit of a node that offers BIP324: NODE_P2P_V2 (Bitcoin Core, protocol.h).
inline constexpr std::uint64_t service_p2p_v2 = 1u << 11;

/// How it is known that a peer offers BIP324, the encrypted transport. In the order of how surely.
enum class v2_offer : std::uint8_t {
  none = 0, ///< Nothing says that it does.
  gossip,   ///< Others announce it with the service bit.
  version,  ///< Its own `version` has the service bit.
  spoken,   ///< Its last success was spoken so.
};

/// "none", "gossip", "version", "spoken".
std::string_view name_of(v2_offer o);

/// What visits found of BIP324. Nobody speaks it yet, so both are `never`.
struct v2_history {
  timestamp last_spoken{};   ///< The last visit that reached the verack over it.
  timestamp last_fallback{}; ///< The last visit that began with it, and was taken with the old one.

  friend bool operator==(const v2_history&, const v2_history&) = default;

  SEEDWALK_INSPECT(v2_history, last_spoken, last_fallback)
};

/// All that is known of one endpoint: what others announce of it, and what visits found.
///
/// Announcements are hearsay. They are written down only when they say something new:
/// `announced_time` is exact to the day, `last_heard` and `sources` are as of the announcement that
/// was last written.
struct peer_record {
  // What others announce.
  timestamp first_heard{};
  timestamp last_heard{};
  timestamp announced_time{}; ///< The newest announced time that is sane; see sane_announced_time.
  std::uint32_t announced_raw = 0; ///< That time as it was announced, sane or not.
  std::uint64_t announced_services = 0;
  std::optional<net::endpoint> first_source; ///< Nothing: the operator, a DNS seed or a visit.
  std::uint32_t sources = 0; ///< One bit for each of 32 classes of source netgroups.

  // Where it waits. Exactly one entry in the due index says the same.
  dial_class queue = dial_class::fresh;
  timestamp due{};

  // What visits found. `tries`, `successes`, `failures` and `averages` count only visits whose end
  // was the peer's doing; the last of those ended at `last_counted`.
  timestamp first_success{};
  timestamp last_success{};
  timestamp last_try{};
  timestamp last_counted{};
  timestamp last_getaddr{};
  std::uint32_t tries = 0;
  std::uint32_t successes = 0;
  std::uint32_t failures = 0;       ///< In a row, since the last success.
  std::uint8_t maybe_full = 0;      ///< Closed before version in a row: retried twice for free.
  std::uint32_t sources_at_try = 0; ///< `sources` at the last counted try.
  std::optional<verdict> last;      ///< Of the last visit that says something about the peer.
  score averages;
  std::optional<version_record> version; ///< The last one received.
  v2_history v2;
  std::optional<header_chain> chain; ///< The last answer; nothing: it never gave one.

  friend bool operator==(const peer_record&, const peer_record&) = default;

  SEEDWALK_INSPECT(peer_record, first_heard, last_heard, announced_time, announced_raw,
                   announced_services, first_source, sources, queue, due, first_success,
                   last_success, last_try, last_counted, last_getaddr, tries, successes, failures,
                   maybe_full, sources_at_try, last, averages, version, v2, chain)
};

/// Whether a visit that got as far as `s` met a peer that works: its verack is in.
constexpr bool reached(net::stage s) {
  return s >= net::stage::verack;
}

/// The peer's verack came in on the last visit, whatever became of the addr answer.
bool good(const peer_record& r);

/// Whether the peer offers BIP324, as far as is known: who dials it with that is right to be ready
/// to fall back, but where `v2.last_fallback` is of late.
v2_offer offers_v2(const peer_record& r);

/// What DNS seeds ask of a node before they hand it out.
struct seed_policy {
  std::uint64_t services = 1;             ///< All of these: NODE_NETWORK.
  std::int32_t protocol_version = 70'001; ///< At least.
  std::int32_t start_height = 0;          ///< At least; 0: any.
  std::uint16_t port = 8333;              ///< The chain's default port; I2P has none.
  std::chrono::seconds max_age = std::chrono::hours{24}; ///< Since the last success.

  SEEDWALK_INSPECT(seed_policy, services, protocol_version, start_height, port, max_age)
};

/// Whether a DNS seed would answer with `peer`: reached on its last visit and recently, meets
/// `policy`, and either reliable by score or tried at most three times with half of the tries good.
bool seedable(const net::endpoint& peer, const peer_record& r, timestamp now,
              const seed_policy& policy);

} // namespace seedwalk::store
