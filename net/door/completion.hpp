#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/buffer.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/sink.hpp"

namespace seedwalk::net {

/// One TCP or Unix connection, from its dial or its acceptance on. Numbers are never used twice in
/// a run.
struct connection_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const connection_id&, const connection_id&) = default;
  SEEDWALK_INSPECT(connection_id, value)
};

/// One listening socket.
struct listener_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const listener_id&, const listener_id&) = default;
  SEEDWALK_INSPECT(listener_id, value)
};

/// One UDP socket.
struct datagram_socket_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const datagram_socket_id&, const datagram_socket_id&) = default;
  SEEDWALK_INSPECT(datagram_socket_id, value)
};

/// One question to the resolver.
struct resolve_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const resolve_id&, const resolve_id&) = default;
  SEEDWALK_INSPECT(resolve_id, value)
};

/// A Unix socket in the file system.
struct unix_path {
  std::string path;
  friend auto operator<=>(const unix_path&, const unix_path&) = default;
  SEEDWALK_INSPECT(unix_path, path)
};

/// An endpoint that is dialled through a SOCKS5 proxy (RFC 1928): the proxy is told its name, or
/// its address if it is an IP one. For dials only.
struct through_proxy {
  endpoint peer;
  endpoint proxy;
  friend auto operator<=>(const through_proxy&, const through_proxy&) = default;
  SEEDWALK_INSPECT(through_proxy, peer, proxy)
};

/// What one can dial or, without a proxy, listen on. Recordings store it by index: append only.
using address = std::variant<endpoint, unix_path, through_proxy>;

/// The dial succeeded. `local` is our side's address (default-constructed on a Unix socket).
struct connected {
  connection_id connection;
  endpoint local;
  SEEDWALK_INSPECT(connected, connection, local)
};

/// The dial failed, and the connection never was.
struct connect_failed {
  connection_id connection;
  error reason = error::unknown;
  SEEDWALK_INSPECT(connect_failed, connection, reason)
};

/// The socket listens. `local` has the real port where 0 was asked for.
struct listening {
  listener_id listener;
  address local;
  SEEDWALK_INSPECT(listening, listener, local)
};

/// The socket does not listen, or no longer does.
struct listen_failed {
  listener_id listener;
  error reason = error::unknown;
  SEEDWALK_INSPECT(listen_failed, listener, reason)
};

/// This machine had nothing left to accept with (descriptors, memory): the listener rests for a
/// moment, and then goes on by itself. Who dials meanwhile waits in the kernel's queue.
struct accept_paused {
  listener_id listener;
  error reason = error::unknown;
  SEEDWALK_INSPECT(accept_paused, listener, reason)
};

/// Somebody dialled us, and one accept credit is spent. Silent until `own` says who looks after it.
struct accepted {
  listener_id listener;
  connection_id connection;
  endpoint peer;  ///< Default-constructed on a Unix socket.
  endpoint local; ///< The address that was dialled; on a wildcard listener it tells which one.
  SEEDWALK_INSPECT(accepted, listener, connection, peer, local)
};

/// Bytes from the peer, never empty, never more than was wanted.
struct received {
  connection_id connection;
  buffer data;
  SEEDWALK_INSPECT(received, connection, data)
};

/// Fewer than `network::low_water_bytes` wait to be sent. Follows each write, at most one for
/// several.
struct drained {
  connection_id connection;
  SEEDWALK_INSPECT(drained, connection)
};

/// The peer ended its side in order. Ours may still send.
struct input_ended {
  connection_id connection;
  SEEDWALK_INSPECT(input_ended, connection)
};

/// The connection is over; the last thing heard of it. `error::none`: both sides ended in order, or
/// we closed it.
struct closed {
  connection_id connection;
  error reason = error::none;
  SEEDWALK_INSPECT(closed, connection, reason)
};

/// The resolver's answer: `reason` is `none` and `addresses` (with the port asked for) are in the
/// order received, or `reason` says why there are none.
struct resolved {
  resolve_id question;
  error reason = error::none;
  std::vector<endpoint> addresses;
  SEEDWALK_INSPECT(resolved, question, reason, addresses)
};

/// The UDP socket is bound to `local`; or, if `reason` is not `none`, is not or no longer.
struct datagrams_opened {
  datagram_socket_id socket;
  error reason = error::none;
  endpoint local;
  SEEDWALK_INSPECT(datagrams_opened, socket, reason, local)
};

/// One datagram; one credit is spent.
struct datagram_received {
  datagram_socket_id socket;
  endpoint from;
  endpoint to; ///< Which of our addresses, with the socket's port.
  buffer data;
  SEEDWALK_INSPECT(datagram_received, socket, from, to, data)
};

/// Where this machine has a route to. Of the two meshes it says so if it has an address of its own
/// in them: a default route alone leads nowhere there.
struct routes_found {
  bool ipv4 = false;
  bool ipv6 = false;
  bool cjdns = false;
  bool yggdrasil = false;
  friend bool operator==(const routes_found&, const routes_found&) = default;
  SEEDWALK_INSPECT(routes_found, ipv4, ipv6, cjdns, yggdrasil)
};

/// Everything that can come through the network door, in one type. Recordings store it by index:
/// append only.
using completion = std::variant<connected, connect_failed, listening, listen_failed, accepted,
                                received, drained, input_ended, closed, resolved, datagrams_opened,
                                datagram_received, routes_found, accept_paused>;

/// Where the network door puts what came of its calls.
using completion_sink = sink<completion>;

template <>
inline constexpr std::uint8_t door_number<completion> = 0;

} // namespace seedwalk::net
