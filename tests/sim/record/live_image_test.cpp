#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/record/recordings.hpp"

namespace seedwalk::sim {
namespace {

using test::echo_builder;
using test::live_run;
using test::scratch_file;

/// Records a live run and makes images of it in its middle, while all its clients are busy.
std::vector<process_image> record_with_images(live_run& live, const std::string& path) {
  std::vector<process_image> images;
  live.program.config = {.clients = 8, .messages = 40, .pause = true};
  live.record(path);
  std::uint64_t looked = 0;
  const auto server = echo::spawn_all(live.program, live.watching);
  static_cast<void>(server);
  live.driver.run([&] {
    if (++looked % 16 == 0)
      live.driver.when_quiet([&](std::chrono::nanoseconds) {
        EXPECT_TRUE(live.world.idle());
        images.push_back(live.image());
      });
    return live.program.finished == live.program.config.clients;
  });
  live.world.ignore(*live.recording);
  live.recording->finish(live.world.steps(), live.world.hash(), "done");
  live.steps = live.world.steps();
  live.hash = live.world.hash();
  live.inside.kill();
  return images;
}

void expect_all_go_on(live_run::over medium) {
  const scratch_file file;
  live_run live{1, medium};
  const auto images = record_with_images(live, file.path);
  ASSERT_FALSE(images.empty());
  for (const auto& image : images) {
    replay_options options;
    options.from = image;
    const auto again = replay(file.path, echo_builder{}, options);
    ASSERT_TRUE(again.has_value());
    ASSERT_FALSE(again->damage) << again->damage->message;
    ASSERT_FALSE(again->first_difference)
        << "from step " << image.steps << ", in step " << again->first_difference->step;
    EXPECT_TRUE(again->complete);
    EXPECT_EQ(live.hash, again->hash);
    EXPECT_EQ(live.steps, again->steps);
  }
}

TEST(live_image, a_replay_goes_on_from_an_image_of_a_run_in_memory) {
  expect_all_go_on(live_run::over::memory);
}

TEST(live_image, a_replay_goes_on_from_an_image_of_a_run_on_sockets) {
  expect_all_go_on(live_run::over::sockets);
}

} // namespace
} // namespace seedwalk::sim
