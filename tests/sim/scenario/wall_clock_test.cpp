#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/scenario/clock_steps.hpp"

namespace seedwalk::sim {
namespace {

using namespace test;
using testing::IsEmpty;

/// As many as a test of every run can take; the proof of record sets another number.
std::uint64_t seeds_to_try() {
  const auto given = std::getenv("SEEDWALK_CLOCK_SEEDS");
  return given == nullptr ? 16 : std::strtoull(given, nullptr, 10);
}

// A clock that was a day ahead for six seconds left everybody who was visited meanwhile due
// tomorrow; one that was set to 2099 made the crawler drop its history and forget its peers.
TEST(wall_clock, whatever_it_is_set_to_everybody_is_visited_and_nothing_is_lost) {
  std::uint64_t visits = 0;
  std::chrono::nanoseconds longest{0};
  for (std::uint64_t seed = 1; seed <= seeds_to_try(); ++seed) {
    const auto trial = run_clock_trial(seed);
    EXPECT_THAT(trial.problems, IsEmpty());
    EXPECT_GE(trial.scenario.wall_steps.size(), 2u);
    visits += trial.visits;
    longest = std::max(longest, trial.longest_gap);
  }
  fmt::print("{} seeds, {} visits, longest time between two visits {} s\n", seeds_to_try(), visits,
             longest.count() / 1'000'000'000);
}

TEST(wall_clock, the_chain_of_a_run_has_its_steps) {
  auto s = plain_crawl(3, 10);
  const auto right = run_crawl(s).hash;
  s.wall_steps = {{std::chrono::milliseconds{1}, std::chrono::hours{1}}};
  const auto stepped = run_crawl(s).hash;
  EXPECT_NE(right, stepped);
  EXPECT_EQ(run_crawl(s).hash, stepped);
}

TEST(wall_clock, drifts_and_stands_still_while_steady_time_goes_on) {
  using std::chrono::seconds;
  sim::world world{{.seed = 1, .wall = seconds{1'000'000}}};
  simulation driver{world};
  process on{world,
             {"",
              {{seconds{100}, seconds{0}, 500'000},     // half as fast
               {seconds{300}, seconds{0}, 0},           // stands
               {seconds{400}, seconds{-50}, 2'000'000}, // is set, and twice as fast
               {seconds{500}, seconds{0}, clock_step::right_rate}}}};
  const auto wall_at = [&](seconds steady) {
    world.advance({steady, seconds{1'000'000} + steady});
    EXPECT_EQ(on.now().steady, steady);
    return (on.now().wall - seconds{1'000'000}).count();
  };
  EXPECT_EQ(wall_at(seconds{99}), 99);
  EXPECT_EQ(wall_at(seconds{200}), 150);
  EXPECT_EQ(wall_at(seconds{300}), 200);
  EXPECT_EQ(wall_at(seconds{399}), 200);
  EXPECT_EQ(wall_at(seconds{400}), 150);
  EXPECT_EQ(wall_at(seconds{450}), 250);
  EXPECT_EQ(wall_at(seconds{600}), 450);
}

} // namespace
} // namespace seedwalk::sim
