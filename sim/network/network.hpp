#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "net/base/fifo.hpp"
#include "net/door/completion.hpp"
#include "net/door/network.hpp"
#include "net/door/network_ids.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/stream_user.hpp"

namespace seedwalk::sim {

/// The network door of one simulated host.
///
/// Several doors on one `internet` are several hosts: crawlers that meet each other, or a crawler
/// and a program of somebody else's.
///
/// A host has an address on each network that it can dial: without one, dials to Tor v3 and I2P are
/// `address_not_supported`, those to other networks `network_unreachable`. Loopback is this
/// machine for every host: its endpoints are shared by all of them, and so are Unix paths.
class network final : public net::network,
                      private stream_user,
                      private datagram_user,
                      private event_source {
public:
  /// Dials leave from these, those to loopback from 127.0.0.1 or ::1. Ports are ignored.
  struct host {
    std::vector<net::endpoint> addresses = {net::ipv4_endpoint(0xc6336401, 0)}; // 198.51.100.1
    /// Which door of this host it is, from 1: what a host does has new names after a restart.
    std::uint64_t incarnation = 1;
  };

  /// Internet and sink outlive the door, and the door outlives the schedule's last event: of a host
  /// that dies earlier (`vanish`) the door stays.
  network(sim::internet& internet, net::completion_sink& sink) : network(internet, sink, host{}) {}
  network(sim::internet& internet, net::completion_sink& sink, host self);
  ~network() override;

  /// The host is given one more address, and with it a route to that network.
  void add_address(net::endpoint address);

  /// The host's process dies: every connection is reset, every socket gone, nothing is delivered
  /// any more, and calls do nothing.
  void vanish();

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

private:
  struct listener;
  struct question {
    net::owner owner;
    net::completion answer;
  };
  struct datagram_socket {
    net::owner owner;
    net::endpoint local;
    net::error failed = net::error::none;
    std::uint64_t at = 0; ///< Its number in the exchange.
  };
  enum class event : std::uint8_t { listening, accept, answered, datagrams_opened };
  /// What a call is about, and which of its kind it is: what names its events.
  std::uint64_t name_of_call(purpose kind, std::uint64_t about);

  void on_connected(stream_ref at, const stream_tag& tag, const net::endpoint& local) override;
  void on_connect_failed(stream_ref at, const stream_tag& tag, net::error reason) override;
  void on_received(stream_ref at, const stream_tag& tag, net::buffer&& data) override;
  void on_drained(stream_ref at, const stream_tag& tag) override;
  void on_input_ended(stream_ref at, const stream_tag& tag) override;
  void on_closed(stream_ref at, const stream_tag& tag, net::error reason) override;
  void on_timer(stream_ref at, const stream_tag& tag, std::uint8_t kind) override;
  void on_datagram(std::uint64_t tag, const net::endpoint& from, const net::endpoint& to,
                   net::buffer&& data) override;
  void on_due(std::uint64_t payload) override;

  void deliver(net::owner to, net::completion&& completion);
  void plan(event kind, std::uint64_t id, schedule::lane& in);
  void plan_alone(event kind, std::uint64_t id, std::uint64_t name, net::steady_time due);
  stream_ref stream_of(net::connection_id id) const;
  bool is_own(const net::endpoint& address) const;
  const net::endpoint* own_address_for(const net::endpoint& peer) const;
  std::vector<net::endpoint> addresses_of(const net::endpoint& local) const;
  net::error local_for(const net::endpoint& peer, net::endpoint& local);
  net::error bind(listener& l, const net::address& local);
  net::error bind_ip(listener& l, net::endpoint local);
  net::error bind_port(listener& l, const net::endpoint& local);
  void unbind(listener& l);
  void announce(listener& l);
  void accept_waiting(listener& l);

  internet& internet_;
  net::completion_sink& sink_;
  host host_;
  std::uint64_t key_ = 0;                        ///< Of the host: from its addresses.
  std::map<std::uint64_t, std::uint64_t> calls_; ///< So far, by what they are about.
  net::network_ids ids_;
  std::uint64_t last_question_ = 0; ///< Of those that have no id of the door.
  std::uint16_t last_port_ = 0;
  bool is_dead_ = false;
  // order never seen: asked by number; code that needs an order sorts
  std::unordered_map<std::uint64_t, stream_ref> connections_;
  std::map<std::uint64_t, std::unique_ptr<listener>> listeners_;
  std::map<std::uint64_t, question> questions_;
  std::map<std::uint64_t, datagram_socket> sockets_;
};

} // namespace seedwalk::sim
