#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/process.hpp"
#include "net/base/bytes.hpp"
#include "net/door/network.hpp"
#include "sim/record/replay.hpp"

namespace seedwalk::sim {

/// What the actors of a program stand on. It is the same on real sockets, in a simulated world and
/// in a replay, so that a program cannot tell where it runs; an actor may have it as its
/// environment. It outlives the actors.
struct ground {
  sim::process& process; ///< Spawns them, sends their messages, and has their timers.
  net::network& network; ///< The network door.
  /// The program's own, archived by `net::to_archive`: all that its actors depend on and that is no
  /// input. A recording has it in its header.
  net::bytes configuration;
  std::uint64_t seed = 1; ///< For what the program itself draws.

  /// Sends `content` to an actor.
  template <class T>
  void send(net::owner to, T&& content) const {
    process.send(to, std::forward<T>(content));
  }

  /// Spawns an actor whose environment this is. `below` are the last words of its stable name; the
  /// first are those of its process.
  template <net::hostable Actor>
  net::owner spawn(const std::string& below, typename Actor::state data = {}) const {
    return net::spawn<Actor>(process, *this, process.prefix() + below, std::move(data));
  }
};

/// A program that has been started.
struct started_program {
  started_program(net::owner first) : root(first) {} // NOLINT(google-explicit-constructor)
  started_program(net::owner first, std::shared_ptr<void> environment)
      : root(first), kept(std::move(environment)) {}

  net::owner root;            ///< Hears `stop_requested` and `reload_requested`.
  std::shared_ptr<void> kept; ///< Goes when the last actor has gone: what its actors share.
};

/// Somebody's program: spawns its first actors on the ground that it is given, always the same ones
/// in the same order.
///
///     [](const sim::ground& on) { return on.spawn<server>("server"); }
///
/// It is over when none of its actors is left.
using program = std::function<started_program(const ground&)>;

/// The ground of a program that has settings: what its actors have as their environment.
template <class Settings>
struct ground_with : ground {
  ground_with(const ground& on, Settings decoded) : ground(on), config(std::move(decoded)) {}

  Settings config; ///< From `configuration`.

  /// As `ground::spawn`, with this as the environment.
  template <net::hostable Actor>
  net::owner spawn(const std::string& below, typename Actor::state data = {}) const {
    return net::spawn<Actor>(process, *this, process.prefix() + below, std::move(data));
  }
};

/// A program that has settings: `start` is called with a `ground_with` them, and returns the root.
/// The program throws std::runtime_error where its configuration is not a `Settings`.
template <class Settings, class Start>
program program_with(Start start) {
  return [start](const ground& on) {
    Settings config;
    if (!net::from_archive(on.configuration, config))
      throw std::runtime_error("its configuration was written by another version of this program");
    auto kept = std::make_shared<ground_with<Settings>>(on, std::move(config));
    const net::owner root = start(static_cast<const ground_with<Settings>&>(*kept));
    return started_program{root, kept};
  };
}

/// Runs a recording of a program again, as `sim::replay` does with a builder.
tl::expected<replay_result, recording_error> replay(const std::string& path, const program& started,
                                                    const replay_options& options = {});

} // namespace seedwalk::sim
