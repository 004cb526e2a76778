#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"
#include "sim/program/program.hpp"
#include "sim/record/process_recording.hpp"
#include "sim/record/watched_network.hpp"

namespace seedwalk::sim {

/// One machine of a simulated world that runs a program: its process, its addresses, its door.
///
/// It can be killed between any two steps, as a crash or a power cut would, and started again with
/// nothing left; the rest of the world notices by its connections alone.
///
/// World and internet outlive it. Threads: that of the world.
class simulated_host {
public:
  struct options {
    std::string name; ///< What its actors' names begin with; another one for each host.
    std::vector<net::endpoint> addresses = network::host{}.addresses;
    sim::program program;
    net::bytes configuration = {}; ///< For `ground::configuration`.
    std::uint64_t seed = 0;        ///< For `ground::seed`. 0: the world's.
    std::vector<clock_step> wall_steps = {};
  };

  simulated_host(sim::world& world, sim::internet& internet, options o);
  ~simulated_host();

  simulated_host(const simulated_host&) = delete;
  simulated_host& operator=(const simulated_host&) = delete;

  const std::string& name() const { return options_.name; }

  /// Records it, from before `start` on; a kill ends the recording. `build` names the program in
  /// the recording's header. The error is one line for the operator.
  tl::expected<void, std::string> record(const std::string& path, const std::string& build = {});

  /// Ends the recording, if there is one, and waits until it is on the disk. The error: why it is
  /// not whole.
  tl::expected<void, std::string> finish_recording(std::string_view reason);

  /// Starts the program. Precondition: it was not started, or was killed.
  void start();
  bool is_started() const { return started_; }

  /// Asks the program to end, as SIGTERM does.
  void stop();

  /// Ends it at once: no actor says anything any more, and its connections are reset.
  void kill();

  /// True if it was started and none of its actors is left.
  bool over() const { return started_ && inside_.actors() == 0; }

  process& inside() { return inside_; }
  const process& inside() const { return inside_; }

private:
  /// One life of it: dies with the process.
  struct life {
    life(simulated_host& of);
    network* sockets;
    watched_network watched;
    ground on;
  };

  world& world_;
  internet& internet_;
  const options options_;
  process inside_;
  std::vector<std::unique_ptr<network>> doors_; ///< Of all lives: events may still be on their way.
  std::unique_ptr<life> life_;
  std::shared_ptr<void> kept_;
  net::owner root_;
  bool started_ = false;
  std::unique_ptr<process_recording> recording_;
};

} // namespace seedwalk::sim
