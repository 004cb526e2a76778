#pragma once

#include <cstdint>
#include <memory>

#include "net/asio/asio_core.hpp"
#include "net/asio/socket_address.hpp"

namespace seedwalk::net {

/// One UDP socket of `asio_network`. Thread: that of the io_context. Lifetime: shared by the door's
/// table and by each handler under way. Watched only while there is credit; what comes meanwhile is
/// kept, and in the end dropped, by the kernel.
class asio_datagrams final : public std::enable_shared_from_this<asio_datagrams> {
public:
  asio_datagrams(std::shared_ptr<asio_core> core, datagram_socket_id id, net::owner owner);

  /// Enters the door's table and binds; the answer is delivered later.
  void open(const endpoint& local);
  void want(std::uint32_t datagrams);
  void send(const endpoint& to, const endpoint& from, const buffer& data);
  void close();

private:
  error bind(const endpoint& local);
  void arm();
  void on_readable();

  std::shared_ptr<asio_core> core_;
  const datagram_socket_id id_;
  const owner owner_;
  watched_descriptor socket_;
  endpoint local_; ///< As bound.
  std::uint64_t credit_ = 0;
  bool armed_ = false;
};

} // namespace seedwalk::net
