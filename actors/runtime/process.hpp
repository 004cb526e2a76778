#pragma once

#include <optional>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/runtime/world.hpp"

namespace seedwalk::sim {

/// One program that runs in a world: an actor system whose scheduler is that world.
///
/// It can be ended at any moment between two steps, as a crash or a power cut would, and started
/// again. The world outlives it, and so do its doors and environments.
///
/// Threads: that of the world.
class process {
public:
  /// Starts it; no actor lives in it yet.
  explicit process(world& home) : world_(home) { start(); }

  /// Kills what still lives.
  ~process() { kill(); }

  process(const process&) = delete;
  process& operator=(const process&) = delete;

  caf::actor_system& system() { return *system_; }

  /// Ends it at once: no actor of it runs any more, and nothing of it is left.
  void kill() {
    if (!system_)
      return;
    world_.kill(*system_);
    system_.reset();
    config_.reset();
  }

  /// Starts it again, empty. Precondition: it was killed.
  void start() {
    config_.emplace();
    world_.attach(*config_);
    system_.emplace(*config_);
  }

private:
  world& world_;
  std::optional<caf::actor_system_config> config_;
  std::optional<caf::actor_system> system_;
};

} // namespace seedwalk::sim
