#include <map>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "store/record_cache.hpp"

namespace seedwalk::store {
namespace {

/// A hash that drawn keys share often, so that sets overflow and tags collide.
std::uint64_t coarse_hash(const std::string& key) {
  return key.empty() ? 0 : static_cast<std::uint64_t>(key.front()) % 7 << 60;
}

std::string drawn_key() {
  return *rc::gen::container<std::string>(*rc::gen::inRange(1, 4), rc::gen::inRange('a', 'f'));
}

TEST(record_cache, gives_the_last_value_of_a_key_or_nothing) {
  EXPECT_TRUE(rc::check([] {
    record_cache cache(*rc::gen::inRange<std::size_t>(record_cache::min_bytes, 16'384));
    std::map<std::string, std::string> last;
    const auto steps = *rc::gen::inRange(1, 400);
    for (int i = 0; i != steps; ++i) {
      const auto key = drawn_key();
      if (*rc::gen::inRange(0, 5) == 0) {
        cache.erase(coarse_hash(key), key);
        last.erase(key);
      } else {
        const auto size = *rc::gen::inRange<std::size_t>(0, 600);
        last[key] = std::string(size, static_cast<char>('A' + i % 26));
        cache.put(coarse_hash(key), key, last[key]);
        if (size + key.size() < 400)
          RC_ASSERT(cache.find(coarse_hash(key), key) == last[key]);
      }
      const auto other = drawn_key();
      if (const auto found = cache.find(coarse_hash(other), other))
        RC_ASSERT(last.contains(other) && last[other] == *found);
    }
  }));
}

TEST(record_cache, keeps_everything_while_there_is_room) {
  record_cache cache(1u << 20);
  const std::string value(100, 'x');
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15ull;
  constexpr std::uint64_t many = 4'000;
  for (std::uint64_t n = 1; n <= many; ++n)
    cache.put(n * spread, std::to_string(n), value);
  std::uint64_t found = 0;
  for (std::uint64_t n = 1; n <= many; ++n)
    found += cache.find(n * spread, std::to_string(n)) == value ? 1 : 0;
  // A set may be full before the ring is: few are.
  EXPECT_GE(found, many * 99 / 100);
}

TEST(record_cache, forgets_the_oldest_first) {
  record_cache cache(record_cache::min_bytes);
  const std::string value(100, 'x');
  for (std::uint64_t n = 1; n <= 1'000; ++n) {
    cache.put(n, std::to_string(n), value);
    if (n > 10) {
      EXPECT_EQ(cache.find(n - 10, std::to_string(n - 10)), value) << n;
    }
  }
  EXPECT_EQ(cache.find(1, "1"), std::nullopt);
}

TEST(record_cache, drops_the_old_value_of_one_that_is_too_large_to_keep) {
  record_cache cache(1u << 20);
  cache.put(1, "key", "old");
  cache.put(1, "key", std::string(70'000, 'x'));
  EXPECT_EQ(cache.find(1, "key"), std::nullopt);
}

TEST(record_cache, holds_no_more_than_it_was_made_with) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = *rc::gen::inRange<std::size_t>(0, 1u << 20);
    RC_ASSERT(record_cache(bytes).memory_bytes() <= bytes);
  }));
}

TEST(record_cache, keeps_nothing_without_memory) {
  record_cache cache;
  cache.put(1, "key", "value");
  cache.erase(1, "key");
  EXPECT_EQ(cache.find(1, "key"), std::nullopt);
}

} // namespace
} // namespace seedwalk::store
