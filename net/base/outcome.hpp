#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace seedwalk::net {

/// How a visit to a peer ended. Each visit has exactly one. Stored by number: append only.
enum class outcome : std::uint8_t {
  complete = 0,           ///< All that was asked was answered; we said goodbye.
  refused,                ///< The dial was answered with a reset.
  unreachable,            ///< Host or network unreachable, or no way to dial that network.
  connect_timeout,        ///< The dial was not answered.
  reset,                  ///< Reset by the peer, after its version and before its verack or later.
  closed_before_version,  ///< The peer ended or reset the connection before its version was whole.
                          ///< May be full.
  closed_before_verack,   ///< Ended by the peer after its version, before its verack.
  closed_after_handshake, ///< Ended by the peer after its verack, before what we asked for came.
  handshake_timeout,      ///< Connected, but no verack in time.
  message_timeout,        ///< A message was begun and not finished in time.
  ping_timeout,           ///< A held peer did not answer our ping.
  wrong_magic,            ///< Another chain, or not Bitcoin at all.
  oversize,               ///< A header announced more than the protocol allows.
  malformed,              ///< A message broken in a way for which Core closes too.
  misbehaved,       ///< Well-formed, but forbidden: 1001 addresses, too many inventory entries ...
  obsolete,         ///< Speaks a protocol version below 31800.
  self,             ///< Our own nonce came back: we dialled ourselves.
  banned,           ///< Its address or its user agent is banned here.
  services_missing, ///< Lacks services that this crawl requires.
  no_addresses,     ///< Handshake fine; getaddr brought nothing in time.
  local_failure,    ///< Descriptors, ports, routes, memory, a proxy: ours.
  cancelled,        ///< We stopped: shutdown, or an operator's disconnect.
  internal_error,   ///< An actor of ours failed; the log names it.
  duplicate,        ///< Another connection to the same peer stays.
};

inline constexpr std::size_t outcome_count = 24;

/// "complete", "closed_before_version", ...: the spelling of every report and export.
std::string_view name_of(outcome o);

/// The other way round; nothing if no outcome is called that.
std::optional<outcome> outcome_named(std::string_view name);

/// How far a visit got. Stored by number: append only.
enum class stage : std::uint8_t {
  dialling = 0, ///< Not connected yet.
  connected,    ///< Connected; the peer's version is not whole yet.
  version,      ///< The peer's version is in.
  verack,       ///< The peer's verack is in: from here on it was `good`.
  addresses,    ///< At least one valid address block is in.
};

/// "dialling", "connected", "version", "verack", "addresses".
std::string_view name_of(stage s);

/// What became of our getaddr. Stored by number: append only.
enum class addr_answer : std::uint8_t {
  not_asked = 0,
  none,      ///< Asked, nothing came in time.
  complete,  ///< Came, and the collection ended by itself with nothing half done.
  partial,   ///< Came, but the connection ended first, or a block was half there at the hard end.
  malformed, ///< An address message was refused.
};

/// "not_asked", "none", "complete", "partial", "malformed".
std::string_view name_of(addr_answer a);

/// What ended the collection of addresses behind a getaddr. Stored by number: append only.
enum class collection_end : std::uint8_t {
  unknown = 0, ///< It has not ended, there was none, or its record is older than this.
  pong,        ///< The peer answered the ping behind getaddr, after its answer had begun.
  quiet,       ///< No block came for the quiet time.
  no_answer,   ///< No answer had begun by the first deadline.
  hard_end,    ///< The last deadline came, which nothing moves.
  cut_off,     ///< The connection ended, or we ended it.
};

inline constexpr std::size_t collection_end_count = 6;

/// "unknown", "pong", "quiet", "no_answer", "hard_end", "cut_off".
std::string_view name_of(collection_end e);

} // namespace seedwalk::net
