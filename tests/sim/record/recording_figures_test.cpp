#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/sim/record/recordings.hpp"

/// Figures, not a proof: run by hand on a quiet machine, from a release build.
///
///     sim_tests --gtest_also_run_disabled_tests --gtest_filter='*figures*'
namespace seedwalk::sim {
namespace {

struct cost {
  double wall = 1e9;
  double cpu = 1e9; ///< Of all threads of the process.
};

double cpu_now() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

template <class F>
void measure(cost& least, F&& run) {
  const auto begin = std::chrono::steady_clock::now();
  const auto cpu = cpu_now();
  run();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  least.wall = std::min(least.wall, wall.count());
  least.cpu = std::min(least.cpu, cpu_now() - cpu);
}

void print_figures(std::uint32_t size_max, std::uint32_t messages) {
  echo::settings config;
  config.clients = 64;
  config.messages = messages;
  config.size_max = size_max;
  config.pause = false;
  const auto over = test::live_run::over::sockets;
  cost plain, recorded, replayed;
  std::uint64_t steps = 0;
  std::uintmax_t bytes = 0;
  for (int i = 0; i != 5; ++i) {
    measure(plain, [&] {
      test::live_run live{1, over};
      live.program.config = config;
      live.run();
    });
    const test::scratch_file file;
    measure(recorded,
            [&] { steps = test::record_echo(file.path, config, 256u << 10, 1, over).steps; });
    bytes = std::filesystem::file_size(file.path);
    measure(replayed, [&] {
      const auto again = replay(file.path, test::echo_builder{});
      ASSERT_TRUE(again.has_value() && again->verified);
    });
  }
  const double echoes = static_cast<double>(config.clients) * messages;
  std::printf("messages of up to %u bytes, %llu steps, recording %.1f bytes a step\n", size_max,
              static_cast<unsigned long long>(steps),
              static_cast<double>(bytes) / static_cast<double>(steps));
  const auto line = [&](const char* text, const cost& c) {
    std::printf("  %-10s wall %.3f s, cpu %.3f s, %.0f echoes/s of cpu\n", text, c.wall, c.cpu,
                echoes / c.cpu);
  };
  line("plain", plain);
  line("recorded", recorded);
  line("replayed", replayed);
  std::printf("  recording costs %.1f %% of cpu; a replay is %.1f times as fast as the run\n",
              100.0 * (recorded.cpu / plain.cpu - 1), recorded.wall / replayed.wall);
}

TEST(recording, DISABLED_figures) {
  print_figures(64, 1'000);
  print_figures(30'000, 200);
}

} // namespace
} // namespace seedwalk::sim
