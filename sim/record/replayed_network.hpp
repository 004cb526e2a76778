#pragma once

#include <cstdint>
#include <string>

#include "net/door/network.hpp"
#include "net/door/network_ids.hpp"

namespace seedwalk::sim {

/// The network door of a replay: does nothing, and gives the ids that follow from the calls. Those
/// of accepted connections come with the recorded `accepted`.
class replayed_network final : public net::network {
public:
  net::connection_id connect(const net::address&, std::chrono::milliseconds, net::owner) override {
    return {next()};
  }
  net::listener_id listen(const net::address&, net::owner) override { return {next()}; }
  net::resolve_id resolve(const std::string&, std::uint16_t, std::chrono::milliseconds,
                          net::owner) override {
    return {next()};
  }
  net::datagram_socket_id open_datagrams(const net::endpoint&, net::owner) override {
    return {next()};
  }
  void find_routes(net::owner) override {}
  void accept(net::listener_id, std::uint32_t) override {}
  void stop_listening(net::listener_id) override {}
  void own(net::connection_id, net::owner) override {}
  void want(net::connection_id, std::uint32_t) override {}
  void write(net::connection_id, net::buffer) override {}
  void end_output(net::connection_id) override {}
  void close(net::connection_id, net::closing) override {}
  void want_datagrams(net::datagram_socket_id, std::uint32_t) override {}
  void send_datagram(net::datagram_socket_id, const net::endpoint&, const net::endpoint&,
                     net::buffer) override {}
  void close_datagrams(net::datagram_socket_id) override {}

  /// Goes on behind this id.
  void resume(std::uint64_t last_asked) { ids_.resume(last_asked); }

private:
  std::uint64_t next() { return ids_.next_asked(); }

  net::network_ids ids_;
};

} // namespace seedwalk::sim
