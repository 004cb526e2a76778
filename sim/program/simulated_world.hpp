#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/runtime/schedule.hpp"
#include "actors/runtime/simulation.hpp"
#include "actors/runtime/world.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/internet.hpp"
#include "sim/program/simulated_host.hpp"

namespace seedwalk::sim {

/// A world of programs for tests: virtual time, a network with its misfortunes, hosts. What happens
/// in it is a function of its options and of the programs.
///
///     sim::simulated_world world({.seed = 7});
///     world.add({.name = "a", .addresses = {at_a}, .program = start_server});
///     world.add({.name = "b", .addresses = {at_b}, .program = start_client});
///     const bool ended = world.run(std::chrono::hours{1});
///     // world.violations(): what actors threw, mailboxes over their bounds
///
/// Threads: one.
class simulated_world {
public:
  struct options {
    std::uint64_t seed = 1;
    strategy schedule = strategy::uniform;
    schedule_options order = {}; ///< But for the strategy.
    internet_options network = {};
    std::vector<fault_rule> faults = {};
    std::chrono::seconds wall{1'767'225'600}; ///< 2026-01-01 00:00:00 UTC, as good as any.
    bool deep = false;                        ///< Contents of messages enter the chains, too.
    simulation::options costs = {};
  };

  explicit simulated_world(const options& o);

  simulated_world(const simulated_world&) = delete;
  simulated_world& operator=(const simulated_world&) = delete;

  /// One more host, which lives as long as the world. It starts when the world next runs.
  simulated_host& add(simulated_host::options o);

  /// Starts the hosts that were never started, in the order in which they were added, and runs
  /// until the programs of all hosts are over (or killed), nothing will happen any more, or virtual
  /// time passes `limit`. True if all are over.
  bool run(net::steady_time limit);

  /// The same until `done`, which is asked before each step and each event.
  bool run(const std::function<bool()>& done, net::steady_time limit);

  /// True if no host's program has an actor left.
  bool over() const;

  net::steady_time now() const { return world_.now().steady; }
  std::uint64_t steps() const { return world_.steps(); }
  /// The chains of all hosts in one number: equal if two runs were.
  std::uint64_t hash() const { return world_.hash(); }
  const std::vector<broken_rule>& violations() const { return world_.violations(); }

  /// For listeners, schedules, reseeding.
  sim::world& inner() { return world_; }
  const sim::world& inner() const { return world_; }
  /// For names, proxies, addresses that answer as they are told.
  sim::internet& outside() { return internet_; }

private:
  struct entry {
    std::unique_ptr<simulated_host> host;
    bool was_started = false;
  };

  world world_;
  simulation simulation_;
  internet internet_;
  std::vector<entry> hosts_;
};

} // namespace seedwalk::sim
