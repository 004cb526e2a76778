// Prints what the world costs; asserts nothing about time. Run with
//   runtime_tests --gtest_also_run_disabled_tests --gtest_filter='figures.*'

#include <chrono>
#include <cstdio>
#include <memory>

#include <gtest/gtest.h>
#include <leveldb/db.h>

#include "actors/runtime/checkpoint.hpp"
#include "sim/disk/memory_env.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

namespace seedwalk::sim {
namespace {

using namespace toy;

class stopwatch {
public:
  double us() const {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start_)
        .count();
  }

private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

caf::behavior pong(caf::event_based_actor* self) {
  return {[self](const caf::actor& back, int left) {
    if (left > 0)
      self->send(back, caf::actor_cast<caf::actor>(self), left - 1);
  }};
}

class quiet_listener final : public world_listener {
public:
  void on_step(const step_view&) override {}
};

TEST(figures, DISABLED_ping_pong_steps_per_second) {
  for (const auto strategy : {strategy::fifo, strategy::uniform})
    for (const bool listens : {false, true}) {
      sim::world world(options(1, strategy));
      quiet_listener listener;
      if (listens)
        world.listen(listener);
      process inside(world);
      for (int pair = 0; pair != 50; ++pair) {
        const auto a = inside.system().spawn(pong);
        const auto b = inside.system().spawn(pong);
        caf::anon_send(a, b, 20'000);
      }
      const stopwatch watch;
      while (world.step()) {
      }
      std::printf("%-8s %-12s %5.2f M steps/s\n", strategy == strategy::fifo ? "fifo" : "uniform",
                  listens ? "listener" : "no listener",
                  static_cast<double>(world.steps()) / watch.us());
    }
}

TEST(figures, DISABLED_memory_env_open_and_close) {
  for (const bool journal : {false, true}) {
    constexpr int times = 2'000;
    const stopwatch watch;
    for (int i = 0; i != times; ++i) {
      disk::options o;
      o.journal = journal;
      disk on(o);
      memory_env env(on);
      leveldb::Options lo;
      lo.env = &env;
      lo.create_if_missing = true;
      lo.write_buffer_size = 64 * 1024;
      leveldb::DB* raw = nullptr;
      ASSERT_TRUE(leveldb::DB::Open(lo, "/db", &raw).ok());
      env.run_background();
      delete raw;
    }
    std::printf("fresh database, open and close, %s journal: %.1f us\n",
                journal ? "with" : "without", watch.us() / times);
  }
}

TEST(figures, DISABLED_kill) {
  constexpr int times = 200;
  double kills = 0;
  double alive = 0;
  for (int i = 0; i != times; ++i) {
    walkers w(options(static_cast<std::uint64_t>(i)), 115);
    w.introduce();
    w.advance(2'000);
    alive += static_cast<double>(w.inside.actors());
    const stopwatch watch;
    w.world.kill();
    kills += watch.us();
  }
  std::printf("kill of %.0f actors: %.1f us\n", alive / times, kills / times);
}

TEST(figures, DISABLED_capture_and_restore) {
  walkers w(options(1), 10'000);
  for (const auto one : w.all)
    w.inside.send(one, meet{{w.all[0], w.all[1]}, {}});
  ASSERT_TRUE(w.drive.quiesce());
  actor_kinds kinds;
  kinds.add<walker>(w.env);
  const stopwatch capturing;
  const auto captured = w.inside.capture();
  const auto capture_us = capturing.us();
  const stopwatch whole;
  ASSERT_TRUE(recreate(w.inside, kinds).empty());
  std::printf("%zu actors: capture %.1f ms; capture, kill and restore %.1f ms\n", captured.size(),
              capture_us / 1'000, whole.us() / 1'000);
}

} // namespace
} // namespace seedwalk::sim
