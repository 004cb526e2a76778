#pragma once

#include <string>
#include <utility>

#include "net/door/network.hpp"

namespace seedwalk::net {

/// A network door that hands each call to the door behind it, which outlives it. Those that stand
/// before a door to hear or to change some of its calls override those.
class forwarding_network : public network {
public:
  explicit forwarding_network(network& behind) : behind_(behind) {}

  connection_id connect(const address& peer, std::chrono::milliseconds timeout,
                        owner owner) override {
    return behind_.connect(peer, timeout, owner);
  }
  listener_id listen(const address& local, owner owner) override {
    return behind_.listen(local, owner);
  }
  void accept(listener_id local, std::uint32_t n) override { behind_.accept(local, n); }
  void stop_listening(listener_id local) override { behind_.stop_listening(local); }
  void own(connection_id id, owner owner) override { behind_.own(id, owner); }
  void want(connection_id id, std::uint32_t count) override { behind_.want(id, count); }
  void write(connection_id id, buffer data) override { behind_.write(id, std::move(data)); }
  void end_output(connection_id id) override { behind_.end_output(id); }
  void close(connection_id id, closing closing) override { behind_.close(id, closing); }
  resolve_id resolve(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout,
                     owner owner) override {
    return behind_.resolve(host, port, timeout, owner);
  }
  void find_routes(owner owner) override { behind_.find_routes(owner); }
  datagram_socket_id open_datagrams(const endpoint& local, owner owner) override {
    return behind_.open_datagrams(local, owner);
  }
  void want_datagrams(datagram_socket_id id, std::uint32_t n) override {
    behind_.want_datagrams(id, n);
  }
  void send_datagram(datagram_socket_id id, const endpoint& to, const endpoint& from,
                     buffer data) override {
    behind_.send_datagram(id, to, from, std::move(data));
  }
  void close_datagrams(datagram_socket_id id) override { behind_.close_datagrams(id); }

protected:
  network& behind_;
};

} // namespace seedwalk::net
