#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "net/door/completion.hpp"
#include "net/door/network.hpp"

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace seedwalk::net {

/// How an `asio_network` behaves. The defaults are for production; tests shorten the times.
struct asio_options {
  /// False: calls come from the thread that polls the io_context, and take effect at once. True:
  /// calls may come from any thread, while exactly one other thread runs the io_context; they are
  /// posted to it.
  bool calls_from_any_thread = false;

  /// How long a graceful close waits for a peer that does not read, and how long a closed socket
  /// then takes in and throws away what its peer still sends. (A socket that is closed with unread
  /// input resets, and the reset may overtake the last bytes that we sent.)
  std::chrono::milliseconds graceful_close{5000};

  /// At most this many closed sockets are kept for that; the oldest goes first. Each holds a
  /// descriptor that no limit on connections knows of.
  std::size_t lingering_sockets_max = 512;

  /// How long a listener rests when it may not accept for want of descriptors or memory.
  std::chrono::milliseconds accept_pause{100};

  /// Connections that the kernel keeps ready between two accepts.
  int listen_backlog = 4096;

  /// At most this many names are asked for at once; more wait for their turn.
  std::size_t resolver_threads_max = 4;

  /// A proxy that is not connected and has not chosen a method after this long is
  /// `error::proxy_failed`. What it takes to reach the peer is the dial's own time.
  std::chrono::milliseconds proxy_reply{20000};
};

/// The network door on real sockets, by Boost.Asio.
///
/// Completions are handed to the sink from handlers of the io_context, never from inside a call,
/// and in an order that depends on nothing but the order of calls and of what the kernel reports.
/// The sink must not call the door from `deliver`: it queues, or hands on to a mailbox.
///
/// What a connection costs: an idle one holds no buffer, but waits for readiness; a block of the
/// pool is filled by the kernel and handed on as it is. However many buffers were queued, they
/// leave in one system call (64 buffers at most), after the step that wrote them.
///
/// IPv6 listeners and UDP sockets are v6-only; a CJDNS or Yggdrasil endpoint is dialled as the IPv6
/// address that it is. Nothing here raises SIGPIPE.
///
/// Names are resolved by getaddrinfo in threads of their own, which are detached: a lookup that
/// hangs delays neither its own `resolved` (that keeps its deadline) nor the door's destruction nor
/// the end of the process, but occupies one of `resolver_threads_max` until libc gives it up.
///
/// Lifetime: io_context and sink outlive the door. Destroying it closes every socket, removes its
/// Unix paths, and delivers nothing. With `calls_from_any_thread` the thread of the io_context must
/// have ended by then.
///
/// The io_context runs out of work whenever no socket is watched: who runs it keeps a work guard.
class asio_network final : public network {
public:
  asio_network(boost::asio::io_context& io, completion_sink& sink, asio_options settings = {});
  ~asio_network() override;

  asio_network(const asio_network&) = delete;
  asio_network& operator=(const asio_network&) = delete;

  connection_id connect(const address& peer, std::chrono::milliseconds timeout,
                        net::owner owner) override;
  listener_id listen(const address& local, net::owner owner) override;
  void accept(listener_id local, std::uint32_t connections) override;
  void stop_listening(listener_id local) override;
  void own(connection_id id, net::owner owner) override;
  void want(connection_id id, std::uint32_t bytes) override;
  void write(connection_id id, buffer data) override;
  void end_output(connection_id id) override;
  void close(connection_id id, net::closing closing) override;
  resolve_id resolve(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout,
                     net::owner owner) override;
  void find_routes(net::owner owner) override;
  datagram_socket_id open_datagrams(const endpoint& local, net::owner owner) override;
  void want_datagrams(datagram_socket_id id, std::uint32_t datagrams) override;
  void send_datagram(datagram_socket_id id, const endpoint& to, const endpoint& from,
                     buffer data) override;
  void close_datagrams(datagram_socket_id id) override;

private:
  template <class Call>
  void run(Call&& call);

  std::shared_ptr<struct asio_core> core_;
};

} // namespace seedwalk::net
