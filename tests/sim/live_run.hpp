#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "sim/live_driver.hpp"
#include "sim/watched_network.hpp"
#include "sim/watched_storage.hpp"
#include "tests/sim/echo_program.hpp"
#include "tests/sim/memory_doors.hpp"

namespace seedwalk::testing {

/// The echo program under the live driver, with the doors in memory.
struct live_run {
  boost::asio::io_context io{1};
  sim::real_clock clock;
  sim::world home;
  sim::live_driver driver{home, io, clock};
  memory_network network{io, driver};
  memory_storage storage{driver};
  sim::watched_network watched_network{home, network};
  sim::watched_storage watched_storage{home, storage};
  echo::program program{home, home, watched_network, watched_storage};
  echo::watcher::environment watching{home};
  caf::actor_system_config config;

  explicit live_run(std::uint64_t seed = 1) : home(options_for(seed, clock)) {
    program.seed = seed;
    home.attach(config);
  }

  static sim::world::options options_for(std::uint64_t seed, const sim::real_clock& clock) {
    sim::world::options o;
    o.seed = seed;
    o.wall = clock.wall_at_start();
    return o;
  }

  /// Runs until every client is done; `during` sees the server's number before the run begins.
  template <class During>
  void run(During during) {
    caf::actor_system system{config};
    const auto server = echo::spawn_all(program, watching);
    during(server);
    driver.run([this] { return program.finished == program.clients; });
    home.listen(nullptr);
    home.kill();
  }
  void run() {
    run([](net::owner) {});
  }
};

} // namespace seedwalk::testing
