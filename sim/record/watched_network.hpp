#pragma once

#include "actors/runtime/process.hpp"
#include "net/door/network.hpp"

namespace seedwalk::sim {

/// Stands between the actors and a network door, and adds every call to the process's chain: its
/// kind, its ids and arguments, each byte written, and the id that the inner door gave.
///
/// The same in every runtime that has a chain, so a replay whose inner door does nothing is
/// compared with what a real one was told. Threads: that of the world. The world and the inner door
/// outlive it.
class watched_network final : public net::network {
public:
  watched_network(sim::process& process, net::network& inner) : process_(process), inner_(inner) {}

  net::connection_id connect(const net::address& peer, std::chrono::milliseconds timeout,
                             net::owner owner) override;
  net::listener_id listen(const net::address& local, net::owner owner) override;
  void accept(net::listener_id local, std::uint32_t connections) override;
  void stop_listening(net::listener_id local) override;
  void own(net::connection_id id, net::owner owner) override;
  void want(net::connection_id id, std::uint32_t bytes) override;
  void write(net::connection_id id, net::buffer data) override;
  void end_output(net::connection_id id) override;
  void close(net::connection_id id, net::closing closing) override;
  net::resolve_id resolve(const std::string& host, std::uint16_t port,
                          std::chrono::milliseconds timeout, net::owner owner) override;
  void find_routes(net::owner owner) override;
  net::datagram_socket_id open_datagrams(const net::endpoint& local, net::owner owner) override;
  void want_datagrams(net::datagram_socket_id id, std::uint32_t datagrams) override;
  void send_datagram(net::datagram_socket_id id, const net::endpoint& to, const net::endpoint& from,
                     net::buffer data) override;
  void close_datagrams(net::datagram_socket_id id) override;

  /// The last id that the inner door gave for a call: what its ids go on from.
  std::uint64_t last_asked() const { return last_asked_; }
  /// What it was, where the inner door goes on from there.
  void resume(std::uint64_t last_asked) { last_asked_ = last_asked; }

private:
  process& process_;
  net::network& inner_;
  std::uint64_t last_asked_ = 0;
};

} // namespace seedwalk::sim
