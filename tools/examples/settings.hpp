#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/runtime/actor_base.hpp"
#include "net/address/endpoint.hpp"
#include "sim/program/program.hpp"

namespace seedwalk::examples {

/// What every example is told: its configuration, which a recording keeps.
struct settings {
  net::endpoint server;      ///< Where its server listens, and its clients dial.
  std::uint32_t clients = 4; ///< That behave.
  std::uint32_t count = 20;  ///< Messages, lines, jobs or requests of each client.
  std::uint32_t limit = 4;   ///< Workers of a pool; what may be in flight; see each example.
  bool bug = false;          ///< The planted bug of the example: see there.
  std::vector<std::string> texts = {}; ///< Jobs, in place of those that clients make up.

  SEEDWALK_INSPECT(settings, server, clients, count, limit, bug, texts)
};

/// What the actors of the examples have as their environment: doors, settings, seed.
using stage = const sim::ground_with<settings>;

template <class State = net::no_state>
using actor = net::actor_base<stage, State>;

/// To an actor: end, whatever you are doing.
struct end_now {
  SEEDWALK_INSPECT(end_now)
};

/// From a client that has done what it was to do, to its crew. Oracles listen to it.
struct report {
  std::uint32_t number = 0; ///< Of the client.
  std::uint64_t digest = 0; ///< Of all that it was told. Example by example.
  std::uint32_t dials = 0;  ///< How often it had to dial.
  std::string text = {};    ///< For people; mostly empty.

  SEEDWALK_INSPECT(report, number, digest, dials, text)
};

/// From a client to its crew: it failed, and does nothing more.
struct gave_up {
  std::uint32_t number = 0;
  SEEDWALK_INSPECT(gave_up, number)
};

} // namespace seedwalk::examples
