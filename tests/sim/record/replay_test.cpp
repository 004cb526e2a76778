#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include "sim/record/replay.hpp"
#include "tests/sim/record/recordings.hpp"

namespace seedwalk::sim {
namespace {

using test::echo_builder;
using test::record_echo;
using test::scratch_file;

TEST(replay, a_recorded_run_of_drawn_size_replays_equal) {
  EXPECT_TRUE(rc::check([] {
    echo::settings config;
    config.clients = *rc::gen::inRange(1u, 6u);
    config.messages = *rc::gen::inRange(0u, 30u);
    config.size_max = *rc::gen::inRange(1u, 5'000u);
    config.pause = *rc::gen::arbitrary<bool>();
    const auto frame_bytes = *rc::gen::inRange<std::size_t>(1, 20'000);
    const scratch_file file;
    const auto position =
        *rc::gen::element(test::live_run::over::sockets, test::live_run::over::memory);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto run = record_echo(file.path, config, frame_bytes, seed, position);
    const auto again = replay(file.path, echo_builder{});
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->verified);
    RC_ASSERT(again->complete);
    RC_ASSERT(again->reason == "done");
    RC_ASSERT(again->hash == run.hash);
    RC_ASSERT(again->steps == run.steps);
  }));
}

TEST(replay, a_recording_cut_anywhere_replays_to_its_last_whole_frame) {
  const scratch_file file;
  const auto run = record_echo(file.path, {});
  const auto whole = file.read();
  std::uint64_t steps_seen = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto size = *rc::gen::inRange<std::size_t>(0, whole.size());
    const scratch_file cut;
    cut.write(net::byte_view{whole}.first(size));
    const auto result = replay(cut.path, echo_builder{});
    if (!result) { // not even the header is there
      RC_ASSERT(size < 200u);
      return;
    }
    RC_ASSERT(result->verified);
    RC_ASSERT(!result->complete);
    RC_ASSERT(result->steps <= run.steps);
    steps_seen = std::max(steps_seen, result->steps);
  }));
  EXPECT_GT(steps_seen, 0u);
}

TEST(replay, a_changed_byte_is_damage_and_all_before_it_is_good) {
  const scratch_file file;
  record_echo(file.path, {});
  const auto whole = file.read();
  EXPECT_TRUE(rc::check([&] {
    auto changed = whole;
    const auto position = *rc::gen::inRange<std::size_t>(0, whole.size());
    changed[position] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
    const scratch_file other;
    other.write(changed);
    const auto result = replay(other.path, echo_builder{});
    if (!result) {
      RC_ASSERT(position < 200u);
      return;
    }
    RC_ASSERT(!result->verified);
    RC_ASSERT(result->damage.has_value());
    RC_ASSERT(!result->first_difference);
  }));
}

TEST(replay, a_planted_difference_is_found_at_its_step) {
  const scratch_file file;
  record_echo(file.path, {});
  echo_builder planted;
  planted.shifted = true;
  const auto result = replay(file.path, planted);
  ASSERT_TRUE(result.has_value());
  EXPECT_FALSE(result->verified);
  ASSERT_TRUE(result->first_difference.has_value());
  const auto& difference = *result->first_difference;
  EXPECT_EQ(difference.step, result->steps);
  EXPECT_NE(difference.recorded, difference.replayed);
  EXPECT_EQ(difference.actor, "client/0");
  // The byte is changed when client 0 sends its tenth message: by a timer after its ninth.
  EXPECT_EQ(difference.message, "seedwalk::net::timer_fired");
  const auto known = nlohmann::json::parse(difference.state);
  EXPECT_EQ(known["number"], 0);
  EXPECT_EQ(known["sent"], 10);
  EXPECT_TRUE(known["draws"].is_object());

  replay_options before;
  before.until_step = difference.step - 1;
  EXPECT_TRUE(replay(file.path, planted, before)->verified);
}

TEST(replay, observers_do_not_enter_the_chain) {
  const scratch_file file;
  const auto run = record_echo(file.path, {});
  std::shared_ptr<test::replayed_program> built;
  echo_builder quiet;
  quiet.level = 2;
  quiet.built = &built;
  const auto result = replay(file.path, quiet);
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->verified);
  EXPECT_EQ(result->hash, run.hash);
  EXPECT_GT(built->watching.lines, 0u);
  EXPECT_LT(built->watching.lines, run.lines);
}

TEST(replay, one_actor_too_few_is_a_difference) {
  const scratch_file file;
  echo::settings config;
  config.clients = 2;
  record_echo(file.path, config);
  const auto result = replay(file.path, [](const replay_ground& ground) {
    auto one = std::make_shared<test::replayed_program>(ground);
    one->program.config.clients = 1;
    echo::spawn_all(one->program, one->watching);
    return one;
  });
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->first_difference.has_value());
}

TEST(replay, nobody_to_make_a_step_is_a_difference) {
  const scratch_file file;
  record_echo(file.path, {});
  const auto result =
      replay(file.path, [](const replay_ground&) { return std::shared_ptr<void>{}; });
  ASSERT_TRUE(result.has_value());
  ASSERT_TRUE(result->first_difference.has_value());
  EXPECT_EQ(result->first_difference->step, 1u);
  EXPECT_EQ(result->first_difference->actor, "");
  EXPECT_EQ(result->first_difference->state, "");
}

} // namespace
} // namespace seedwalk::sim
