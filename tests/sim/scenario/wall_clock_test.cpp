#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/scenario/clock_steps.hpp"

namespace seedwalk::sim {
namespace {

using namespace test;
using testing::IsEmpty;

/// As many as a test of every run can take; the proof of record sets another number.
std::uint64_t seeds() {
  const auto given = std::getenv("SEEDWALK_CLOCK_SEEDS");
  return given == nullptr ? 16 : std::strtoull(given, nullptr, 10);
}

// A clock that was a day ahead for six seconds left everybody who was visited meanwhile due
// tomorrow; one that was set to 2099 made the crawler drop its history and forget its peers.
TEST(wall_clock, whatever_it_is_set_to_everybody_is_visited_and_nothing_is_lost) {
  std::uint64_t visits = 0;
  std::chrono::nanoseconds longest{0};
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    const auto trial = run_clock_trial(seed);
    EXPECT_THAT(trial.problems, IsEmpty());
    EXPECT_GE(trial.scenario.wall_steps.size(), 2u);
    visits += trial.visits;
    longest = std::max(longest, trial.longest_gap);
  }
  fmt::print("{} seeds, {} visits, longest time between two visits {} s\n", seeds(), visits,
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

} // namespace
} // namespace seedwalk::sim
