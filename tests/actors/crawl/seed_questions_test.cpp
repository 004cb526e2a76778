#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "actors/crawl/seed_questions.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::seconds;

TEST(seed_questions, are_asked_again_after_growing_delays_without_an_end) {
  seed_questions asked;
  std::vector<std::int64_t> waits;
  for (int i = 0; i != 20; ++i) {
    asked.begin_round();
    waits.push_back(asked.next_round(false).value().count());
  }
  EXPECT_EQ(waits.front(), 2);
  EXPECT_EQ(waits[3], 16);
  EXPECT_TRUE(std::ranges::is_sorted(waits));
  EXPECT_EQ(waits.back(), 300);
}

TEST(seed_questions, of_a_crawl_that_ends_when_nothing_is_due_are_given_up_within_a_minute) {
  seed_questions asked;
  seconds waited{0};
  for (;;) {
    asked.begin_round();
    const auto wait = asked.next_round(true);
    if (!wait)
      break;
    waited += *wait;
    ASSERT_LT(waited, seconds{60});
  }
  EXPECT_EQ(waited, seconds{30});
}

TEST(seed_questions, name_those_that_failed_in_the_last_round) {
  seed_questions asked;
  asked.begin_round();
  asked.failed("a.example", net::error::resolver_failed);
  asked.begin_round();
  asked.failed("c.example", net::error::name_not_found);
  asked.failed("b.example", net::error::resolver_failed);
  EXPECT_EQ(asked.failures_text(), "b.example (resolver_failed), c.example (name_not_found)");
}

} // namespace
} // namespace seedwalk::actors
