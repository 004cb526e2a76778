#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "actors/crawl/watched_storage.hpp"
#include "actors/runtime/live_driver.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/real_clock.hpp"
#include "actors/runtime/world.hpp"
#include "net/asio/asio_network.hpp"
#include "sim/record/watched_network.hpp"
#include "store/leveldb_storage.hpp"

namespace seedwalk::tools {

/// A world on real sockets, a real clock and a real database, and who drives it: what a live crawl
/// runs in.
///
/// Members stand in the order in which they are made; `process.kill()` ends the actors before the
/// doors go. The doors for actors are `network` and `storage`, so that the process's chain has what
/// they do; there is a chain only where somebody records.
struct live_world {
  live_world(std::uint64_t seed, std::unique_ptr<store::database> db, bool recorded)
      : world({seed, sim::strategy::fifo, false, clock.wall_at_start(), recorded}), process(world),
        driver(process, io, clock), sockets(io, driver), disk(driver, std::move(db)),
        network(process, sockets), storage(process, disk) {}

  sim::real_clock clock;
  boost::asio::io_context io{1};
  sim::world world;
  sim::process process;
  sim::live_driver driver;
  net::asio_network sockets;
  store::leveldb_storage disk;
  sim::watched_network network;
  sim::watched_storage storage;
};

} // namespace seedwalk::tools
