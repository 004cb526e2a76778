#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/program/shrink.hpp"

namespace seedwalk::sim {
namespace {

TEST(shrink, finds_the_parts_that_a_failure_needs) {
  EXPECT_TRUE(rc::check([] {
    const auto count = *rc::gen::inRange(1, 200);
    const auto needed = *rc::gen::container<std::set<int>>(rc::gen::inRange(0, count));
    std::vector<int> parts;
    for (int i = 0; i != count; ++i)
      parts.push_back(i);
    const auto fewest = fewest_that_fail(parts, [&](const std::vector<int>& some) {
      return std::includes(some.begin(), some.end(), needed.begin(), needed.end());
    });
    RC_ASSERT(std::equal(fewest.begin(), fewest.end(), needed.begin(), needed.end()));
  }));
}

TEST(shrink, leaves_nothing_that_can_be_left_out) {
  EXPECT_TRUE(rc::check([] {
    // Any so many of them fail, and so does nothing less: there is no single answer.
    const auto count = *rc::gen::inRange<std::size_t>(1, 60);
    const auto enough = *rc::gen::inRange<std::size_t>(0, count + 1);
    std::size_t asked = 0;
    const auto fewest =
        fewest_that_fail(std::vector<int>(count), [&](const std::vector<int>& some) {
          ++asked;
          return some.size() >= enough;
        });
    RC_ASSERT(fewest.size() == enough);
    RC_ASSERT(asked <= count * count + 64);
  }));
}

} // namespace
} // namespace seedwalk::sim
