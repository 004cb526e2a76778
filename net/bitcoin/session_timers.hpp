#pragma once

#include <chrono>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// How long a session waits for what, on one kind of network.
///
/// "Never" in the column on the right means what it says: a peer that keeps talking wins no time.
struct session_timers {
  using duration = std::chrono::milliseconds;

  //                           starts                    reset by
  duration connect;         ///<  before the dial           never; the network door keeps it
  duration handshake;       ///<  connected                 never
  duration message_idle;    ///<  a message's first byte    each further byte
  duration message_whole;   ///<  a message's first byte    never
  duration first_addresses; ///<  getaddr written           never
  duration quiet_addresses; ///<  a block that answers      each further valid block
  duration all_addresses;   ///<  getaddr written           never
  duration probe;           ///<  ping written              never

  friend bool operator==(const session_timers&, const session_timers&) = default;

  SEEDWALK_INSPECT(session_timers, connect, handshake, message_idle, message_whole, first_addresses,
                   quiet_addresses, all_addresses, probe)
};

/// What an address costs to reach differs: a Tor circuit takes longer than a TCP handshake.
struct timer_table {
  session_timers clearnet; ///< IPv4 and IPv6, and the meshes that look like them.
  session_timers tor;
  session_timers i2p;

  const session_timers& of(network_id network) const {
    switch (network) {
    case network_id::torv2:
    case network_id::torv3:
      return tor;
    case network_id::i2p:
      return i2p;
    default:
      return clearnet;
    }
  }

  friend bool operator==(const timer_table&, const timer_table&) = default;

  SEEDWALK_INSPECT(timer_table, clearnet, tor, i2p)
};

/// Bitcoin Core waits 5 s for a TCP connection (netbase.h) and 60 s for a handshake (net.h); a
/// crawler that never waits long for one peer may be stricter with a whole handshake, not with a
/// connection over Tor or I2P. Core before 22 delays the answer to getaddr by an exponential time
/// of mean 30 s, later versions answer at once.
inline constexpr timer_table default_timers = [] {
  using std::chrono_literals::operator""s;
  return timer_table{
      .clearnet = {5s, 30s, 5s, 30s, 45s, 2s, 60s, 10s},
      .tor = {60s, 60s, 15s, 60s, 60s, 5s, 90s, 30s},
      .i2p = {45s, 90s, 20s, 90s, 60s, 8s, 120s, 30s},
  };
}();

/// How a connection that stays is kept alive, on every network alike (Core: PING_INTERVAL and
/// TIMEOUT_INTERVAL in net.h and net_processing.cpp).
struct keep_alive_timers {
  std::chrono::milliseconds ping_every = std::chrono::minutes{2};
  std::chrono::milliseconds ping_timeout = std::chrono::minutes{20};
  std::chrono::milliseconds inactivity = std::chrono::minutes{20}; ///< No byte received at all.

  friend bool operator==(const keep_alive_timers&, const keep_alive_timers&) = default;

  SEEDWALK_INSPECT(keep_alive_timers, ping_every, ping_timeout, inactivity)
};

} // namespace seedwalk::net
