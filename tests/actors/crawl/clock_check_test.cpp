#include <limits>

#include <gtest/gtest.h>

#include "actors/crawl/clock_check.hpp"

namespace seedwalk::actors {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using verdict = clock_check::verdict;

net::instant at(std::chrono::nanoseconds steady, seconds wall) {
  return {steady, wall};
}

constexpr seconds day0{1'767'225'600};

TEST(clock_check, a_clock_that_runs_is_no_step_however_the_seconds_fall) {
  clock_check clock;
  EXPECT_FALSE(clock.look(at(0ms, day0)));
  EXPECT_FALSE(clock.look(at(999ms, day0 + 1s)));
  EXPECT_FALSE(clock.look(at(1'001ms, day0 + 1s)));
  EXPECT_FALSE(clock.look(at(2'100ms, day0 + 3s))) << "slewed, or a leap second";
  EXPECT_FALSE(clock.look(at(3'100ms, day0 + 3s)));
}

TEST(clock_check, a_step_is_told_once_and_by_how_much) {
  clock_check clock;
  clock.look(at(0s, day0));
  EXPECT_EQ(clock.look(at(1s, day0 + 1s + 24h)), seconds{24h});
  EXPECT_FALSE(clock.look(at(2s, day0 + 2s + 24h)));
  EXPECT_EQ(clock.look(at(3s, day0 + 3s)), seconds{-24h});
  EXPECT_EQ(clock.look(at(4s, day0 + 4s - 2s)), -2s);
}

TEST(clock_check, five_peers_say_whether_a_clock_is_right) {
  clock_check clock;
  clock.look(at(0s, day0));
  for (int i = 0; i != 4; ++i) {
    clock.heard(day0 + 5s, at(1s, day0 + 1s));
    EXPECT_EQ(clock.judge(), verdict::unknown);
  }
  clock.heard(day0 + 5s, at(1s, day0 + 1s));
  EXPECT_EQ(clock.judge(), verdict::believed);
  clock.look(at(2s, day0 + 2s + 24h));
  EXPECT_EQ(clock.judge(), verdict::unknown) << "what was heard was of another clock";
  for (int i = 0; i != 5; ++i)
    clock.heard(day0 + 3s, at(3s, day0 + 3s + 24h));
  EXPECT_EQ(clock.judge(), verdict::doubted);
  EXPECT_EQ(clock.difference(), seconds{-24h});
}

TEST(clock_check, the_median_counts_and_liars_do_not_overflow_it) {
  clock_check clock;
  clock.look(at(0s, day0));
  for (const auto lie :
       {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()})
    for (int i = 0; i != 10; ++i)
      clock.heard(seconds{lie}, at(0s, day0));
  for (int i = 0; i != 11; ++i)
    clock.heard(day0, at(0s, day0));
  EXPECT_EQ(clock.judge(), verdict::believed);
  EXPECT_EQ(clock.difference(), 0s);
}

TEST(clock_check, old_samples_give_way) {
  clock_check clock;
  clock.look(at(0s, day0));
  for (int i = 0; i != 50; ++i)
    clock.heard(day0 + 10h, at(0s, day0));
  EXPECT_EQ(clock.judge(), verdict::doubted);
  for (int i = 0; i != 26; ++i)
    clock.heard(day0 + 70min, at(0s, day0));
  EXPECT_EQ(clock.judge(), verdict::believed) << "70 minutes are near enough";
}

TEST(clock_check, a_clock_that_jumps_ahead_does_not_end_bans_until_it_is_believed) {
  clock_check clock;
  clock.look(at(0s, day0));
  clock.look(at(10s, day0 + 24h));
  EXPECT_EQ(clock.careful(at(20s, day0 + 24h + 10s)), day0 + 20s);
  for (int i = 0; i != 5; ++i)
    clock.heard(day0 + 24h, at(20s, day0 + 24h + 10s));
  clock.look(at(21s, day0 + 24h + 11s));
  EXPECT_EQ(clock.careful(at(30s, day0 + 24h + 20s)), day0 + 24h + 20s);
  clock.look(at(31s, day0));
  EXPECT_EQ(clock.careful(at(32s, day0 + 1s)), day0 + 1s) << "behind, it is the clock";
}

} // namespace
} // namespace seedwalk::actors
