#pragma once

#include <cstdint>
#include <string_view>

namespace seedwalk::net {

/// Who began a connection, and what we mean to do with it.
enum class direction : std::uint8_t {
  outbound = 0,
  inbound,
  inbound_over_capacity, ///< Accepted when full: handshake politely, then say goodbye.
};

/// "outbound", "inbound", "inbound_over_capacity".
std::string_view name_of(direction d);

/// Where a session stands. Numbered for captured states: append only.
///
///     dialling --> awaiting_version --> awaiting_verack --> collecting --> held
///                                                       `-> probing ---´   (each may close)
///
/// and every state but the last may go to `closing` (we know the outcome and wait for the
/// connection to end) or straight to `ended` (the connection ended by itself).
enum class session_state : std::uint8_t {
  dialling = 0,     ///< The door is connecting us.
  awaiting_version, ///< Connected. Outbound: our version is out.
  awaiting_verack,  ///< The peer's version is in, our verack is out.
  collecting,       ///< getaddr is out; address blocks are awaited.
  probing,          ///< A ping is out; its pong is all that is awaited.
  held,             ///< Stays, and is kept alive by pings.
  closing,          ///< The outcome stands; the connection's end is awaited.
  ended,            ///< Over; the summary is out. Nothing is expected any more.
};

inline constexpr std::size_t session_state_count = 8;

/// "dialling", "awaiting_version", ...
std::string_view name_of(session_state s);

/// True for the steps drawn above and no others. Nothing a peer sends may ask for another one: that
/// would be a bug of ours.
bool may_follow(session_state from, session_state to);

} // namespace seedwalk::net
