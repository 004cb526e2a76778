#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "net/network.hpp"

namespace seedwalk::sim {

/// The network door of a replay: does nothing, and gives the ids that `asio_network` gave.
///
/// Those come from one counter, from which an accepted connection takes its number when its
/// `accepted` is delivered: whoever drives the replay says so by `saw`, before the completion
/// reaches its owner.
class replayed_network final : public net::network {
public:
  void saw(const net::completion& what) {
    if (const auto one = std::get_if<net::accepted>(&what))
      last_ = std::max(last_, one->connection.value);
  }

  net::connection_id connect(const net::address&, std::chrono::milliseconds, net::owner) override {
    return {++last_};
  }
  net::listener_id listen(const net::address&, net::owner) override { return {++last_}; }
  net::resolve_id resolve(const std::string&, std::uint16_t, std::chrono::milliseconds,
                          net::owner) override {
    return {++last_};
  }
  net::datagram_socket_id open_datagrams(const net::endpoint&, net::owner) override {
    return {++last_};
  }
  void accept(net::listener_id, std::uint32_t) override {}
  void stop_listening(net::listener_id) override {}
  void own(net::connection_id, net::owner) override {}
  void want(net::connection_id, std::uint32_t) override {}
  void write(net::connection_id, net::buffer) override {}
  void end_output(net::connection_id) override {}
  void close(net::connection_id, net::closing) override {}
  void want_datagrams(net::datagram_socket_id, std::uint32_t) override {}
  void send_datagram(net::datagram_socket_id, const net::endpoint&, net::buffer) override {}
  void close_datagrams(net::datagram_socket_id) override {}

private:
  std::uint64_t last_ = 0;
};

} // namespace seedwalk::sim
