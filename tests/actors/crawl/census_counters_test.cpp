#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/census_counters.hpp"

namespace seedwalk::actors {
namespace {

/// What a database keeps of these counters: visits by what they are, the rest as it is noted.
store::census_counts kept_of(const crawl_counters& c) {
  store::census_counts kept;
  kept.tried = c.tried;
  kept.good = c.good;
  kept.failed = c.failed;
  kept.outcomes.assign(c.outcomes.begin(), c.outcomes.end());
  kept.addresses = c.addresses;
  kept.collections.assign(c.collections.begin(), c.collections.end());
  const auto noted = note_of(1, c);
  kept.peak_connections = noted.peak_connections;
  kept.peak_unwritten_bytes = noted.peak_unwritten_bytes;
  kept.local_failures = noted.local_failures;
  return kept;
}

TEST(census_counters, every_counter_comes_back) {
  EXPECT_TRUE(rc::check([] {
    crawl_counters c;
    const auto any = [] { return *rc::gen::inRange<std::uint64_t>(0, 1'000); };
    for (auto* n :
         {&c.tried, &c.good, &c.failed, &c.addresses, &c.peak_connections, &c.peak_unwritten_bytes})
      *n = any();
    for (auto& n : c.outcomes)
      n = any();
    for (auto& n : c.collections)
      n = any();
    c.local_failures[net::error::no_descriptors] = any();
    RC_ASSERT(counters_of(kept_of(c)) == c);
  }));
}

TEST(census_counters, a_list_that_is_shorter_or_longer_than_todays_is_taken) {
  store::census_counts kept;
  kept.outcomes = {1, 2};
  kept.collections.assign(99, 7);
  const auto c = counters_of(kept);
  EXPECT_EQ(c.outcomes[1], 2u);
  EXPECT_EQ(c.outcomes[2], 0u);
  EXPECT_EQ(c.collections.back(), 7u);
}

} // namespace
} // namespace seedwalk::actors
