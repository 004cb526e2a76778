#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "net/asio/asio_core.hpp"
#include "net/asio/listening_socket.hpp"

namespace seedwalk::net {

/// One listening socket of `asio_network`. Thread: that of the io_context. Lifetime: shared by the
/// door's table and by each handler under way.
///
/// It is watched only while there is credit. Where accept() fails for want of descriptors or
/// memory, it rests for `asio_options::accept_pause` and tries again: watching on would spin, for
/// the connection in the queue keeps the socket readable.
class asio_listener final : public std::enable_shared_from_this<asio_listener> {
public:
  asio_listener(std::shared_ptr<asio_core> core, listener_id id, net::owner owner);

  /// Enters the door's table and listens; the answer is delivered later.
  void open(const address& local);
  void accept(std::uint32_t connections);
  void stop();

private:
  void arm();
  void pause();
  void on_readable();
  int accept_one();
  void fail(error reason);

  std::shared_ptr<asio_core> core_;
  const listener_id id_;
  const owner owner_;
  std::optional<listening_socket> socket_; ///< Empty: does not listen.
  watched_descriptor watch_;
  io_timer pause_;
  std::uint64_t credit_ = 0;
  bool armed_ = false; ///< Watched or paused.
};

} // namespace seedwalk::net
