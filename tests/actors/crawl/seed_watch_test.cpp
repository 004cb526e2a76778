#include <vector>

#include <gtest/gtest.h>

#include "actors/crawl/seed_watch.hpp"

namespace seedwalk::actors {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr seconds live_interval = 1h;
constexpr bool few = true;
constexpr bool many = false;

/// Looks once a second until `until`, as a crawl does; gives the moments at which seeds are asked.
std::vector<seconds> rounds_of(seed_watch& watch, seconds from, seconds until, bool few_known,
                               std::uint64_t seed = 1) {
  std::vector<seconds> rounds;
  for (auto now = from; now < until; now += 1s)
    if (watch.due(now, few_known, live_interval)) {
      rounds.push_back(now);
      watch.asked(now, seed);
    }
  return rounds;
}

TEST(seed_watch, asks_once_after_dials_in_vain_and_then_ever_more_seldom) {
  seed_watch watch;
  watch.begin(100s);
  watch.note(101s, {5, 0, 0});
  const auto rounds = rounds_of(watch, 101s, 48h, few);
  ASSERT_GE(rounds.size(), 5u);
  EXPECT_EQ(rounds.front(), 100s + seed_watch::patience_few);
  for (std::size_t i = 1; i != rounds.size(); ++i) {
    const auto pause = rounds[i] - rounds[i - 1];
    const auto least =
        std::min<seconds>(seed_watch::pause_min * (1 << (i - 1)), seed_watch::pause_max);
    EXPECT_GE(pause, least) << i;
    EXPECT_LE(pause, least + least / 4 + 1s) << i;
  }
  EXPECT_LE(rounds.size(), 4u + 48 / 4);
}

TEST(seed_watch, is_more_patient_where_many_are_known) {
  seed_watch watch;
  watch.begin(0s);
  watch.note(1s, {5, 0, 0});
  EXPECT_EQ(rounds_of(watch, 1s, 10min, many).front(), seed_watch::patience_many);
}

TEST(seed_watch, of_who_knows_many_and_has_dialled_nobody_says_nothing) {
  seed_watch watch;
  watch.begin(0s);
  watch.note(1s, {0, 0, 0});
  EXPECT_TRUE(rounds_of(watch, 1s, 5h, many).empty());
  EXPECT_FALSE(rounds_of(watch, 1s, 5h, few).empty());
}

TEST(seed_watch, asks_nobody_between_visits_that_succeed) {
  seed_watch watch;
  watch.begin(0s);
  seed_watch::moment seen{10, 5, 0};
  // Live endpoints are visited each hour, a dead one between.
  for (auto at = 0s; at < 48h; at += 1h) {
    ++seen.reached;
    seen.dialled += 2;
    watch.note(at, seen);
    watch.note(at + 10min, {++seen.dialled, seen.reached, 0});
    EXPECT_TRUE(rounds_of(watch, at + 10min, at + 1h, few).empty());
  }
  const auto lost_at = 47h;
  EXPECT_EQ(rounds_of(watch, 48h, 60h, few).front(), lost_at + 2 * live_interval);
}

TEST(seed_watch, asks_nobody_while_somebody_is_connected) {
  seed_watch watch;
  watch.begin(0s);
  for (auto at = 1s; at < 10h; at += 1s) {
    watch.note(at, {static_cast<std::uint64_t>(at.count()), 1, 1});
    ASSERT_FALSE(watch.due(at, few, live_interval));
  }
}

TEST(seed_watch, a_success_makes_pauses_short_again_and_never_shorter_than_the_shortest) {
  seed_watch watch;
  watch.begin(0s);
  watch.note(1s, {5, 0, 0});
  const auto before = rounds_of(watch, 1s, 10h, few);
  watch.note(10h, {6, 1, 0});
  watch.note(10h + 1s, {7, 1, 0});
  const auto after = rounds_of(watch, 10h + 1s, 30h, few);
  ASSERT_GE(after.size(), 2u);
  EXPECT_GE(after[0] - before.back(), seed_watch::pause_min);
  EXPECT_LE(after[1] - after[0], seed_watch::pause_min * 5 / 4 + 1s);
}

TEST(seed_watch, spreads_rounds_by_the_seed_of_the_run_alone) {
  const auto second_round = [](std::uint64_t seed) {
    seed_watch watch;
    watch.begin(0s);
    watch.note(1s, {5, 0, 0});
    return rounds_of(watch, 1s, 2h, few, seed).at(1);
  };
  EXPECT_EQ(second_round(7), second_round(7));
  EXPECT_NE(second_round(7), second_round(8));
}

} // namespace
} // namespace seedwalk::actors
