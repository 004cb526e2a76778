#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/dial_health.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::seconds;

net::visit_summary dial(net::stage reached, net::blame blame, net::error reason) {
  net::visit_summary summary;
  summary.reached = reached;
  summary.blame = blame;
  summary.reason = reason;
  return summary;
}

const auto shortage = dial(net::stage::dialling, net::blame::local, net::error::no_descriptors);

/// A dial that ended in any way there is.
net::visit_summary any_dial() {
  return dial(*rc::gen::element(net::stage::dialling, net::stage::verack),
              *rc::gen::element(net::blame::peer, net::blame::local, net::blame::cancelled),
              *rc::gen::element(net::error::none, net::error::no_descriptors,
                                net::error::permission_denied, net::error::proxy_failed));
}

TEST(dial_health, all_was_in_vain_if_each_dial_failed_by_our_own_doing) {
  EXPECT_TRUE(rc::check([] {
    dial_health health;
    std::uint64_t ended = 0;
    bool got_out = false;
    bool failed = false;
    net::steady_time now{0};
    if (*rc::gen::arbitrary<bool>()) { // Of a listener.
      health.note_failure(net::error::no_descriptors, now);
      failed = true;
    }
    for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
      const auto summary = any_dial();
      const bool cancelled = summary.blame == net::blame::cancelled;
      const bool our_failure =
          summary.blame == net::blame::local && summary.reason != net::error::none;
      RC_ASSERT(is_our_failure(summary) == our_failure);
      if (our_failure) {
        health.note_failure(summary.reason, now);
        failed = true;
      }
      health.dial_ended(summary, 0, now);
      if (!cancelled)
        ++ended;
      if (!cancelled && !(our_failure && summary.reached == net::stage::dialling))
        got_out = true;
      now += seconds{1};
    }
    RC_ASSERT(health.dials_ended() == ended);
    RC_ASSERT(health.why_in_vain().empty() == (got_out || ended == 0 || !failed));
  }));
}

TEST(dial_health, says_what_failed_most) {
  dial_health health;
  for (const auto reason :
       {net::error::permission_denied, net::error::no_memory, net::error::permission_denied})
    health.note_failure(reason, seconds{1});
  for (int i = 0; i != 3; ++i)
    health.dial_ended(dial(net::stage::dialling, net::blame::local, net::error::permission_denied),
                      0, seconds{1});
  EXPECT_NE(health.why_in_vain().find(net::name_of(net::error::permission_denied)),
            std::string::npos);
  EXPECT_NE(health.why_in_vain().find(advice_on(net::error::permission_denied)), std::string::npos);
}

TEST(dial_health, is_hopeless_after_pauses_in_a_row_and_only_if_no_dial_ever_got_out) {
  EXPECT_TRUE(rc::check([] {
    dial_health health;
    net::steady_time now{0};
    const bool once_out = *rc::gen::arbitrary<bool>();
    if (once_out)
      health.dial_ended(dial(net::stage::verack, net::blame::peer, net::error::none), 0, now);
    for (std::uint32_t pauses = 0; pauses != dial_health::pauses_in_vain + 3; ++pauses) {
      RC_ASSERT(health.is_hopeless() == (!once_out && pauses > dial_health::pauses_in_vain));
      RC_ASSERT((health.allowed(100, now) == 100) == (pauses == 0));
      health.dial_ended(shortage, *rc::gen::inRange<std::uint32_t>(0, 9), now);
      RC_ASSERT(health.allowed(100, now) == 0);
      const auto again = health.next_change(now);
      RC_ASSERT(again.has_value());
      now = *again;
    }
    // What one peer's side, or one destination's, does holds nobody back.
    health.dial_ended(dial(net::stage::dialling, net::blame::peer, net::error::none), 0, now);
    RC_ASSERT(!health.is_hopeless());
  }));
}

TEST(dial_health, a_dial_that_got_out_makes_the_next_pause_a_short_one) {
  EXPECT_TRUE(rc::check([] {
    dial_health health;
    net::steady_time now{0};
    for (int n = *rc::gen::inRange(1, 8); n > 0; --n) {
      health.dial_ended(shortage, 0, now);
      now = *health.next_change(now);
    }
    const bool out = *rc::gen::arbitrary<bool>();
    const auto got_out = dial(net::stage::verack, net::blame::local, net::error::no_memory);
    if (out)
      health.dial_ended(got_out, 0, now);
    health.dial_ended(shortage, 0, now);
    RC_ASSERT((*health.next_change(now) - now == dial_brake::pause_min) == out);
  }));
}

TEST(dial_health, what_one_destination_fails_by_is_no_shortage) {
  dial_health health;
  for (int i = 0; i != 20; ++i)
    health.dial_ended(dial(net::stage::dialling, net::blame::local, net::error::proxy_failed), 0,
                      seconds{i});
  EXPECT_FALSE(health.is_hopeless());
  EXPECT_EQ(health.allowed(100, seconds{20}), 100u);
}

} // namespace
} // namespace seedwalk::actors
