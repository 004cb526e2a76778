// What children say of their numbers, and what becomes of those in which one dies.

#include <csignal>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tools/child_pool.hpp"

namespace seedwalk::tools {
namespace {

using bytes = child_pool::bytes;

std::vector<std::uint64_t> first_numbers(std::uint64_t count) {
  std::vector<std::uint64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

bytes bytes_of(std::uint64_t number) {
  return bytes(number * 1'000, static_cast<std::uint8_t>(number));
}

/// Until nothing is left. A number that is told of twice is an error.
std::map<std::uint64_t, child_pool::ended> all_of(child_pool& pool) {
  std::map<std::uint64_t, child_pool::ended> all;
  while (!pool.is_idle())
    for (auto& one : pool.take())
      if (const auto number = one.number; !all.emplace(number, std::move(one)).second)
        throw std::logic_error("told twice of " + std::to_string(number));
  return all;
}

TEST(child_pool, one_child_does_the_work_of_many_numbers_whatever_they_come_to) {
  child_pool pool({.jobs = 2});
  const auto numbers = first_numbers(100); // 99,000 bytes are more than are read at once.
  const std::vector<std::uint64_t> half(numbers.begin(), numbers.begin() + 50);
  pool.begin(half, bytes_of);
  pool.begin({numbers.begin() + 50, numbers.end()}, bytes_of);
  EXPECT_FALSE(pool.has_room());
  const auto all = all_of(pool);
  ASSERT_EQ(all.size(), 100u);
  for (const auto& [number, one] : all) {
    EXPECT_EQ(one.said, bytes_of(number)) << number;
    EXPECT_EQ(one.death, "") << number;
  }
}

TEST(child_pool, a_death_costs_the_number_at_hand_and_another_child_goes_on) {
  child_pool pool({});
  pool.begin(first_numbers(9), [](std::uint64_t number) {
    if (number % 4 == 0)
      std::raise(number == 8 ? SIGTERM : SIGKILL);
    if (number == 3)
      _exit(7);
    return bytes_of(number);
  });
  const auto all = all_of(pool);
  ASSERT_EQ(all.size(), 9u);
  for (const auto& [number, one] : all)
    EXPECT_EQ(one.death, number == 8       ? "SIGTERM"
                         : number % 4 == 0 ? "SIGKILL"
                         : number == 3     ? "exit code 7"
                                           : "")
        << number;
}

// One run overwrites what the next one needs: that is no failure of the next.
TEST(child_pool, what_kills_a_child_that_has_done_others_is_tried_once_more_alone) {
  const auto dies_after_others = [](std::uint64_t number) {
    static bool has_run = false;
    if (std::exchange(has_run, true) || number == 2)
      std::raise(SIGKILL);
    return bytes_of(number);
  };
  child_pool blames({});
  blames.begin(first_numbers(4), dies_after_others);
  EXPECT_EQ(all_of(blames).at(1).death, "SIGKILL");
  child_pool tries_again({.again_alone = true});
  tries_again.begin(first_numbers(4), dies_after_others);
  const auto all = all_of(tries_again);
  ASSERT_EQ(all.size(), 4u);
  for (const auto& [number, one] : all)
    EXPECT_EQ(one.death, number == 2 ? "SIGKILL" : "") << number;
}

TEST(child_pool, a_number_that_takes_too_long_is_ended_and_the_others_are_not) {
  child_pool pool({.run_limit = std::chrono::milliseconds{200}, .again_alone = true});
  pool.begin(first_numbers(3), [](std::uint64_t number) {
    while (number == 1)
      pause();
    return bytes_of(number);
  });
  const auto all = all_of(pool);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all.at(1).death, "did not end");
  EXPECT_EQ(all.at(0).said, bytes_of(0));
  EXPECT_EQ(all.at(2).said, bytes_of(2));
}

TEST(child_pool, what_is_ended_is_not_heard_of) {
  child_pool pool({});
  pool.begin({1}, [](std::uint64_t) -> bytes {
    for (;;)
      pause();
  });
  EXPECT_FALSE(pool.is_idle());
  pool.end_all();
  EXPECT_TRUE(pool.is_idle());
  EXPECT_TRUE(pool.take().empty());
}

} // namespace
} // namespace seedwalk::tools
