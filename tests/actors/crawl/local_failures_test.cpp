#include <gtest/gtest.h>

#include "actors/crawl/local_failures.hpp"

namespace seedwalk::actors {
namespace {

using namespace std::chrono_literals;
using net::error;

TEST(local_failures, the_first_of_each_reason_is_said_at_once_and_the_rest_once_a_minute) {
  local_failures f;
  EXPECT_TRUE(f.note(error::no_descriptors, 10s));
  for (int i = 0; i != 1'000; ++i)
    EXPECT_FALSE(f.note(error::no_descriptors, 11s));
  EXPECT_TRUE(f.note(error::permission_denied, 12s));
  EXPECT_TRUE(f.take_summary(71s).empty());
  const auto said = f.take_summary(72s);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0], (std::pair<error, std::uint64_t>{error::no_descriptors, 1'000}));
  EXPECT_TRUE(f.take_summary(200s).empty()) << "nothing happened since";
  EXPECT_FALSE(f.note(error::no_descriptors, 11s)) << "it was said a moment ago";
  EXPECT_EQ(f.totals().at(error::no_descriptors), 1'002u);
}

TEST(local_failures, what_comes_back_after_a_quiet_minute_is_said_at_once) {
  local_failures f;
  EXPECT_TRUE(f.note(error::no_memory, 0s));
  EXPECT_FALSE(f.note(error::no_memory, 59s));
  f.take_summary(60s);
  EXPECT_TRUE(f.note(error::no_memory, 119s));
}

TEST(local_failures, each_reason_has_its_advice) {
  for (const auto reason :
       {error::no_descriptors, error::no_local_ports, error::no_memory, error::network_unreachable,
        error::permission_denied, error::proxy_failed, error::address_not_supported})
    EXPECT_NE(advice_on(reason), advice_on(error::unknown)) << net::name_of(reason);
}

TEST(dial_brake, holds_nothing_back_without_a_shortage) {
  dial_brake b;
  EXPECT_EQ(b.allowed(500, 1s), 500u);
  EXPECT_FALSE(b.next_change(1s));
}

TEST(dial_brake, pauses_longer_while_nothing_gets_out) {
  dial_brake b;
  net::steady_time now{0};
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    b.failed(0, now);
    b.failed(0, now + 1ms); // Of the same moment: no pause of its own.
    EXPECT_EQ(b.allowed(500, now + pause - 1ms), 0u);
    EXPECT_EQ(b.next_change(now), now + pause);
    EXPECT_EQ(b.allowed(500, now + pause), 1u) << "one, to see";
    now += pause;
  }
  b.worked();
  b.failed(0, now);
  EXPECT_EQ(b.allowed(500, now + 1s), 1u);
}

TEST(dial_brake, finds_how_many_fit_and_forgets_a_shortage_that_is_over) {
  dial_brake b;
  for (std::uint32_t others = 499; others != 39; --others)
    b.failed(others, 0s);
  EXPECT_EQ(b.allowed(500, 1s), 40u);
  EXPECT_EQ(b.allowed(500, 2s), 51u);
  net::steady_time now = 2s;
  while (const auto next = b.next_change(now)) {
    now = *next;
    b.allowed(500, now);
    ASSERT_LT(now, 30s);
  }
  EXPECT_EQ(b.allowed(500, now), 500u);
}

} // namespace
} // namespace seedwalk::actors
