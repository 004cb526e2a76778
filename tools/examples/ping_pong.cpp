// Ping-pong, and who keeps the score. Promise: each ball is counted once, whatever happens to
// connections.

#include <map>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "tools/examples/client.hpp"
#include "tools/examples/example.hpp"
#include "tools/examples/input_text.hpp"

namespace seedwalk::examples {

namespace {

/// What the table knows of a player, who may come back on another connection.
struct player {
  std::uint64_t last = 0; ///< Ball.
  std::uint64_t score = 0;
  SEEDWALK_INSPECT(player, last, score)
};

struct table_state {
  net::listener_id listener;
  std::map<net::connection_id, input_text> inputs;
  std::map<std::uint64_t, player> players;
  SEEDWALK_INSPECT(table_state, listener, inputs, players)
};

/// The server: one actor for all connections. "ping PLAYER BALL" is answered with
/// "pong BALL SCORE".
class table final : public actor<table_state> {
public:
  static constexpr std::string_view kind = "table";
  using actor_base::actor_base;

  void start() { state_.listener = env_.network.listen(env_.config.server, host_.self()); }

  caf::behavior make_behavior() {
    return {[this](const net::listening& x) { env_.network.accept(x.listener, 100); },
            [this](const net::accepted& x) {
              env_.network.own(x.connection, host_.self());
              env_.network.want(x.connection, 4'096);
              env_.network.accept(x.listener, 1);
              state_.inputs[x.connection];
            },
            [this](const net::received& x) {
              env_.network.want(x.connection, static_cast<std::uint32_t>(x.data.size()));
              on_bytes(x);
            },
            [](const net::drained&) {},
            [this](const net::input_ended& x) {
              env_.network.close(x.connection, net::closing::graceful);
            },
            [this](const net::closed& x) { state_.inputs.erase(x.connection); },
            [this](const net::stop_requested&) {
              env_.network.stop_listening(state_.listener);
              for (const auto& [id, input] : state_.inputs)
                env_.network.close(id, net::closing::abort);
              host_.quit();
            }};
  }

private:
  void on_bytes(const net::received& x) {
    auto& input = state_.inputs[x.connection];
    if (!input.append(x.data.view()))
      return env_.network.close(x.connection, net::closing::abort);
    while (const auto line = input.line()) {
      std::string_view rest = *line;
      const auto verb = take_word(rest);
      const auto number = take_number(rest);
      const auto ball = take_number(rest);
      if (verb != "ping" || !number || !ball)
        return env_.network.close(x.connection, net::closing::abort);
      const auto answer = fmt::format("pong {} {}\n", *ball, count(state_.players[*number], *ball));
      env_.network.write(x.connection, net::buffer{net::as_bytes(answer)});
    }
  }

  /// The score after this ball. A player that lost its connection sends the last one again.
  std::uint64_t count(player& of, std::uint64_t ball) {
    if (ball > of.last || env_.config.bug)
      ++of.score;
    of.last = ball;
    return of.score;
  }
};

struct rally {
  input_text input;
  std::uint64_t ball = 1;
  SEEDWALK_INSPECT(rally, input, ball)
};

/// Sends balls, each when the one before has come back.
class pinger final : public client<rally> {
public:
  static constexpr std::string_view kind = "pinger";
  static constexpr std::uint32_t disturbing = 0;
  static std::uint32_t members(const settings& config) { return config.clients; }
  using client::client;

private:
  void on_open() override {
    own().input = {};
    ping();
  }
  void on_bytes(const net::buffer& bytes) override {
    own().input.append(bytes.view());
    while (const auto line = own().input.line()) {
      if (*line != fmt::format("pong {0} {0}", own().ball))
        throw std::runtime_error(
            fmt::format("ball {} was answered with \"{}\"", own().ball, *line));
      if (own().ball == env_.config.count)
        return done(own().ball);
      ++own().ball;
      ping();
    }
  }
  void ping() { write(fmt::format("ping {} {}\n", state_.number, own().ball)); }
};

} // namespace

example ping_pong_example() {
  return {.name = "ping-pong",
          .purpose = "players that dial again, and a score in which each ball counts once",
          .bug = "a ball that is sent again after a lost connection counts twice",
          .server = sim::program_with<settings>([](stage& on) { return on.spawn<table>("table"); }),
          .clients =
              sim::program_with<settings>([](stage& on) { return on.spawn<crew<pinger>>("crew"); }),
          .members = pinger::members,
          .usual = {}};
}

} // namespace seedwalk::examples
