#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "sim/program/program.hpp"

namespace seedwalk::sim {

/// A program on this machine's sockets and clocks: production.
///
///     sim::live_host host({.program = start_server});
///     if (const auto begun = host.record("run.sdwk"); !begun) ...
///     host.stop_on_signals();
///     host.run();
///
/// The same actors as in a `simulated_host`, in one thread: that which makes the host.
class live_host {
public:
  struct options {
    sim::program program;
    net::bytes configuration = {}; ///< For `ground::configuration`.
    std::uint64_t seed = 1;        ///< For `ground::seed`.
    /// False: there is no chain, so nothing can be recorded, and each step is a little cheaper.
    bool chained = true;
  };

  explicit live_host(options o);
  /// Kills what still lives.
  ~live_host();

  live_host(const live_host&) = delete;
  live_host& operator=(const live_host&) = delete;

  /// Records it, from before the program starts to the end of `run`. `build` names the program in
  /// the recording's header. The error is one line for the operator. Precondition: chained.
  tl::expected<void, std::string> record(const std::string& path, const std::string& build = {});

  /// SIGINT and SIGTERM are `stop_requested` for the program's root; a second one ends the process
  /// at once with 130. So is SIGHUP: the terminal is gone.
  void stop_on_signals();

  /// Asks the program to end, as SIGTERM does. From any thread.
  void stop();

  /// Starts the program, if it was not, and runs until none of its actors is left.
  void run();

  /// The same until `done`, which is asked between two steps, once a round of the driver.
  void run(const std::function<bool()>& done);

  /// Starts the program. `run` does it too.
  void start();

  /// Why the recording is not whole; empty if it is, or there is none.
  const std::string& recording_failure() const;

  process& inside();

private:
  struct machine;
  std::unique_ptr<machine> machine_;
};

} // namespace seedwalk::sim
