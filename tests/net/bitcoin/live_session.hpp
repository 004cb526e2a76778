#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "net/base/archive.hpp"
#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/session.hpp"

namespace seedwalk::net::test {

using namespace std::chrono_literals;

inline constexpr magic_bytes test_magic = {0xfa, 0xbf, 0xb5, 0xda};
inline const endpoint test_peer = ipv4_endpoint(0x7f010001, 18444);

inline session_config test_config() {
  session_config config;
  config.magic = test_magic;
  config.nonce_key = 0x5eed;
  return config;
}

/// What a well-behaved, recent peer says of itself.
inline msg::version peer_version(std::int32_t protocol = protocol_version) {
  msg::version v;
  v.protocol = protocol;
  v.services = 0x409;
  v.time = 1'700'000'000;
  v.sender.emplace();
  v.sender->nonce = 0xabcdef;
  v.user_agent = "/Satoshi:28.0.0/";
  v.start_height = 800'000;
  v.relay = true;
  return v;
}

inline msg::addr_entry entry_of(std::uint32_t i) {
  return {ipv4_endpoint(0x7f020000 + i, 18444), 1'700'000'000, 0x409};
}

inline msg::addrv2 block_of(std::uint32_t first, std::uint32_t count) {
  msg::addrv2 block;
  for (std::uint32_t i = 0; i != count; ++i)
    block.entries.push_back(entry_of(first + i));
  return block;
}

/// A session, its configuration and the moment, with all that it did so far: what an actor would
/// be, less the actor.
class live_session {
public:
  explicit live_session(net::direction direction = direction::outbound, visit_plan plan = {},
                        const endpoint& peer = test_peer)
      : session(direction, peer, make_version_nonce(0x5eed, 77), steady_time{0}, plan) {
    now.wall = 1'700'000'000s;
  }

  session_step step() { return {config, now, effects}; }

  void connect() {
    session.on_connected(step());
    collect();
  }

  void hear_bytes(byte_view data) {
    while (!data.empty() && allowance > 0) {
      const auto n = std::min<std::size_t>(data.size(), allowance);
      allowance -= static_cast<std::uint32_t>(n);
      session.on_received(step(), data.first(n));
      data = data.subspan(n);
      collect();
    }
    undelivered.insert(undelivered.end(), data.begin(), data.end());
  }

  /// Several messages in one segment.
  void hear(std::initializer_list<message> messages) {
    bytes data;
    for (const auto& m : messages)
      append_message(data, config.magic, m);
    hear_bytes(data);
  }
  void hear(const message& m) { hear({m}); }

  void shake_hands(std::int32_t protocol = protocol_version) {
    connect();
    hear({peer_version(protocol), msg::verack{}});
  }

  /// Lets time pass, with a tick at each deadline on the way.
  void pass(steady_time duration) {
    const auto until = now.steady + duration;
    int at_once = 0;
    for (auto due = session.deadline(config); due && *due <= until;
         due = session.deadline(config)) {
      at_once = *due > now.steady ? 0 : at_once + 1;
      ASSERT_LE(at_once, 3) << "a tick that leaves its deadline where it was";
      now.steady = std::max(now.steady, *due);
      session.on_tick(step());
      collect();
    }
    now.steady = until;
  }

  void take_addresses() {
    handed_on = 0;
    session.addresses_taken(step());
    collect();
  }

  /// The door ends the connection, in the way that we asked for unless told otherwise.
  void close(std::optional<error> reason = std::nullopt) {
    const auto asked = closed_by == closing::abort ? error::aborted
                       : closed_by                 ? error::none
                                                   : error::reset;
    session.on_closed(step(), reason.value_or(asked));
    collect();
  }

  void input_ends() {
    session.on_input_ended(step());
    collect();
  }

  /// Looks at the effects of one event, notes them, and clears them.
  void collect() {
    byte_view out = effects.output;
    decoder reader{{.magic = config.magic}};
    for (;;) {
      auto event = reader.next(out);
      if (auto whole = std::get_if<decoded_message>(&event))
        said.push_back(std::move(whole->value));
      else
        break;
    }
    all_output.insert(all_output.end(), effects.output.begin(), effects.output.end());
    writes += !effects.output.empty();
    allowance += effects.want;
    events.insert(events.end(), effects.events.begin(), effects.events.end());
    notes.insert(notes.end(), effects.messages.begin(), effects.messages.end());
    addresses.append(effects.addresses);
    handed_on += !effects.addresses.empty();
    if (effects.close)
      closed_by = effects.close;
    if (effects.summary) {
      ++summaries;
      summary = effects.summary;
    }
    effects.clear();
  }

  std::vector<std::string> said_names() const {
    std::vector<std::string> names;
    for (const auto& m : said)
      names.emplace_back(command_of(m));
    return names;
  }

  /// The nonce of the ping behind getaddr, if there is one.
  std::optional<std::uint64_t> marker() const {
    for (std::size_t i = 1; i < said.size(); ++i)
      if (auto ping = std::get_if<msg::ping>(&said[i]);
          ping && std::holds_alternative<msg::getaddr>(said[i - 1]))
        return ping->nonce;
    return std::nullopt;
  }

  /// An answer to that ping.
  msg::pong marker_pong() const { return {marker().value_or(0)}; }

  /// An answer to the last ping of ours that measures a round trip.
  msg::pong pong() const {
    msg::pong answer;
    for (const auto& m : said)
      if (auto ping = std::get_if<msg::ping>(&m); ping && ping->nonce && ping->nonce != marker())
        answer.nonce = *ping->nonce;
    return answer;
  }

  template <class Event>
  std::size_t count_of() const {
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [](const auto& e) {
      return std::holds_alternative<Event>(e);
    }));
  }

  session_config config = test_config();
  instant now;
  net::session session;
  session_effects effects;

  std::vector<message> said;
  bytes all_output;
  std::size_t writes = 0;
  std::uint32_t allowance = 0;
  bytes undelivered; ///< Arrived while nothing was wanted.
  std::vector<session_event> events;
  std::vector<message_note> notes;
  msg::addr_list addresses;
  int handed_on = 0; ///< How many times since addresses were taken.
  std::optional<closing> closed_by;
  int summaries = 0;
  std::optional<visit_summary> summary;
};

/// Ends a visit whose outcome is decided, and says which.
inline visit_summary end_of(live_session& live) {
  live.close();
  return live.summary.value_or(visit_summary{});
}

} // namespace seedwalk::net::test
