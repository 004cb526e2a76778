#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/base/inspect.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/session_timers.hpp"

namespace seedwalk::net {

/// How much one peer may cost us. A peer that goes beyond the budgets is sent away as `misbehaved`.
struct session_limits {
  /// How many bytes a session lets the door deliver ahead of it.
  std::uint32_t receive_window = 64u << 10;

  /// What a connection may send us: at once, and for each second that it lasts. A visit needs some
  /// 60 kB; a held peer that announces blocks to us, a few kB a minute.
  std::uint64_t bytes_at_once = 16u << 20;
  std::uint64_t bytes_per_second = 16u << 10;

  /// The same in messages, however small: each ping costs us a pong, and 20,000 unread pongs still
  /// fit into what the door is willing to queue.
  std::uint64_t messages_at_once = 20'000;
  std::uint64_t messages_per_second = 10;

  /// How many entries of an answer to getaddr are handed on; what comes beyond is counted only.
  /// Core answers with at most 1000, before 0.21 with at most 2500.
  std::uint32_t answer_entries = 10'000;

  /// How fast unasked entries are handed on: one each interval (Core's MAX_ADDR_RATE_PER_SECOND),
  /// saved up to a burst. What comes beyond is counted only.
  std::chrono::milliseconds gossip_interval = std::chrono::seconds{10};
  std::uint32_t gossip_burst = 10;

  /// How many BIP434 feature ids are kept for the record.
  std::uint32_t feature_ids = 16;

  friend bool operator==(const session_limits&, const session_limits&) = default;
};

/// What all sessions of a crawler have in common. Sessions do not own it: each event brings it
/// along, so that a changed configuration holds for every live session from its next event on.
struct session_config {
  magic_bytes magic{};

  /// What our `version` says. The user agent wants a way to reach the operator; BIP14 shapes it.
  std::int32_t protocol_version = net::protocol_version;
  std::uint64_t services = 0;
  std::string user_agent = "/Seedwalk:0.1.0/";
  std::int32_t start_height = 0;
  bool relay = false;
  /// Where we listen, announced in version.addr_from without an address, so that a peer which dials
  /// us too can tell that we are one; 0 if nowhere.
  std::uint16_t listen_port = 0;

  /// Secret of this run: recognises our own version nonces, and draws nonces of pings.
  std::uint64_t nonce_key = 0;

  /// Peers that we dialled must offer all of these, else `services_missing`.
  std::uint64_t required_services = 0;
  /// Peers whose user agent matches any of these are `banned` (see net/base/text_pattern.hpp).
  std::vector<std::string> banned_user_agents;
  /// Unless empty, peers whose user agent matches none of these are `banned`: chains share magics.
  std::vector<std::string> required_user_agents;

  timer_table timers = default_timers;
  keep_alive_timers keep_alive;
  session_limits limits;

  friend bool operator==(const session_config&, const session_config&) = default;
};

/// The first thing that makes a configuration unusable, as one sentence for an operator; nothing if
/// all is well.
std::optional<std::string> problem_in(const session_config& config);

/// False if the patterns of `config` forbid a peer that calls itself `user_agent`.
bool welcomes(const session_config& config, std::string_view user_agent);

/// What a session is for. Part of the session, not of the configuration: it differs by peer.
struct visit_plan {
  bool ask_addresses = true; ///< getaddr; else only a ping, to see that it lives. Outbound only.
  bool hold = false;         ///< Stay when that is done. Inbound sessions always stay.

  friend bool operator==(const visit_plan&, const visit_plan&) = default;

  SEEDWALK_INSPECT(visit_plan, ask_addresses, hold)
};

/// A nonce for our `version`, half of it a tag by which any session of this run knows it again:
/// Core keeps a list of those in use, which sessions that share nothing cannot.
std::uint64_t make_version_nonce(std::uint64_t nonce_key, std::uint32_t draw);

/// True for what `make_version_nonce` returns for this key, and for one in 2^32 of all others.
bool is_own_version_nonce(std::uint64_t nonce_key, std::uint64_t nonce);

} // namespace seedwalk::net
