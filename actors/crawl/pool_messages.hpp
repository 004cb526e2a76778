#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/crawl/crawl_messages.hpp"
#include "actors/crawl/peer_pool.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/buffer.hpp"
#include "net/base/inspect.hpp"
#include "net/base/outcome.hpp"
#include "net/base/owner.hpp"
#include "net/bitcoin/messages.hpp"
#include "store/ban_record.hpp"

namespace seedwalk::actors {

// What anybody may ask of the connection manager, and what it tells those who subscribe. Requests
// carry their sender and a token, and are answered once.

// -- events

// Of one connection they come in this order:
//
//     [connection_is_established -> [handshake_is_complete ->
//         (messages_were_received | addresses_were_found)*]] -> peer_has_failed | peer_is_lost
//
// and one endpoint has one connection at a time.

/// A dial succeeded, or somebody was accepted.
struct connection_is_established {
  net::endpoint peer;
  net::direction direction = net::direction::outbound;
  SEEDWALK_INSPECT(connection_is_established, peer, direction)
};

/// A handshake is complete; what the peer said of itself.
struct handshake_is_complete {
  net::endpoint peer;
  net::direction direction = net::direction::outbound;
  net::msg::version version;
  SEEDWALK_INSPECT(handshake_is_complete, peer, direction, version)
};

/// A dial failed, or a connection ended before its handshake was complete.
struct peer_has_failed {
  net::endpoint peer;
  net::direction direction = net::direction::outbound;
  net::outcome outcome = net::outcome::internal_error;
  SEEDWALK_INSPECT(peer_has_failed, peer, direction, outcome)
};

/// A connection ended after its handshake.
struct peer_is_lost {
  net::endpoint peer;
  net::direction direction = net::direction::outbound;
  net::outcome outcome = net::outcome::internal_error;
  SEEDWALK_INSPECT(peer_is_lost, peer, direction, outcome)
};

/// Somebody was banned.
struct peer_is_banned {
  store::ban_record ban;
  SEEDWALK_INSPECT(peer_is_banned, ban)
};

/// A peer's visit brought so many addresses; they are in the database.
struct addresses_were_found {
  net::endpoint source;
  std::uint32_t entries = 0;
  SEEDWALK_INSPECT(addresses_were_found, source, entries)
};

/// Messages of a peer, by command, since the last such event.
struct messages_were_received {
  net::endpoint peer;
  std::vector<std::pair<std::string, std::uint32_t>> counts;
  SEEDWALK_INSPECT(messages_were_received, peer, counts)
};

/// The subscriber was too slow: its credit was used up, and this is the last thing it hears.
struct subscription_ended {
  SEEDWALK_INSPECT(subscription_ended)
};

using pool_event =
    std::variant<connection_is_established, handshake_is_complete, peer_has_failed, peer_is_lost,
                 peer_is_banned, addresses_were_found, messages_were_received, subscription_ended>;

/// Anybody to manager: tell me, up to `credit` events, of which the last is `subscription_ended`.
/// Asking again adds credit; at most `max_credit` is kept. Who does not ask again in time is cut
/// off: nobody waits for a subscriber.
struct subscribe {
  static constexpr std::uint32_t max_credit = 65'536;
  net::owner from;
  std::uint32_t credit = 0;
  SEEDWALK_INSPECT(subscribe, from, credit)
};

/// Subscriber to manager: no more.
struct unsubscribe {
  net::owner from;
  SEEDWALK_INSPECT(unsubscribe, from)
};

/// Manager to subscriber.
struct pool_news {
  pool_event event;
  SEEDWALK_INSPECT(pool_news, event)
};

// -- commands

/// What became of a command: nothing in `problem` means it was done.
struct command_done {
  std::uint64_t token = 0;
  std::string problem;
  std::uint32_t affected = 0; ///< Connections that it touched.
  bool bad_request = false;   ///< The problem is what was asked for: it can never be done.
  SEEDWALK_INSPECT(command_done, token, problem, affected, bad_request)
};

/// Ban somebody; live connections that it forbids end. Durable when answered.
struct ban_peer {
  net::owner from;
  std::uint64_t token = 0;
  store::ban_target target;
  std::string reason;
  std::chrono::seconds duration{0}; ///< 0: until lifted.
  SEEDWALK_INSPECT(ban_peer, from, token, target, reason, duration)
};

/// Lift a ban. Durable when answered.
struct unban_peer {
  net::owner from;
  std::uint64_t token = 0;
  store::ban_target target;
  SEEDWALK_INSPECT(unban_peer, from, token, target)
};

/// End the connection to somebody.
struct drop_peer {
  net::owner from;
  std::uint64_t token = 0;
  net::endpoint peer;
  SEEDWALK_INSPECT(drop_peer, from, token, peer)
};

/// Whom a broadcast is for: those of whom all that is given is true.
struct peer_filter {
  std::optional<net::direction> direction;
  std::optional<net::network_id> network;
  std::string user_agent; ///< A pattern (net/base/text_pattern.hpp); empty: any.

  bool takes(const net::endpoint& peer, const pool_entry& entry) const;

  SEEDWALK_INSPECT(peer_filter, direction, network, user_agent)
};

/// Send a message to every peer whose handshake is complete and whom the filter takes. It is
/// encoded once, and all connections share the one buffer. Answered by `broadcast_done`.
struct broadcast {
  net::owner from;
  std::uint64_t token = 0;
  peer_filter to;
  std::optional<net::message> message; ///< Nothing: each is pinged with a nonce of its own.
  SEEDWALK_INSPECT(broadcast, from, token, to, message)
};

/// How many were sent a broadcast, and who of those meant was not: it had said goodbye, or its
/// connection ended first.
struct broadcast_done {
  std::uint64_t token = 0;
  std::uint32_t sent = 0;
  std::vector<net::endpoint> failed;
  SEEDWALK_INSPECT(broadcast_done, token, sent, failed)
};

/// Crawler to manager, after `settings_changed`: hold every live connection to the new settings.
/// Answered by `command_done`.
struct apply_settings {
  net::owner from;
  std::uint64_t token = 0;
  SEEDWALK_INSPECT(apply_settings, from, token)
};

/// Anybody to crawler: take this as the configuration file's new contents. Checked whole; applied
/// whole or refused. Answered by `command_done`.
struct reload_settings {
  net::owner from;
  std::uint64_t token = 0;
  std::string name; ///< For errors.
  std::string contents;
  SEEDWALK_INSPECT(reload_settings, from, token, name, contents)
};

// -- statistics

/// One consistent look at the pool: all of it is of one step.
struct pool_snapshot {
  std::uint64_t token = 0;
  crawl_counters counters;
  std::array<std::uint32_t, pool_phase_count> by_phase{};
  std::array<std::uint32_t, 3> by_direction{}; ///< Live ones, by net::direction.
  std::uint32_t outbound_slots = 0;
  std::uint32_t inbound_slots = 0;
  std::uint32_t held = 0;
  std::uint32_t waiting = 0; ///< Fetched and not yet dialled.
  std::uint64_t reconnects = 0;
  std::uint64_t bans = 0;
  std::uint64_t bytes_in = 0; ///< Of ended connections, and of live ones as last reported.
  std::uint64_t bytes_out = 0;
  std::map<std::string, std::uint64_t> messages_in; ///< By command, as far as they were reported.
  std::uint64_t visits_ms = 0;                      ///< Durations of ended outbound visits, summed.
  std::uint64_t handshakes_ms = 0;                  ///< Of those that came so far, summed.
  std::uint64_t round_trips = 0;
  std::uint64_t round_trips_us = 0; ///< Summed.
  /// What is kept for each connection and endpoint of the pool, by the size of its parts; what the
  /// allocator and the kernel add is not seen from here.
  std::uint64_t memory_bytes = 0;
  SEEDWALK_INSPECT(pool_snapshot, token, counters, by_phase, by_direction, outbound_slots,
                   inbound_slots, held, waiting, reconnects, bans, bytes_in, bytes_out, messages_in,
                   visits_ms, handshakes_ms, round_trips, round_trips_us, memory_bytes)
};

/// Anybody to manager: how is the pool? Answered by `pool_snapshot`.
struct ask_snapshot {
  net::owner from;
  std::uint64_t token = 0;
  SEEDWALK_INSPECT(ask_snapshot, from, token)
};

/// The live connections, in the order of their endpoints.
struct peer_list {
  std::uint64_t token = 0;
  std::vector<std::pair<net::endpoint, pool_entry>> peers;
  std::chrono::nanoseconds now{0}; ///< For `last_seen` and the like.
  SEEDWALK_INSPECT(peer_list, token, peers, now)
};

/// Anybody to manager: who is connected? Answered by `peer_list`.
struct ask_peers {
  net::owner from;
  std::uint64_t token = 0;
  SEEDWALK_INSPECT(ask_peers, from, token)
};

} // namespace seedwalk::actors
