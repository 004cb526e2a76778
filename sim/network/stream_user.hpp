#pragma once

#include <cstdint>
#include <string>

#include "net/address/endpoint.hpp"
#include "net/base/buffer.hpp"
#include "net/base/error.hpp"
#include "net/base/owner.hpp"
#include "net/door/completion.hpp"

namespace seedwalk::sim {

/// One side of one simulated connection, while it lasts. A stale one is recognised and ignored.
struct stream_ref {
  std::uint64_t value = 0;
  friend bool operator==(const stream_ref&, const stream_ref&) = default;
};

/// What a user knows a side by; handed back with everything that happens to it.
struct stream_tag {
  net::connection_id id;
  net::owner owner;
};

/// Where a connection leads from and to: endpoints, or a Unix path.
struct route {
  net::endpoint from;
  net::endpoint to;
  std::string path; ///< Not empty: a Unix socket, and the endpoints mean nothing.
  std::uint64_t dialler =
      0; ///< The name of the host that dials: loopback addresses are everybody's.
};

/// Who sits at one end of a simulated connection: a network door, or a node model.
///
/// Each side hears, in this order and no other, what the network door's contract says of a
/// connection. Called between steps; may call the transport back.
class stream_user {
public:
  virtual ~stream_user() = default;
  virtual void on_connected(stream_ref at, const stream_tag& tag, const net::endpoint& local) = 0;
  virtual void on_connect_failed(stream_ref at, const stream_tag& tag, net::error reason) = 0;
  virtual void on_received(stream_ref at, const stream_tag& tag, net::buffer&& data) = 0;
  virtual void on_drained(stream_ref at, const stream_tag& tag) = 0;
  virtual void on_input_ended(stream_ref at, const stream_tag& tag) = 0;
  /// The last thing heard of this side; `at` is stale from now on.
  virtual void on_closed(stream_ref at, const stream_tag& tag, net::error reason) = 0;
  /// A timer started by this side is due.
  virtual void on_timer(stream_ref at, const stream_tag& tag, std::uint8_t kind) = 0;
};

/// Who takes connections that somebody dialled.
class stream_acceptor {
public:
  virtual ~stream_acceptor() = default;
  /// There is room for one more that nobody has taken yet; if not, the dial is not answered.
  virtual bool has_room() const = 0;
  /// The connection is open. Nothing of it is delivered until `transport::own`.
  virtual void on_established(stream_ref at, const route& route) = 0;
};

/// What a dial finds at its end.
struct dial_answer {
  enum class kind : std::uint8_t { accepts, fails, silent };
  kind type = kind::silent;
  stream_acceptor* acceptor = nullptr;     ///< If it accepts.
  net::error reason = net::error::refused; ///< If it fails.
};

/// Who knows what listens where.
class switchboard {
public:
  virtual ~switchboard() = default;
  virtual dial_answer find(const route& route) = 0;
};

} // namespace seedwalk::sim
