#include "sim/program/live_host.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>

#include "actors/runtime/live_driver.hpp"
#include "actors/runtime/real_clock.hpp"
#include "net/asio/asio_network.hpp"
#include "sim/record/process_recording.hpp"
#include "sim/record/watched_network.hpp"

namespace seedwalk::sim {

/// Members stand in the order in which they are made.
struct live_host::machine {
  explicit machine(options o)
      : settings(std::move(o)),
        world({.seed = settings.seed, .wall = clock.wall_at_start(), .chained = settings.chained}),
        inside(world), driver(inside, io, clock), sockets(io, driver),
        watched(inside, sockets), on{inside, watched, settings.configuration, settings.seed} {}

  ~machine() { inside.kill(); }

  options settings;
  real_clock clock;
  boost::asio::io_context io{1};
  sim::world world;
  process inside;
  live_driver driver;
  net::asio_network sockets;
  watched_network watched;
  ground on;
  std::shared_ptr<void> kept;
  net::owner root;
  bool is_started = false;
  std::unique_ptr<process_recording> recording;
};

live_host::live_host(options o) : machine_(std::make_unique<machine>(std::move(o))) {}

live_host::~live_host() = default;

tl::expected<void, std::string> live_host::record(const std::string& path,
                                                  const std::string& build) {
  auto header = recording_header_of(machine_->inside);
  header.build = build;
  header.configuration = machine_->settings.configuration;
  auto begun = process_recording::begin(path, machine_->inside, header);
  if (!begun)
    return tl::unexpected(std::move(begun.error()));
  machine_->recording = std::move(*begun);
  return {};
}

void live_host::start() {
  if (std::exchange(machine_->is_started, true))
    return;
  auto begun = machine_->settings.program(machine_->on);
  machine_->root = begun.root;
  machine_->kept = std::move(begun.kept);
}

void live_host::stop_on_signals() {
  start();
  machine_->driver.handle_signals(machine_->root, {});
}

void live_host::stop() {
  machine_->driver.deliver(machine_->root, net::control_completion{net::stop_requested{}});
}

void live_host::run() {
  run([this] { return machine_->inside.actors() == 0; });
}

void live_host::run(const std::function<bool()>& done) {
  start();
  machine_->driver.run(done);
  if (machine_->recording)
    machine_->recording->finish(machine_->inside.actors() == 0 ? "done" : "stopped");
}

const std::string& live_host::recording_failure() const {
  static const std::string none;
  return machine_->recording ? machine_->recording->failure() : none;
}

process& live_host::inside() {
  return machine_->inside;
}

} // namespace seedwalk::sim
