#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/program/drawn_world.hpp"
#include "tests/sim/program/pair.hpp"
#include "tests/sim/record/scratch_file.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using test::scratch_file;

/// The pair in a world; the askers are those that end.
struct pair_world {
  explicit pair_world(const simulated_world::options& o, std::uint8_t questions = 50)
      : world(o), answerer(world.add({.name = "answerer",
                                      .addresses = {pair::answerer_at},
                                      .program = pair::start_answerer})),
        askers(world.add(
            {.name = "askers", .program = pair::start_askers, .configuration = {questions}})) {}

  bool run(net::steady_time limit = 1h) {
    return world.run([this] { return askers.over(); }, limit);
  }

  simulated_world world;
  simulated_host& answerer;
  simulated_host& askers;
};

simulated_world::options drawn(std::uint64_t seed) {
  return draw_world(seed, {.victims = {pair::answerer_at}, .faults = fault_range::intact_bytes});
}

TEST(simulated_world, a_program_in_a_drawn_world_ends_well_and_replays_equal) {
  EXPECT_TRUE(rc::check([] {
    const scratch_file file;
    pair_world pair{drawn(*rc::gen::arbitrary<std::uint64_t>())};
    const bool asks = *rc::gen::arbitrary<bool>();
    auto& recorded = asks ? pair.askers : pair.answerer;
    RC_ASSERT(recorded.record(file.path, "pair").has_value());
    RC_ASSERT(pair.run());
    RC_ASSERT(pair.world.violations().empty());
    RC_ASSERT(recorded.finish_recording("done").has_value());
    const auto again = replay(file.path, asks ? pair::start_askers : pair::start_answerer);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->verified);
    RC_ASSERT(again->complete);
    RC_ASSERT(again->steps == recorded.inside().steps());
    RC_ASSERT(again->hash == recorded.inside().run_chain().value());
  }));
}

TEST(simulated_world, an_asker_whose_answerer_goes_away_in_order_asks_again) {
  pair_world pair{drawn(924157015)};
  EXPECT_TRUE(pair.run());
}

TEST(simulated_world, is_a_function_of_its_seed) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto hash_of = [](std::uint64_t s) {
      pair_world pair{drawn(s)};
      pair.run();
      return pair.world.hash();
    };
    RC_ASSERT(hash_of(seed) == hash_of(seed));
    RC_ASSERT(hash_of(seed) != hash_of(seed + 1));
  }));
}

TEST(simulated_world, another_program_than_the_recorded_one_is_noticed) {
  const scratch_file file;
  pair_world pair{{}};
  ASSERT_TRUE(pair.answerer.record(file.path).has_value());
  pair.run();
  ASSERT_TRUE(pair.answerer.finish_recording("done").has_value());
  const auto again = replay(file.path, pair::start_askers);
  ASSERT_TRUE(again.has_value());
  ASSERT_TRUE(again->first_difference.has_value());
}

TEST(simulated_world, a_host_that_is_killed_comes_back_with_nothing_left) {
  EXPECT_TRUE(rc::check([] {
    pair_world pair{{.seed = *rc::gen::arbitrary<std::uint64_t>()}, 200};
    const auto moment = *rc::gen::inRange<std::uint64_t>(1, 400);
    pair.world.run([&] { return pair.world.steps() >= moment; }, 1h);
    pair.answerer.kill();
    RC_ASSERT(!pair.answerer.over());
    RC_ASSERT(!pair.run(pair.world.now() + 10s)); // nobody answers
    pair.answerer.start();
    RC_ASSERT(pair.answerer.inside().incarnation() == 2u);
    RC_ASSERT(pair.run());
    RC_ASSERT(pair.world.violations().empty());
  }));
}

TEST(simulated_world, is_over_when_no_actor_is_left) {
  pair_world pair{{}};
  EXPECT_FALSE(pair.world.run(1h)); // the answerer waits for more
  EXPECT_TRUE(pair.askers.over());
  EXPECT_FALSE(pair.answerer.over());
  pair.answerer.stop();
  EXPECT_TRUE(pair.world.run(2h));
}

} // namespace
} // namespace seedwalk::sim
