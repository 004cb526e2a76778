#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/crawl/settings.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/outcome.hpp"
#include "net/base/owner.hpp"
#include "net/bitcoin/messages.hpp"
#include "net/bitcoin/session_state.hpp"
#include "net/bitcoin/transport.hpp"
#include "net/bitcoin/visit_summary.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::actors {

// The conversation between the connection manager and a peer connection. `key` is the endpoint
// under which the manager's pool has the connection: as dialled, or as accepted.

/// How many messages of which command; as many different ones as `max_commands`, the rest under
/// "other".
struct command_counts {
  static constexpr std::size_t max_commands = 40;
  std::vector<std::pair<std::string, std::uint32_t>> counts;

  void add(std::string_view command) {
    for (auto& [name, n] : counts) {
      if (name == command) {
        ++n;
        return;
      }
    }
    if (counts.size() < max_commands)
      counts.emplace_back(command, 1);
    else if (counts.size() == max_commands)
      counts.emplace_back("other", 1);
    else
      ++counts.back().second;
  }

  SEEDWALK_INSPECT(command_counts, counts)
};

/// Peer connection to manager: the last thing it says, whatever happened. It is gone after that.
struct peer_outcome {
  net::endpoint key;
  net::visit_summary summary;
  command_counts messages; ///< Received since the last report.
  store::transport via = store::transport::tcp;
  SEEDWALK_INSPECT(peer_outcome, key, summary, messages, via)
};

/// Peer connection to manager: its dial succeeded.
struct peer_connected {
  net::endpoint key;
  SEEDWALK_INSPECT(peer_connected, key)
};

/// Peer connection to manager: the peer's version is in. Enough to find duplicates.
struct peer_identified {
  net::endpoint key;
  net::endpoint identity; ///< The address seen, with the port that its version.addr_from announces.
  std::uint64_t nonce_smaller =
      0; ///< Of the two version nonces on this connection: both sides know both.
  std::uint64_t nonce_larger = 0;
  SEEDWALK_INSPECT(peer_identified, key, identity, nonce_smaller, nonce_larger)
};

/// Peer connection to manager: its verack is in, and here is what it said of itself.
struct peer_established {
  net::endpoint key;
  net::msg::version version;
  std::chrono::nanoseconds handshake{0};
  SEEDWALK_INSPECT(peer_established, key, version, handshake)
};

/// Peer connection to manager: it was heard, and this much has crossed the wire since the last
/// report.
struct peer_seen {
  net::endpoint key;
  std::chrono::nanoseconds round_trip{0}; ///< The shortest so far; 0: none measured.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t messages_in = 0;
  command_counts messages; ///< Received since the last report.
  SEEDWALK_INSPECT(peer_seen, key, round_trip, bytes_in, bytes_out, messages_in, messages)
};

/// Manager to peer connection: end it for this reason.
struct disconnect_peer {
  net::outcome outcome = net::outcome::cancelled;
  SEEDWALK_INSPECT(disconnect_peer, outcome)
};

/// Crawler to manager and DB writer, and manager to peer connections: go by these settings from now
/// on.
struct settings_changed {
  settings_in_use settings;
  SEEDWALK_INSPECT(settings_changed, settings)
};

/// Manager to peer connection: send this message, which others send too; or, if it is empty, a ping
/// with a nonce of its own.
struct send_shared {
  std::uint64_t broadcast = 0; ///< Names the broadcast in the answer; 0: none is wanted.
  net::shared_message message;
  SEEDWALK_INSPECT(send_shared, broadcast, message)
};

/// Peer connection to manager: whether a `send_shared` was sent.
struct shared_sent {
  net::endpoint key;
  std::uint64_t broadcast = 0;
  bool sent = false;
  SEEDWALK_INSPECT(shared_sent, key, broadcast, sent)
};

} // namespace seedwalk::actors
