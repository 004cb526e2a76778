#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "store/score.hpp"

namespace seedwalk::store {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(store_score, decay_is_the_exponential_to_nine_digits) {
  EXPECT_TRUE(rc::check([] {
    const seconds age{*rc::gen::inRange<std::int64_t>(0, 30 * 86'400 + 1)};
    const auto window = *rc::gen::elementOf(score::windows);
    const auto exact =
        std::exp(-static_cast<double>(age.count()) / static_cast<double>(window.count()));
    const auto computed = static_cast<double>(decay(age, window)) / 4294967296.0;
    // The exponent is cut to 16 bits behind the point.
    RC_ASSERT(std::abs(computed - exact) < 2e-5);
  }));
  EXPECT_EQ(decay(seconds{0}, hours{2}), 1ull << 32);
  EXPECT_EQ(decay(seconds{-5}, hours{2}), 1ull << 32);
  EXPECT_EQ(decay(hours{24 * 365}, hours{2}), decay(hours{24 * 30}, hours{2}));
}

TEST(store_score, averages_stay_in_their_bounds_whatever_the_clock_does) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<bool, std::int32_t>>& tries) {
    score s;
    for (const auto& [success, age] : tries) {
      update(s, success, seconds{age});
      for (const auto& a : s.averages) {
        RC_ASSERT(a.weight <= average::one);
        RC_ASSERT(a.reliability <= a.weight);
        RC_ASSERT(a.count >= average::one_count);
      }
    }
  }));
}

TEST(store_score, agrees_with_floating_point_as_bitcoin_seeder_computes_it) {
  EXPECT_TRUE(rc::check([] {
    score computed;
    std::array<std::array<double, 3>, 5> expected{};
    const auto tries = *rc::gen::container<std::vector<std::pair<bool, int>>>(
        rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange(1, 200'000)));
    for (const auto& [success, age] : tries) {
      update(computed, success, seconds{age});
      for (std::size_t i = 0; i != expected.size(); ++i) {
        const auto f =
            std::exp(-static_cast<double>(age) / static_cast<double>(score::windows[i].count()));
        expected[i][0] = expected[i][0] * f + (success ? 1 - f : 0);
        expected[i][1] = expected[i][1] * f + (1 - f);
        expected[i][2] = expected[i][2] * f + 1;
      }
    }
    for (std::size_t i = 0; i != expected.size(); ++i) {
      const auto& a = computed.averages[i];
      RC_ASSERT(std::abs(a.reliability / double{average::one} - expected[i][0]) < 1e-3);
      RC_ASSERT(std::abs(a.weight / double{average::one} - expected[i][1]) < 1e-3);
      RC_ASSERT(std::abs(a.count / double{average::one_count} - expected[i][2]) <
                1e-2 * expected[i][2] + 1e-3);
    }
  }));
}

TEST(store_score, an_hourly_peer_becomes_reliable_and_a_lost_one_stops_being_so) {
  score s;
  int tries = 0;
  for (; !reliable(s) && tries < 100; ++tries)
    update(s, true, hours{1});
  EXPECT_GT(tries, 2);
  EXPECT_LT(tries, 20);
  int failures = 0;
  for (; reliable(s) && failures < 1'000; ++failures)
    update(s, false, hours{1});
  EXPECT_LT(failures, 1'000);
  score never;
  for (int i = 0; i != 100; ++i)
    update(never, false, hours{1});
  EXPECT_FALSE(reliable(never));
}

} // namespace
} // namespace seedwalk::store
