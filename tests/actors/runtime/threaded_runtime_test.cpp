#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>

#include "actors/runtime/threaded_runtime.hpp"
#include "net/asio/asio_network.hpp"
#include "tests/actors/runtime/echo_program.hpp"
#include "tests/actors/runtime/memory_doors.hpp"

namespace seedwalk::sim {
namespace {

/// The echo program on CAF's scheduler, over loopback sockets.
struct threaded_run {
  boost::asio::io_context io{1};
  real_clock clock;
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<threaded_runtime> runtime;
  std::unique_ptr<net::asio_network> network;
  std::unique_ptr<test::memory_storage> storage;
  std::unique_ptr<echo::program> program;
  std::unique_ptr<echo::watcher::environment> watching;
  std::thread io_thread;

  explicit threaded_run(std::size_t threads) {
    config.set("scheduler.max-threads", threads);
    system = std::make_unique<caf::actor_system>(config);
    runtime = std::make_unique<threaded_runtime>(*system, clock);
    net::asio_options options;
    options.calls_from_any_thread = true;
    network = std::make_unique<net::asio_network>(io, *runtime, options);
    storage = std::make_unique<test::memory_storage>(*runtime);
    program.reset(new echo::program{*runtime, *runtime, *network, *storage});
    watching.reset(new echo::watcher::environment{*runtime});
    io_thread = std::thread{[this] {
      const auto work = boost::asio::make_work_guard(io);
      io.run();
    }};
  }

  ~threaded_run() {
    runtime->stop();
    system.reset();
    io.stop();
    io_thread.join();
    network.reset();
    storage.reset();
  }
};

TEST(threaded_runtime_threaded, runs_the_same_actors_to_their_end) {
  for (const std::size_t threads : {1, 2, 4}) {
    threaded_run run{threads};
    run.program->config.clients = 16;
    echo::spawn_all(*run.program, *run.watching);
    run.program->finished.wait_for_all(16);
    EXPECT_EQ(run.runtime->failures(), 0u);
    EXPECT_GT(run.program->echoed_bytes, 0u);
  }
}

TEST(threaded_runtime_threaded, stops_in_the_middle) {
  for (int i = 0; i != 5; ++i) {
    threaded_run run{2};
    run.program->config.clients = 16;
    run.program->config.messages = 1'000'000;
    echo::spawn_all(*run.program, *run.watching);
    run.program->started.wait_for_all(8);
  }
}

/// Fails on its first message, and says so when it is asked.
class failing {
public:
  static constexpr std::string_view kind = "failing";
  static constexpr std::size_t mailbox_max = 4;
  struct environment {
    echo::tally failed;
  };
  struct state {
    std::uint32_t nothing = 0;
    SEEDWALK_INSPECT(state, nothing)
  };
  failing(environment& e, net::actor_host&, state&) : env_(e) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[](const net::stop_requested&) { throw std::runtime_error("planted"); }};
  }
  void on_exception(std::string_view) { ++env_.failed; }

private:
  environment& env_;
};

TEST(threaded_runtime_threaded, an_exception_is_counted_and_ends_its_actor_alone) {
  failing::environment environment;
  threaded_run run{2};
  const auto one = net::spawn<failing>(*run.runtime, environment, "one", {});
  run.runtime->deliver(one, net::control_completion{net::stop_requested{}});
  environment.failed.wait_for_all(1);
  EXPECT_EQ(run.runtime->failures(), 1u);
  EXPECT_EQ(run.runtime->violations().front(), "actor one failed: planted");
}

} // namespace
} // namespace seedwalk::sim
