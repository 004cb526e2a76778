#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "net/base/buffer.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/messages.hpp"
#include "net/bitcoin/visit_summary.hpp"
#include "net/door/network.hpp"

namespace seedwalk::net {

/// The peer's version is in and we go on with it: `session::peer_version()` has what it said. Soon
/// enough to end a duplicate before the handshake is through.
struct version_received {
  SEEDWALK_INSPECT(version_received)
};

/// The peer's verack is in: from here on it was `good`.
struct handshake_completed {
  std::chrono::nanoseconds took{0}; ///< Since connected.
  SEEDWALK_INSPECT(handshake_completed, took)
};

/// A pong matched our ping.
struct round_trip_measured {
  std::chrono::nanoseconds took{0};
  SEEDWALK_INSPECT(round_trip_measured, took)
};

/// The collection of addresses is over: `session::addresses()` says with what.
struct addresses_collected {
  SEEDWALK_INSPECT(addresses_collected)
};

using session_event =
    std::variant<version_received, handshake_completed, round_trip_measured, addresses_collected>;

/// A message that came in whole, for those who count by type.
struct message_note {
  message_kind kind = message_kind::unknown;
  std::uint32_t payload_bytes = 0;
  SEEDWALK_INSPECT(message_note, kind, payload_bytes)
};

/// What a session wants done after one event. The caller carries it out, in the order of the
/// members, then clears it and uses it again: its vectors keep their memory, so that a step
/// allocates nothing in the common case.
struct session_effects {
  bytes output; ///< To be written at once: whole messages, one or several.
  /// To be written behind it: a message that other sessions send, too. One for a call of `send`.
  std::optional<buffer> shared_output;
  std::vector<session_event> events; ///< In the order in which they happened.
  std::vector<message_note> messages;

  /// Entries to hand on. Where there are any, nothing more is wanted from the peer until
  /// `session::addresses_taken` says that they have arrived: that is how a slow database slows
  /// peers, and nothing piles up between.
  msg::addr_list addresses;

  std::uint32_t want = 0; ///< How many bytes more the door may deliver.
  std::optional<closing> close;
  std::optional<visit_summary> summary; ///< Set once in a session's life, by its last event.

  bool empty() const {
    return output.empty() && !shared_output && events.empty() && messages.empty() &&
           addresses.empty() && want == 0 && !close && !summary;
  }

  void clear() {
    output.clear();
    shared_output.reset();
    events.clear();
    messages.clear();
    addresses = {}; // They leave with their memory: nothing is kept for the next.
    want = 0;
    close.reset();
    summary.reset();
  }

  SEEDWALK_INSPECT(session_effects, output, shared_output, events, messages, addresses, want, close,
                   summary)
};

} // namespace seedwalk::net
