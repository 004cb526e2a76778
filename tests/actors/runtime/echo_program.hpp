#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <caf/behavior.hpp>

#include "actors/runtime/checkpoint.hpp"
#include "actors/runtime/control.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/timers.hpp"
#include "net/base/random.hpp"
#include "net/door/network.hpp"
#include "store/storage.hpp"

/// A small program of hosted actors that uses every door: clients that dial an echo server, wait
/// for timers between messages, and write down what they have done. For tests of runtimes.
namespace seedwalk::echo {

/// What a recording of the program has to keep of its configuration.
struct settings {
  std::uint32_t clients = 4;
  std::uint32_t messages = 20;    ///< A client sends so many,
  std::uint32_t size_max = 2'000; ///< of up to so many bytes.
  bool pause = true;              ///< Between messages, by a timer.
  bool shifted = false;           ///< A planted difference: client 0 sends one other byte.

  SEEDWALK_INSPECT(settings, clients, messages, size_max, pause, shifted)
};

/// A count that another thread can wait for.
class tally {
public:
  void operator++() {
    ++count_;
    count_.notify_all();
  }
  operator std::uint32_t() const { return count_; }
  void wait_for_all(std::uint32_t goal) const {
    for (auto seen = count_.load(); seen < goal; seen = count_.load())
      count_.wait(seen);
  }

private:
  std::atomic<std::uint32_t> count_{0};
};

/// Everything the actors share.
struct program {
  net::runtime& host;
  net::timers& time;
  net::network& network;
  store::storage& storage;
  settings config{};
  std::uint64_t seed = 1; ///< Keys what the clients draw.

  // These say that the run is over; no actor reads them.
  tally started{};
  tally finished{};
  tally stops{};
  std::atomic<std::uint64_t> echoed_bytes{0};
};

/// To a client: where the server is.
struct dial {
  net::address server;
  SEEDWALK_INSPECT(dial, server)
};

/// To the observer: a line, at a level.
struct log_line {
  std::uint32_t level = 0;
  std::string text;
  SEEDWALK_INSPECT(log_line, level, text)
};

/// An observer: counts lines from a level on, and runs a timer of its own for each.
class watcher {
public:
  static constexpr std::string_view kind = "watcher";
  static constexpr std::size_t mailbox_max = 0;
  static constexpr bool observer = true;

  struct environment {
    net::timers& time;
    std::uint32_t level = 0;
    std::uint64_t lines = 0;
  };
  struct state {
    net::owner self;
    SEEDWALK_INSPECT(state, self)
  };

  watcher(environment& e, net::actor_host& host, state&) : env_(e), host_(host) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[this](const log_line& line) {
              if (line.level < env_.level)
                return;
              ++env_.lines;
              env_.time.cancel(env_.time.start(std::chrono::hours{1}, host_.self()));
            },
            [](const net::timer_fired&) {}};
  }
  void on_exception(std::string_view) {}

private:
  environment& env_;
  net::actor_host& host_;
};

/// One accepted connection: writes back what it reads.
class connection {
public:
  static constexpr std::string_view kind = "connection";
  static constexpr std::size_t mailbox_max = 64;
  using environment = program;
  struct state {
    net::connection_id id;
    std::uint64_t bytes = 0;
    SEEDWALK_INSPECT(state, id, bytes)
  };

  connection(program& p, net::actor_host& host, state& s) : program_(p), host_(host), state_(s) {}

  void start() {
    program_.network.own(state_.id, host_.self());
    program_.network.want(state_.id, 65'536);
  }
  caf::behavior make_behavior() {
    return {[this](net::received& x) {
              const auto size = static_cast<std::uint32_t>(x.data.size());
              state_.bytes += size;
              program_.network.want(state_.id, size);
              program_.network.write(state_.id, std::move(x.data));
            },
            [](const net::drained&) {},
            [this](const net::input_ended&) { program_.network.end_output(state_.id); },
            [this](const net::closed&) { host_.quit(); }};
  }
  void on_exception(std::string_view) {}

private:
  program& program_;
  net::actor_host& host_;
  state& state_;
};

/// Dials, sends `messages` drawn messages one after the other, each once the one before has come
/// back, and writes to the storage after each eighth.
class client {
public:
  static constexpr std::string_view kind = "client";
  static constexpr std::size_t mailbox_max = 64;
  using environment = program;
  struct state {
    std::uint32_t number = 0;
    net::owner watcher;
    net::connection_id id;
    net::random_stream draws;
    std::uint32_t sent = 0;
    std::uint64_t awaited_bytes = 0;
    net::timer_id pause;
    store::request_id request;
    SEEDWALK_INSPECT(state, number, watcher, id, draws, sent, awaited_bytes, pause, request)
  };

  client(program& p, net::actor_host& host, state& s) : program_(p), host_(host), state_(s) {}

  void start() {
    const std::string key = std::to_string(state_.number);
    state_.draws = net::random_stream{program_.seed, "client", net::as_bytes(key)};
  }

  caf::behavior make_behavior() {
    return {[this](const dial& x) {
              state_.id =
                  program_.network.connect(x.server, std::chrono::seconds{10}, host_.self());
            },
            [this](const net::connected&) {
              ++program_.started;
              program_.network.want(state_.id, 65'536);
              send_next();
            },
            [this](net::received& x) { on_received(x); },
            [](const net::drained&) {},
            [this](const net::timer_fired& x) {
              if (x.timer == state_.pause)
                send_next();
            },
            [this](const store::written& x) {
              if (x.request == state_.request)
                after_message();
            },
            [](const net::input_ended&) {},
            [this](const net::connect_failed&) { finish(); },
            [this](const net::closed&) { finish(); }};
  }
  void on_exception(std::string_view) {}

private:
  void send_next() {
    if (state_.sent == program_.config.messages) {
      program_.network.close(state_.id, net::closing::graceful);
      return;
    }
    ++state_.sent;
    net::bytes data(1 + state_.draws.below(program_.config.size_max));
    for (auto& byte : data)
      byte = static_cast<std::uint8_t>(state_.draws.next());
    if (program_.config.shifted && state_.number == 0 &&
        state_.sent == program_.config.messages / 2)
      data.front() ^= 1;
    state_.awaited_bytes += data.size();
    program_.host.send(state_.watcher, log_line{state_.sent % 3, "sent"});
    program_.network.write(state_.id, net::buffer{data});
  }

  void on_received(const net::received& x) {
    const auto size = static_cast<std::uint32_t>(x.data.size());
    program_.echoed_bytes += size;
    state_.awaited_bytes -= size;
    program_.network.want(state_.id, size);
    if (state_.awaited_bytes > 0)
      return;
    if (state_.sent % 8 == 0) {
      store::batch note;
      note.operations.push_back(store::dial_soon{});
      state_.request = program_.storage.write(std::move(note), host_.self());
      return;
    }
    after_message();
  }

  void after_message() {
    if (!program_.config.pause) {
      send_next();
      return;
    }
    const auto micros = static_cast<std::int64_t>(state_.draws.below(500));
    state_.pause = program_.time.start(std::chrono::microseconds{micros}, host_.self());
  }

  void finish() {
    ++program_.finished;
    host_.quit();
  }

  program& program_;
  net::actor_host& host_;
  state& state_;
};

/// Listens, accepts, spawns a `connection` for each, and tells all clients once it listens.
class server {
public:
  static constexpr std::string_view kind = "server";
  static constexpr std::size_t mailbox_max = 64;
  using environment = program;
  struct state {
    std::vector<net::owner> clients;
    std::uint64_t accepted = 0;
    SEEDWALK_INSPECT(state, clients, accepted)
  };

  server(program& p, net::actor_host& host, state& s) : program_(p), host_(host), state_(s) {}

  void start() { program_.network.listen(net::ipv4_endpoint(0x7f000001, 0), host_.self()); }
  caf::behavior make_behavior() {
    return {[this](const net::listening& x) {
              program_.network.accept(x.listener, 2);
              for (const auto one : state_.clients)
                program_.host.send(one, dial{x.local});
            },
            [this](const net::accepted& x) {
              const auto name = "server/connection#" + std::to_string(++state_.accepted);
              net::spawn<connection>(program_.host, program_, name, {x.connection, 0});
              program_.network.accept(x.listener, 1);
            },
            [this](const net::stop_requested&) { ++program_.stops; },
            [](const net::reload_requested&) {}};
  }
  void on_exception(std::string_view) {}

private:
  program& program_;
  net::actor_host& host_;
  state& state_;
};

/// Spawns the watcher, the clients and the server; the server's number.
inline net::owner spawn_all(program& p, watcher::environment& watching) {
  const auto watch = net::spawn<watcher>(p.host, watching, "watcher", {});
  server::state s;
  for (std::uint32_t i = 0; i != p.config.clients; ++i) {
    client::state c;
    c.number = i;
    c.watcher = watch;
    s.clients.push_back(net::spawn<client>(p.host, p, "client/" + std::to_string(i), std::move(c)));
  }
  return net::spawn<server>(p.host, p, "server", std::move(s));
}

/// How its actors are brought back from an image.
inline sim::actor_kinds kinds_of(program& p) {
  sim::actor_kinds kinds;
  kinds.add<client>(p);
  kinds.add<connection>(p);
  kinds.add<server>(p);
  return kinds;
}

} // namespace seedwalk::echo
