#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "net/base/archive.hpp"
#include "net/base/random.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

TEST(random_stream, stays_within_its_bounds) {
  EXPECT_TRUE(rc::check([] {
    random_stream stream{any_u64(), "bounds"};
    const auto bound = std::max<std::uint64_t>(any_u64(), 1);
    RC_ASSERT(stream.below(bound) < bound);
    const auto a = static_cast<std::int64_t>(any_u64());
    const auto b = static_cast<std::int64_t>(any_u64());
    const auto drawn = stream.between(std::min(a, b), std::max(a, b));
    RC_ASSERT(drawn >= std::min(a, b) && drawn <= std::max(a, b));
  }));
}

TEST(random_stream, covers_its_whole_range) {
  random_stream stream{1, "coverage"};
  std::array<int, 7> seen{};
  for (int i = 0; i != 7000; ++i)
    ++seen[static_cast<std::size_t>(stream.between(-3, 3) + 3)];
  for (auto n : seen)
    EXPECT_NEAR(n, 1000, 150);
  EXPECT_NO_FATAL_FAILURE(stream.between(std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max()));
  int hits = 0;
  for (int i = 0; i != 8000; ++i)
    hits += stream.chance(1, 4);
  EXPECT_NEAR(hits, 2000, 200);
  EXPECT_FALSE(stream.chance(0, 5));
  EXPECT_TRUE(stream.chance(5, 5));
}

TEST(random_stream, is_the_same_again_from_the_same_seed_or_its_archive) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = any_u64();
    random_stream a{seed, "purpose"};
    random_stream b{seed, "purpose"};
    RC_ASSERT(a.next() == b.next());
    random_stream restored;
    RC_ASSERT(from_archive(to_archive(a), restored));
    RC_ASSERT(a.next() == restored.next());
  }));
}

TEST(random_stream, differs_by_seed_purpose_and_key) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = any_u64();
    const auto key = up_to(10);
    auto longer = key;
    longer.push_back(0);
    const auto first = [](random_stream stream) { return stream.next(); };
    const auto reference = first({seed, "purpose", key});
    RC_ASSERT(reference != first({seed + 1, "purpose", key}));
    RC_ASSERT(reference != first({seed, "purposes", key}));
    RC_ASSERT(reference != first({seed, "purpose", longer}));
  }));
}

TEST(random_stream, draws_the_same_numbers_on_every_machine) {
  // Published outputs of SplitMix64 from state 0: a restored stream must continue like this.
  random_stream stream;
  EXPECT_EQ(stream.next(), 0xe220a8397b1dcdafu);
  EXPECT_EQ(stream.next(), 0x6e789e6aa1b965f4u);
  EXPECT_EQ(stream.next(), 0x06c45d188009454fu);
}

} // namespace
} // namespace seedwalk::net
