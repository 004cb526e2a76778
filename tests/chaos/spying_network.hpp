#pragma once

#include <functional>
#include <utility>

#include "net/door/network.hpp"

namespace seedwalk::test {

/// A network door that shows each buffer on its way to the door behind it.
class spying_network final : public net::network {
public:
  explicit spying_network(net::network& behind) : behind_(behind) {}

  /// Hears of each write, before it is carried out; may be empty.
  std::function<void(net::connection_id id, const net::buffer& data)> written;

  /// Asked before each close: true loses it, as a bug would; may be empty.
  std::function<bool()> forgets_close;

  net::connection_id connect(const net::address& peer, std::chrono::milliseconds timeout,
                             net::owner owner) override {
    return behind_.connect(peer, timeout, owner);
  }
  net::listener_id listen(const net::address& local, net::owner owner) override {
    return behind_.listen(local, owner);
  }
  void accept(net::listener_id local, std::uint32_t n) override { behind_.accept(local, n); }
  void stop_listening(net::listener_id local) override { behind_.stop_listening(local); }
  void own(net::connection_id id, net::owner owner) override { behind_.own(id, owner); }
  void want(net::connection_id id, std::uint32_t bytes) override { behind_.want(id, bytes); }
  void write(net::connection_id id, net::buffer data) override {
    if (written)
      written(id, data);
    behind_.write(id, std::move(data));
  }
  void end_output(net::connection_id id) override { behind_.end_output(id); }
  void close(net::connection_id id, net::closing closing) override {
    if (!forgets_close || !forgets_close())
      behind_.close(id, closing);
  }
  net::resolve_id resolve(const std::string& host, std::uint16_t port,
                          std::chrono::milliseconds timeout, net::owner owner) override {
    return behind_.resolve(host, port, timeout, owner);
  }
  void find_routes(net::owner owner) override { behind_.find_routes(owner); }
  net::datagram_socket_id open_datagrams(const net::endpoint& local, net::owner owner) override {
    return behind_.open_datagrams(local, owner);
  }
  void want_datagrams(net::datagram_socket_id id, std::uint32_t n) override {
    behind_.want_datagrams(id, n);
  }
  void send_datagram(net::datagram_socket_id id, const net::endpoint& to, const net::endpoint& from,
                     net::buffer data) override {
    behind_.send_datagram(id, to, from, std::move(data));
  }
  void close_datagrams(net::datagram_socket_id id) override { behind_.close_datagrams(id); }

private:
  net::network& behind_;
};

} // namespace seedwalk::test
