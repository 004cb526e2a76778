#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/record/replay.hpp"
#include "sim/scenario/replayed_storage.hpp"
#include "tests/actors/runtime/live_run.hpp"
#include "tests/sim/record/scratch_file.hpp"

namespace seedwalk::test {

/// Runs the echo program recorded; its final hash and steps.
struct recorded_run {
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t lines = 0;
};
inline recorded_run record_echo(const std::string& path, const echo::settings& config,
                                std::size_t frame_bytes = 4'096, std::uint64_t seed = 1,
                                live_run::over medium = live_run::over::memory) {
  live_run live{seed, medium};
  live.program.config = config;
  sim::recording_writer::options settings;
  settings.frame_bytes = frame_bytes;
  live.record(path, std::move(settings));
  live.run();
  EXPECT_EQ(live.recording->failure(), "");
  EXPECT_EQ(live.recording->bytes_written(), std::filesystem::file_size(path));
  return {live.hash, live.steps, live.watching.lines};
}

/// The echo program as a replay builds it.
struct replayed_program {
  explicit replayed_program(const sim::replay_ground& ground)
      : store(ground), program{ground.process, ground.process, ground.network, store.watched},
        watching{ground.process} {}
  sim::replayed_store store;
  echo::program program;
  echo::watcher::environment watching;
};

struct echo_builder {
  bool shifted = false;
  std::uint32_t level = 0;
  std::shared_ptr<replayed_program>* built = nullptr;

  std::shared_ptr<void> operator()(const sim::replay_ground& ground) const {
    auto result = std::make_shared<replayed_program>(ground);
    EXPECT_TRUE(net::from_archive(ground.header.configuration, result->program.config));
    result->program.config.shifted = shifted;
    result->program.seed = ground.header.seed;
    result->watching.level = level;
    if (ground.image == nullptr) {
      echo::spawn_all(result->program, result->watching);
    } else {
      EXPECT_TRUE(ground.parts.restore(*ground.image).empty());
      EXPECT_TRUE(echo::kinds_of(result->program)
                      .restore_all(ground.process, ground.image->actors)
                      .empty());
    }
    if (built)
      *built = result;
    return result;
  }
};

} // namespace seedwalk::test
