#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "actors/runtime/live_driver.hpp"
#include "actors/runtime/process_signals.hpp"
#include "tests/actors/runtime/live_run.hpp"

namespace seedwalk::sim {
namespace {

using test::live_run;

TEST(live_driver_threaded, runs_a_program_to_its_end) {
  live_run live;
  live.run();
  EXPECT_EQ(live.program.finished, live.program.config.clients);
  EXPECT_GT(live.program.echoed_bytes, 0u);
  EXPECT_EQ(live.world.failures(), 0u);
  EXPECT_TRUE(live.world.violations().empty());
}

TEST(live_driver_threaded, completions_of_several_threads_keep_each_threads_order) {
  struct listener final : world_listener {
    std::map<std::uint64_t, std::uint64_t> last;
    std::uint64_t seen = 0;
    bool ordered = true;
    void on_completion(std::uint64_t, process&, net::owner to, std::uint8_t,
                       net::byte_view bytes) override {
      store::completion read;
      ASSERT_TRUE(net::from_archive(bytes, read));
      const auto number = std::get<store::written>(read).request.value;
      ordered = ordered && number == last[to.id] + 1;
      last[to.id] = number;
      ++seen;
    }
  } heard;
  constexpr std::uint64_t each = 2'000;
  live_run live;
  live.world.listen(heard);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 1; t <= 3; ++t)
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 1; i <= each; ++i)
        live.driver.deliver(net::owner{1'000 + t}, store::completion{store::written{{i}, {}, {}}});
    });
  live.driver.run([&] { return heard.seen == 3 * each; });
  for (auto& one : threads)
    one.join();
  live.world.ignore(heard);
  EXPECT_TRUE(heard.ordered);
}

/// The parent of the tests may ignore some signals, as a shell does for what it starts with `&`;
/// and what is ignored at the start stays so.
class live_signals : public ::testing::Test {
protected:
  void SetUp() override {
    for (std::size_t i = 0; i != signals.size(); ++i)
      before_[i] = std::signal(signals[i], SIG_DFL);
  }
  void TearDown() override {
    for (std::size_t i = 0; i != signals.size(); ++i)
      std::signal(signals[i], before_[i]);
  }

private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
  std::array<void (*)(int), signals.size()> before_{};
};

TEST_F(live_signals, reach_the_actor_that_asked_for_them) {
  live_run live;
  const auto server = echo::spawn_all(live.program, live.watching);
  live.driver.handle_signals(server, {});
  std::raise(SIGTERM);
  live.driver.run([&] { return live.program.stops == 1; });
  EXPECT_EQ(live.program.stops, 1u);
  live.inside.kill();
}

TEST_F(live_signals, the_second_ends_the_process_with_130) {
  const auto twice = [] {
    live_run live;
    live.driver.handle_signals(net::nobody, {});
    std::raise(SIGINT);
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(twice(), ::testing::ExitedWithCode(130), "");
}

// A crawl outlived its terminal: without a file to read again, SIGHUP was swallowed.
TEST(live_driver, a_hangup_stops_a_run_that_has_nothing_to_reload) {
  const auto path = ::testing::TempDir() + "hangup_" + std::to_string(::getpid());
  std::ofstream{path} << "x";
  int reopened = 0;
  const auto reopen = [&reopened] { ++reopened; };
  const auto without = request_of_signal(SIGHUP, {"", reopen});
  ASSERT_TRUE(std::holds_alternative<net::stop_requested>(without));
  EXPECT_EQ(std::get<net::stop_requested>(without).signal, SIGHUP);
  EXPECT_EQ(reopened, 0);
  const auto with = request_of_signal(SIGHUP, {path, reopen});
  ASSERT_TRUE(std::holds_alternative<net::reload_requested>(with));
  EXPECT_EQ(std::get<net::reload_requested>(with).contents, "x");
  EXPECT_EQ(reopened, 1);
  EXPECT_TRUE(std::holds_alternative<net::stop_requested>(request_of_signal(SIGTERM, {path, {}})));
  std::remove(path.c_str());
}

TEST_F(live_signals, a_terminal_that_goes_says_so_twice_and_the_run_still_ends_in_order) {
  live_run live;
  const auto server = echo::spawn_all(live.program, live.watching);
  live.driver.handle_signals(server, {});
  std::raise(SIGHUP);
  std::raise(SIGHUP);
  std::raise(SIGTERM);
  live.driver.run([&] { return live.program.stops == 3; });
  EXPECT_EQ(live.program.stops, 3u);
  live.inside.kill();
}

// `&` in a script ignores SIGINT, nohup SIGHUP: what was ignored at the start stays so.
TEST_F(live_signals, that_are_ignored_stay_ignored) {
  const auto before = std::signal(SIGINT, SIG_IGN);
  {
    live_run live;
    const auto server = echo::spawn_all(live.program, live.watching);
    live.driver.handle_signals(server, {});
    std::raise(SIGINT);
    std::raise(SIGINT);
    std::raise(SIGTERM);
    live.driver.run([&] { return live.program.stops > 0; });
    EXPECT_EQ(live.program.stops, 1u);
    live.inside.kill();
  }
  EXPECT_TRUE(signal_is_ignored(SIGINT)) << "as it was";
  std::signal(SIGINT, before);
}

TEST_F(live_signals, are_what_they_were_when_the_run_is_over) {
  const auto handler_of = [](int number) {
    struct sigaction now {};
    ::sigaction(number, nullptr, &now);
    return now.sa_handler;
  };
  const auto pipe_before = handler_of(SIGPIPE);
  {
    live_run live;
    live.driver.handle_signals(net::nobody, {});
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
      EXPECT_NE(handler_of(number), SIG_DFL);
    EXPECT_EQ(handler_of(SIGPIPE), SIG_IGN);
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    EXPECT_EQ(handler_of(number), SIG_DFL);
  EXPECT_EQ(handler_of(SIGPIPE), pipe_before);
}

// More of them than a pipe holds, while the program is busy.
TEST_F(live_signals, in_any_number_hold_up_nobody) {
  live_run live;
  const auto server = echo::spawn_all(live.program, live.watching);
  live.driver.handle_signals(server, {});
  for (int i = 0; i != 70'000; ++i)
    std::raise(SIGHUP);
  live.driver.run([&] { return live.program.stops > 0; });
  live.inside.kill();
}

TEST_F(live_signals, for_a_file_that_may_not_grow_kill_nobody) {
  const auto grow = [] {
    live_run live;
    live.driver.handle_signals(net::nobody, {});
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_FSIZE, &none);
    const auto path = ::testing::TempDir() + "grow_" + std::to_string(::getpid());
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const bool refused = ::write(file, "x", 1) < 0 && errno == EFBIG;
    std::remove(path.c_str());
    ::_exit(refused ? 7 : 8);
  };
  EXPECT_EXIT(grow(), ::testing::ExitedWithCode(7), "");
}

TEST(live_driver, reads_what_is_reloaded_or_says_why_not) {
  const auto path = ::testing::TempDir() + "reload_" + std::to_string(::getpid());
  std::ofstream{path} << "max_connections = 7\n";
  EXPECT_EQ(read_for_reload(path).contents, "max_connections = 7\n");
  EXPECT_EQ(read_for_reload(path).error, "");
  std::ofstream{path} << std::string(net::reload_requested::max_contents_bytes + 1, 'x');
  EXPECT_EQ(read_for_reload(path).contents, "");
  EXPECT_NE(read_for_reload(path).error, "");
  std::remove(path.c_str());
  EXPECT_NE(read_for_reload(path).error, "");
  EXPECT_NE(read_for_reload("/").error, "");
}

} // namespace
} // namespace seedwalk::sim
