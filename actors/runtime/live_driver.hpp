#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "actors/runtime/channel.hpp"
#include "actors/runtime/control.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/real_clock.hpp"
#include "actors/runtime/world.hpp"

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace seedwalk::sim {

class process_signals;

/// What SIGHUP means to a run.
struct hangup_plan {
  /// The file whose contents come with a `reload_requested`. Empty: there is nothing to read again,
  /// so the terminal is gone, and SIGHUP is a request to stop as SIGTERM is.
  std::string reload_path;
  /// Called before the file is read again: log files that were moved away are opened anew.
  std::function<void()> reopen;
};

/// What a signal asks a run for.
net::control_completion request_of_signal(int signal, const hangup_plan& at_hangup);

/// The driver of a live run, recorded or not: real time, real doors, one thread.
///
/// It is the sink of the doors. A round of its loop is: up to `burst_steps` steps; if there was
/// nothing to do, sleep in the io_context until a socket, a timer or another thread has something;
/// move both clocks; deliver what other threads have completed; poll the sockets and deliver what
/// comes. So inputs enter between steps alone, and their order is the order of delivery, which is
/// what a recording keeps.
///
/// Threads: `deliver` from any; everything else, and every handler of the io_context, in the thread
/// that constructs it. Network completions that the io_context's handlers bring while it is polled
/// go straight into mailboxes; all others wait in a queue, in order. That queue has no bound of its
/// own: network completions are bounded by credit, storage ones by the batches in flight.
///
/// Process, io_context and clock outlive the driver, and the driver outlives its doors.
class live_driver final : public channels<live_driver> {
public:
  struct options {
    /// Steps between two looks at the sockets: more serves throughput, fewer serve latency.
    std::size_t burst_steps = 256;
    /// What the sockets may bring in one look while somebody waits for a quiet moment: so little
    /// that the mailboxes empty, whatever goes on.
    std::size_t hushed_handlers = 16;
    /// After so long they bring one thing at a time.
    std::chrono::milliseconds hushed_max{1000};
    /// Time moves at least this often, so that an idle run's recording reaches the disk.
    std::chrono::milliseconds sleep_max{1000};
  };

  live_driver(sim::process& process, boost::asio::io_context& io, const real_clock& clock,
              options settings);
  live_driver(sim::process& process, boost::asio::io_context& io, const real_clock& clock)
      : live_driver(process, io, clock, options{}) {}
  ~live_driver();

  live_driver(const live_driver&) = delete;
  live_driver& operator=(const live_driver&) = delete;

  template <class Completion>
  void deliver(net::owner to, Completion&& completion) {
    if (std::this_thread::get_id() == thread_ && polling_)
      process_.deliver(to, std::forward<Completion>(completion));
    else
      enqueue(std::make_unique<queued_of<std::remove_cvref_t<Completion>>>(
          to, std::forward<Completion>(completion)));
  }

  /// Runs until `done`, which is asked once a round, between two steps.
  void run(const std::function<bool()>& done);

  /// Calls `take` at the next moment in which no actor has a message, right after a step: what
  /// `process::image` asks for. Until then the sockets are served more slowly than the actors work,
  /// so that such a moment comes however busy the run is. `take` is told how long nobody has been
  /// listened to when it is called. Called between two rounds; the last call counts.
  void when_quiet(std::function<void(std::chrono::nanoseconds held_back)> take);

  /// From now on SIGINT and SIGTERM are `stop_requested` for `owner`, and SIGHUP is what the plan
  /// says. The second SIGINT or SIGTERM ends the process at once with 130; those that are ignored
  /// now stay ignored.
  void handle_signals(net::owner owner, hangup_plan at_hangup);

private:
  /// A completion that waits.
  struct queued {
    virtual ~queued() = default;
    virtual void deliver(sim::process& process) = 0;
  };

  template <class Completion>
  struct queued_of final : queued {
    queued_of(net::owner owner, Completion&& that) : to(owner), completion(std::move(that)) {}
    void deliver(sim::process& process) override { process.deliver(to, std::move(completion)); }

    net::owner to;
    Completion completion;
  };

  void enqueue(std::unique_ptr<queued> entry);
  bool deliver_queued();
  std::size_t burst();
  void poll();
  void sleep();

  process& process_;
  world& world_;
  boost::asio::io_context& io_;
  const real_clock& clock_;
  options options_;
  const std::thread::id thread_;
  bool polling_ = false; ///< Touched by `thread_` alone.

  std::mutex mutex_;
  std::vector<std::unique_ptr<queued>> queue_; ///< Guarded by `mutex_`.
  std::atomic<bool> has_queued_{false};        ///< A look at it costs no lock.
  std::vector<std::unique_ptr<queued>> delivering_;

  std::function<void(std::chrono::nanoseconds)> when_quiet_;
  net::steady_time hushed_since_{0};  ///< Since when somebody waits for that.
  net::steady_time last_listened_{0}; ///< While somebody waits.

  std::shared_ptr<void> work_; ///< Keeps the io_context willing to wait.
  std::unique_ptr<process_signals> signals_;
};

/// Reads a file for `reload_requested`. A crawl waits for the answer: it says no patience, and a
/// pipe that is silent is not waited for.
net::reload_requested read_for_reload(const std::string& path,
                                      std::chrono::milliseconds patience = {});

} // namespace seedwalk::sim
