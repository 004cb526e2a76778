#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "actors/crawl/watched_storage.hpp"
#include "actors/runtime/live_driver.hpp"
#include "net/asio/asio_network.hpp"
#include "sim/record/recording_writer.hpp"
#include "sim/record/watched_network.hpp"
#include "tests/actors/runtime/echo_program.hpp"
#include "tests/actors/runtime/memory_doors.hpp"

namespace seedwalk::test {

/// The echo program under the live driver: over loopback sockets, or with the network in memory.
struct live_run {
  enum class over { sockets, memory };

  boost::asio::io_context io{1};
  sim::real_clock clock;
  sim::world world;
  sim::process inside{world};
  sim::live_driver driver{inside, io, clock};
  std::unique_ptr<net::network> network;
  memory_storage storage{driver};
  sim::watched_network watched_network{inside, *network};
  sim::watched_storage watched_storage{inside, storage};
  echo::program program{inside, inside, watched_network, watched_storage};
  echo::watcher::environment watching{inside};
  std::unique_ptr<sim::recording_writer> recording;

  explicit live_run(std::uint64_t seed = 1, over medium = over::memory)
      : world(options_for(seed, clock)), network(open(medium)) {
    program.seed = seed;
  }

  std::unique_ptr<net::network> open(over medium) {
    if (medium == over::memory)
      return std::make_unique<memory_network>(io, driver);
    return std::make_unique<net::asio_network>(io, driver);
  }

  static sim::world::options options_for(std::uint64_t seed, const sim::real_clock& clock) {
    sim::world::options o;
    o.seed = seed;
    o.wall = clock.wall_at_start();
    return o;
  }

  /// From before the first actor on. What matters of the program goes into the configuration.
  void record(const std::string& path, sim::recording_writer::options settings = {}) {
    sim::recording_header header;
    header.build = "test";
    header.configuration = net::to_archive(program.config);
    header.seed = world.settings().seed;
    header.wall = world.settings().wall;
    auto made = sim::recording_writer::create(path, header, std::move(settings));
    if (!made)
      throw std::runtime_error(made.error());
    recording = std::move(*made);
    world.listen(*recording);
  }

  /// Runs until every client is done; `during` sees the server's number before the run begins,
  /// `after` is called before the actors are killed.
  void run(const std::function<void(net::owner)>& during = {},
           const std::function<void()>& after = {}) {
    const auto server = echo::spawn_all(program, watching);
    if (during)
      during(server);
    driver.run([this] { return program.finished == program.config.clients; });
    if (recording) {
      world.ignore(*recording);
      recording->finish(world.steps(), world.hash(), "done");
    }
    steps = world.steps();
    hash = world.hash();
    if (after)
      after();
    inside.kill();
  }

  /// All that it knows. Precondition: no actor has a message, right after a step.
  sim::process_image image() const {
    sim::image_parts parts;
    parts.add_number("network", [this] { return watched_network.last_asked(); });
    parts.add_number("storage", [this] { return watched_storage.last_asked(); });
    return inside.image(parts);
  }

  std::uint64_t steps = 0;
  std::uint64_t hash = 0;
};

} // namespace seedwalk::test
