#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "net/address/endpoint.hpp"
#include "net/base/buffer.hpp"
#include "net/base/owner.hpp"
#include "net/door/completion.hpp"

namespace seedwalk::net {

/// How to end a connection.
enum class closing : std::uint8_t {
  graceful, ///< What is queued is sent first, then FIN. Input is discarded from now on.
  abort,    ///< RST at once; what is queued is lost.
};

/// The network door: the only way by which bytes enter or leave an actor.
///
/// A call returns at once, with an id at most. What comes of it is a completion, given to the
/// `completion_sink` that the door was built with and delivered to the owner between two steps. A
/// connection's owner hears, in this order and no other:
///
///     connect()  ->  connected | connect_failed
///     accepted   ->  nothing at all until own()
///     connected  ->  (received | drained)*  ->  [input_ended -> (drained)*]  ->  closed
///
/// that is exactly one `connect_failed`, or exactly one `closed` with nothing after it, for each
/// connection that it dialled or took over. A close() during a dial ends it with `closed` alone.
/// Once both sides have ended in order (`input_ended` was heard, `end_output` was called, and all
/// was sent) `closed` with `error::none` follows by itself.
///
/// What is asked for during a dial (want, write, end_output) takes effect once `connected`; on an
/// accepted connection, once somebody owns it. A close() before that ends it in silence.
///
/// Flow control: nothing is read until `want` asks, and no more than it asked for; end of input is
/// noticed only while something is wanted; a reset may be noticed at any time. Connections are
/// accepted only against accept credit, datagrams against datagram credit. So a slow owner slows
/// its peer, and not the process.
///
/// Ids follow from calls: what a call asks for takes the next even number, whatever kind of id it
/// is, and an accepted connection the next odd one, when its `accepted` is delivered (see
/// `network_ids`). So a replay, which makes the same calls and is told what was accepted, has the
/// same numbers, whichever implementation was recorded.
///
/// Calls that name an unknown or finished id do nothing: the completion that says so is already on
/// its way.
///
/// Threads: called from steps only. Completions may reach the sink from any thread, but never from
/// inside a call of the door, whose caller is in the middle of a step.
/// Implementations: `asio_network` (real sockets), `sim::network` (links, latency, faults),
/// `sim::replayed_network`.
class network {
public:
  /// The most that may be wanted and not yet delivered on one connection.
  static constexpr std::uint32_t max_allowance_bytes = 1u << 20;
  /// Below this many unsent bytes a connection is `drained`.
  static constexpr std::uint32_t low_water_bytes = 64u << 10;
  /// A connection with more unsent bytes than this is cut off with `error::send_queue_full`.
  static constexpr std::uint32_t max_unsent_bytes = 8u << 20;
  /// The largest datagram sent or received; longer ones are dropped.
  static constexpr std::size_t max_datagram_bytes = 1452;

  virtual ~network() = default;

  /// Dials `peer`, for at most `timeout`. The id is valid at once: close() cancels the dial.
  ///
  /// Through a proxy `timeout` begins when the proxy has been asked for the peer, and its end is
  /// `error::timed_out`: on a dead onion a proxy may be silent for as long as it likes. What comes
  /// before, the dial to the proxy and its first answer, has 20 s of its own, and is
  /// `error::proxy_failed` if anything goes wrong.
  virtual connection_id connect(const address& peer, std::chrono::milliseconds timeout,
                                net::owner owner) = 0;

  /// Listens on `local` (port 0: any; 0.0.0.0 or ::: every address). `listening` or `listen_failed`
  /// follows, later `accepted` as credit allows. A Unix path that nobody listens on any more is
  /// replaced; the socket is readable by its owner alone (mode 0600).
  virtual listener_id listen(const address& local, net::owner owner) = 0;

  /// Accepts up to `connections` more; credits add up.
  virtual void accept(listener_id local, std::uint32_t connections) = 0;

  /// Stops listening. Accepted connections live on. Nothing more is heard of the listener.
  virtual void stop_listening(listener_id local) = 0;

  /// Makes `owner` the owner of a connection: what it does from now on is delivered to `owner`.
  virtual void own(connection_id id, net::owner owner) = 0;

  /// Lets up to `bytes` more be delivered. Allowances add up, to `max_allowance_bytes` at most.
  virtual void want(connection_id id, std::uint32_t bytes) = 0;

  /// Queues `data`. `drained` follows once less than `low_water_bytes` are unsent; an owner that
  /// writes on without waiting is cut off beyond `max_unsent_bytes`. After end_output() or close()
  /// it is dropped.
  virtual void write(connection_id id, buffer data) = 0;

  /// Sends what is queued, then ends our side (FIN); the peer may go on.
  virtual void end_output(connection_id id) = 0;

  /// Ends the connection. After `graceful`, `closed` with `error::none` follows once all that was
  /// queued is on its way (the peer's end is not awaited), or once the peer is gone, or after 5 s
  /// of a peer that does not read, which is then cut off. After `abort` it is `error::aborted`, and
  /// follows at once. Twice does nothing, but abort after graceful aborts. Nothing but `closed` is
  /// heard after either.
  virtual void close(connection_id id, net::closing closing) = 0;

  /// Asks for the IPv4 and IPv6 addresses of `host`; `resolved` follows within `timeout`.
  virtual resolve_id resolve(const std::string& host, std::uint16_t port,
                             std::chrono::milliseconds timeout, net::owner owner) = 0;

  /// Asks where this machine has a route to; one `routes_found` follows. Nothing is sent.
  virtual void find_routes(net::owner owner) = 0;

  /// Opens a UDP socket on `local` (port 0: any; 0.0.0.0 or ::: every address);
  /// `datagrams_opened` follows.
  virtual datagram_socket_id open_datagrams(const endpoint& local, net::owner owner) = 0;

  /// Lets `datagrams` more be delivered; credits add up.
  virtual void want_datagrams(datagram_socket_id id, std::uint32_t datagrams) = 0;

  /// Sends one datagram, or drops it, as UDP does. `from` is its source address: an answer on a
  /// socket of every address comes from the `to` of the question's `datagram_received`. The
  /// datagram is dropped if the socket is not bound to that address. The port of `from` is ignored.
  /// Without an address the system chooses.
  virtual void send_datagram(datagram_socket_id id, const endpoint& to, const endpoint& from,
                             buffer data) = 0;

  /// Closes the socket. Nothing more is heard of it.
  virtual void close_datagrams(datagram_socket_id id) = 0;
};

} // namespace seedwalk::net
