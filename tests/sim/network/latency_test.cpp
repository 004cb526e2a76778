#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/random.hpp"
#include "sim/network/latency.hpp"

using namespace seedwalk;
using namespace seedwalk::sim;
using namespace std::chrono_literals;

namespace {

std::vector<std::int64_t> sorted_samples(const latency& l, std::size_t count) {
  net::random_stream stream(42, "latency test");
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i != count; ++i)
    result.push_back(l.at(stream.next()).count());
  std::sort(result.begin(), result.end());
  return result;
}

double mean(const std::vector<std::int64_t>& samples) {
  double sum = 0;
  for (const auto x : samples)
    sum += static_cast<double>(x);
  return sum / static_cast<double>(samples.size());
}

} // namespace

TEST(latency, a_constant_is_constant) {
  EXPECT_TRUE(rc::check([](std::uint64_t draw) {
    RC_ASSERT(latency::constant(7ms).at(draw) == 7ms);
    RC_ASSERT(latency{}.at(draw) == 0ns);
  }));
}

TEST(latency, uniform_stays_within_and_reaches_both_ends) {
  const auto s = sorted_samples(latency::uniform(10ns, 19ns), 10'000);
  EXPECT_EQ(s.front(), 10);
  EXPECT_EQ(s.back(), 19);
  EXPECT_NEAR(mean(s), 14.5, 0.2);
}

TEST(latency, exponential_has_its_mean_median_and_tail) {
  const auto s = sorted_samples(latency::exponential(1ms, 10ms), 200'000);
  EXPECT_GE(s.front(), 1'000'000);
  EXPECT_NEAR(mean(s), 11e6, 0.1e6);
  EXPECT_NEAR(static_cast<double>(s[100'000]), 1e6 + 6.93e6, 0.1e6);
  EXPECT_NEAR(static_cast<double>(s[198'000]), 1e6 + 46.05e6, 1.5e6); // 99 of 100
  EXPECT_GT(s.back(), 90'000'000);
}

TEST(latency, log_normal_has_its_median_and_spread) {
  const auto s = sorted_samples(latency::log_normal(40ms, 100), 200'000);
  EXPECT_NEAR(static_cast<double>(s[100'000]), 40e6, 0.6e6);
  EXPECT_NEAR(static_cast<double>(s[168'269]), 108.7e6, 3e6); // one deviation above
  EXPECT_NEAR(static_cast<double>(s[31'731]), 14.7e6, 0.5e6); // and below
}

TEST(latency, is_never_negative_nor_absurd) {
  EXPECT_TRUE(rc::check([](std::uint64_t draw) {
    for (const auto& l : {latency::exponential({}, 1h), latency::log_normal(1h, 150)}) {
      RC_ASSERT(l.at(draw) >= 0ns);
      RC_ASSERT(l.at(draw) < 100h);
    }
  }));
}
