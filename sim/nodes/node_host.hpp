#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/base/fifo.hpp"
#include "sim/network/internet.hpp"
#include "sim/nodes/node_model.hpp"
#include "sim/nodes/topology.hpp"

namespace seedwalk::sim {

/// Hears what happens to the nodes of a host, as it does. Calls nobody back. Views are valid during
/// the call.
class node_listener {
public:
  virtual ~node_listener() = default;
  /// `peer` has connected to a node.
  virtual void on_accepted(std::uint32_t /*node*/, const net::endpoint& /*peer*/) {}
  virtual void on_heard(std::uint32_t /*node*/, net::byte_view /*data*/) {}
  /// All that a node says in one turn, piece by piece, and then `on_said_all`.
  virtual void on_said(std::uint32_t /*node*/, net::byte_view /*data*/) {}
  virtual void on_said_all(std::uint32_t /*node*/) {}
  /// Of one connection: its input has ended in order; it is over.
  virtual void on_input_ended(std::uint32_t /*node*/) {}
  virtual void on_closed(std::uint32_t /*node*/, net::error /*reason*/) {}
  virtual void on_violation(std::uint32_t /*node*/, const node_violation&) {}
};

/// "127.1.0.1:18444 heard us break the protocol: a second version".
std::string to_string(const node_violation& v);

/// Puts a population of node models on a simulated internet.
///
///     internet where(options, events, world);
///     topology nodes(topology_options);
///     bitcoin_nodes models(nodes);
///     node_host host(where, nodes, models);
///
/// Internet, topology and population outlive the host, which outlives the schedule's last event.
class node_host final : private stream_user {
public:
  /// At most this many violations are kept; the rest is counted.
  static constexpr std::size_t violations_max = 1000;

  node_host(sim::internet& internet, const topology& nodes, node_population& models);
  ~node_host() override;

  const std::vector<node_violation>& violations() const { return violations_; }
  std::uint64_t violation_count() const { return violation_count_; }
  /// Connections that nodes have accepted since the beginning, and now.
  std::uint64_t accepted() const { return accepted_; }
  /// The same of one node, since the beginning.
  std::uint64_t accepted_by(std::uint32_t node) const { return accepted_by_[node]; }
  std::size_t open() const { return open_; }
  /// `listener` hears of everything from now on, until it is to be ignored.
  void listen(node_listener& listener) { listeners_.push_back(&listener); }
  void ignore(node_listener& listener) { std::erase(listeners_, &listener); }
  /// Calls `heard` with each node that accepts a connection, when it does.
  void watch(std::function<void(const net::endpoint& node)> heard) { heard_ = std::move(heard); }

private:
  struct acceptor;
  struct guest {
    std::uint32_t node = 0;
    bool reads = true;
    std::unique_ptr<node_session> session;
  };
  class io;

  void on_connected(stream_ref at, const stream_tag& tag, const net::endpoint& local) override;
  void on_connect_failed(stream_ref at, const stream_tag& tag, net::error reason) override;
  void on_received(stream_ref at, const stream_tag& tag, net::buffer&& data) override;
  void on_drained(stream_ref at, const stream_tag& tag) override;
  void on_input_ended(stream_ref at, const stream_tag& tag) override;
  void on_closed(stream_ref at, const stream_tag& tag, net::error reason) override;
  void on_timer(stream_ref at, const stream_tag& tag, std::uint8_t kind) override;
  /// Calls `tell` with each listener.
  template <class Tell>
  void tell(Tell&& tell) {
    for (auto* listener : listeners_)
      tell(*listener);
  }
  template <class Call>
  void act(stream_ref at, std::uint64_t number, Call&& call);
  void welcome(std::uint32_t node, stream_ref at, const route& route);

  internet& internet_;
  const topology& nodes_;
  node_population& models_;
  std::vector<std::unique_ptr<acceptor>> acceptors_;
  std::vector<guest> guests_;
  std::vector<std::uint32_t> free_guests_;
  std::vector<node_violation> violations_;
  std::uint64_t violation_count_ = 0;
  std::uint64_t accepted_ = 0;
  std::vector<std::uint32_t> accepted_by_;
  std::size_t open_ = 0;
  std::function<void(const net::endpoint&)> heard_;
  std::vector<node_listener*> listeners_;
};

} // namespace seedwalk::sim
