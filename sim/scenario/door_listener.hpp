#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "net/door/forwarding_network.hpp"
#include "store/storage.hpp"

namespace seedwalk::sim {

/// What actors ask of the doors, as listeners hear it. References are valid during the call.
namespace door_call {

/// A dial. Heard when its id is known.
struct connect {
  net::connection_id id;
  net::endpoint peer; ///< Who is to be reached.
  net::owner owner;
  bool by_proxy = false; ///< It is a proxy that is asked for that peer.
};

/// An accepted connection is taken over.
struct own {
  net::connection_id id;
  net::owner owner;
};

/// So many more connections are let in.
struct accept {
  net::listener_id listener;
  std::uint32_t connections = 0;
};

/// So many more bytes are let in.
struct want {
  net::connection_id id;
  std::uint32_t bytes = 0;
};

/// Bytes, on their way out.
struct write {
  net::connection_id id;
  net::byte_view data;
};

/// The end of a connection, in order or at once.
struct close {
  net::connection_id id;
};

/// Heard before it is carried out.
struct batch {
  store::request_id id;
  const store::batch& contents;
};

/// The same.
struct question {
  store::request_id id;
  const store::query& contents;
};

} // namespace door_call

using any_door_call =
    std::variant<door_call::connect, door_call::own, door_call::accept, door_call::want,
                 door_call::write, door_call::close, door_call::batch, door_call::question>;

/// Hears of what crosses the doors of one crawler, whatever is behind them: of each call when it is
/// made, and of each completion when the door has it, before the actor that it is for. Calls nobody
/// back.
class door_listener {
public:
  virtual ~door_listener() = default;
  virtual void on_call(const any_door_call&) {}
  virtual void on_completion(net::owner /*to*/, const net::completion&) {}
  virtual void on_completion(net::owner /*to*/, const store::completion&) {}
};

/// Stands between a door and where its completions go, and lets a listener hear them.
template <class Completion>
class heard_sink final : public net::sink<Completion> {
public:
  /// `listener` may be null.
  heard_sink(net::sink<Completion>& behind, door_listener* listener)
      : behind_(behind), listener_(listener) {}

  void deliver(net::owner to, Completion&& completion) override {
    if (listener_ != nullptr)
      listener_->on_completion(to, completion);
    behind_.deliver(to, std::move(completion));
  }

private:
  net::sink<Completion>& behind_;
  door_listener* listener_;
};

/// A network door that lets a listener hear of the calls on their way to the door behind it.
class heard_network final : public net::forwarding_network {
public:
  heard_network(net::network& behind, door_listener& listener)
      : forwarding_network(behind), listener_(listener) {}

  net::connection_id connect(const net::address& peer, std::chrono::milliseconds timeout,
                             net::owner owner) override {
    const auto id = behind_.connect(peer, timeout, owner);
    if (const auto* at = std::get_if<net::endpoint>(&peer))
      listener_.on_call(door_call::connect{id, *at, owner});
    else if (const auto* by = std::get_if<net::through_proxy>(&peer))
      listener_.on_call(door_call::connect{id, by->peer, owner, true});
    return id;
  }
  void accept(net::listener_id local, std::uint32_t n) override {
    listener_.on_call(door_call::accept{local, n});
    behind_.accept(local, n);
  }
  void own(net::connection_id id, net::owner owner) override {
    listener_.on_call(door_call::own{id, owner});
    behind_.own(id, owner);
  }
  void want(net::connection_id id, std::uint32_t bytes) override {
    listener_.on_call(door_call::want{id, bytes});
    behind_.want(id, bytes);
  }
  void write(net::connection_id id, net::buffer data) override {
    listener_.on_call(door_call::write{id, data.view()});
    behind_.write(id, std::move(data));
  }
  void close(net::connection_id id, net::closing closing) override {
    listener_.on_call(door_call::close{id});
    behind_.close(id, closing);
  }

private:
  door_listener& listener_;
};

} // namespace seedwalk::sim
