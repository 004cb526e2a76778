#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/address/endpoint.hpp"
#include "net/base/buffer.hpp"
#include "net/base/bytes.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::sim {

/// What a node model can do on one connection. Simulated bytes or a real socket: it cannot tell.
///
/// Valid during a call of the session only.
class node_io {
public:
  virtual ~node_io() = default;

  virtual net::instant now() const = 0;
  virtual void send(net::buffer data) = 0;
  /// Ends the connection in order, after what was sent.
  virtual void close() = 0;
  virtual void reset() = 0;
  /// Nothing more is read: a peer that writes on will have to wait.
  virtual void stop_reading() = 0;
  /// `on_timer(kind)` after `delay`. There is no cancelling.
  virtual void start_timer(std::chrono::nanoseconds delay, std::uint8_t kind) = 0;
  /// The referee speaks: the other side broke the protocol. Names the rule.
  virtual void violation(std::string_view rule) = 0;
};

/// One connection to a node model: a plain state machine over bytes.
///
/// Calls come one at a time; after `close` or `reset`, and after `on_end` of a session that has
/// closed, none come. The session is destroyed when its connection is over.
class node_session {
public:
  virtual ~node_session() = default;
  virtual void on_open(node_io& io) = 0;
  virtual void on_bytes(node_io& io, net::byte_view data) = 0;
  /// The other side ended its half in order.
  virtual void on_end(node_io& io) { io.close(); }
  virtual void on_timer(node_io&, std::uint8_t) {}
};

/// Nodes that somebody can connect to, by number. What runs them (the simulator, a zoo on real
/// ports) asks for a session when a connection is there.
class node_population {
public:
  virtual ~node_population() = default;
  virtual std::unique_ptr<node_session> open(std::uint32_t node, const net::endpoint& peer) = 0;
};

/// A rule that the program under test broke.
struct node_violation {
  net::endpoint node;
  net::steady_time when{0};
  std::string rule;
};

} // namespace seedwalk::sim
