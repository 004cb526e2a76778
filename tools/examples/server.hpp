#pragma once

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "actors/runtime/control.hpp"
#include "tools/examples/settings.hpp"

namespace seedwalk::examples {

/// From a connection to its acceptor: it is over.
struct left {
  net::owner connection;
  SEEDWALK_INSPECT(left, connection)
};

/// What every connection of a server knows; `Own` is what this kind knows besides.
template <class Own>
struct connection_state {
  net::connection_id id;
  net::owner acceptor;
  net::owner service; ///< Whom the connections of this server talk to.
  Own own{};

  SEEDWALK_INSPECT(connection_state, id, acceptor, service, own)
};

/// One accepted connection of a server, to derive from.
template <class Own = net::no_state>
class connection : public actor<connection_state<Own>> {
public:
  using base = actor<connection_state<Own>>;
  using base::base;
  virtual ~connection() = default;

  void start() {
    door().own(id(), this->host_.self());
    door().want(id(), 4'096);
  }

  caf::behavior make_behavior() {
    return caf::message_handler{[this](const net::received& x) {
                                  if (const auto more = on_bytes(x.data); more != 0)
                                    door().want(id(), more);
                                },
                                [this](const net::drained&) { on_drained(); },
                                [this](const net::input_ended&) { on_input_ended(); },
                                [this](const net::closed&) {
                                  on_closed();
                                  this->env_.send(this->state_.acceptor, left{this->host_.self()});
                                  this->host_.quit();
                                },
                                [this](const end_now&) { abort(); }}
        .or_else(more_handlers());
  }

protected:
  /// How many more bytes may come.
  virtual std::uint32_t on_bytes(const net::buffer& data) = 0;
  virtual void on_drained() {}
  virtual void on_input_ended() { close(); }
  virtual void on_closed() {}
  virtual caf::message_handler more_handlers() { return {}; }

  net::connection_id id() const { return this->state_.id; }
  net::network& door() const { return this->env_.network; }
  Own& own() { return this->state_.own; }
  void write(std::string_view text) { door().write(id(), net::buffer{net::as_bytes(text)}); }
  void close() { door().close(id(), net::closing::graceful); }
  void abort() { door().close(id(), net::closing::abort); }
};

/// What an acceptor knows.
struct acceptor_state {
  net::owner service;                  ///< Ends with it.
  std::uint32_t connections_max = 100; ///< Who comes when there are so many waits in the kernel.
  net::listener_id listener;
  std::uint64_t accepted = 0;
  std::set<net::owner> open = {};
  bool is_ending = false;

  SEEDWALK_INSPECT(acceptor_state, service, connections_max, listener, accepted, open, is_ending)
};

/// The root of a server: listens, and spawns a `Connection` for each that it accepts.
template <class Connection>
class acceptor final : public actor<acceptor_state> {
public:
  static constexpr std::string_view kind = "acceptor";
  using actor<acceptor_state>::actor_base;

  void start() { state_.listener = env_.network.listen(env_.config.server, host_.self()); }

  void on_exception(std::string_view) { env_.send(state_.service, end_now{}); }

  caf::behavior make_behavior() {
    return {[this](const net::listening& x) {
              env_.network.accept(x.listener, state_.connections_max);
            },
            [](const net::listen_failed& x) {
              throw std::runtime_error("the server does not listen: " +
                                       std::string{net::name_of(x.reason)});
            },
            [](const net::accept_paused&) {},
            [this](const net::accepted& x) { open(x); },
            [this](const left& x) { on_left(x); },
            [this](const net::stop_requested&) { end(); }};
  }

private:
  void open(const net::accepted& x) {
    if (state_.is_ending)
      return env_.network.close(x.connection, net::closing::abort);
    const auto name = "connection/" + std::to_string(++state_.accepted);
    state_.open.insert(
        env_.spawn<Connection>(name, {x.connection, host_.self(), state_.service, {}}));
  }

  void on_left(const left& x) {
    state_.open.erase(x.connection);
    if (!state_.is_ending)
      env_.network.accept(state_.listener, 1);
    else
      end_if_alone();
  }

  void end() {
    if (std::exchange(state_.is_ending, true))
      return;
    env_.network.stop_listening(state_.listener);
    for (const auto one : state_.open)
      env_.send(one, end_now{});
    end_if_alone();
  }

  void end_if_alone() {
    if (!state_.open.empty())
      return;
    env_.send(state_.service, end_now{});
    host_.quit();
  }
};

} // namespace seedwalk::examples
