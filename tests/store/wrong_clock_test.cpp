#include <gtest/gtest.h>

#include "faulty_disk.hpp"
#include "net/base/random.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::store {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const schedule_options rules;
constexpr seconds ahead = hours{24};

/// A database that was written under a clock that was ahead, and is mended.
class store_wrong_clock : public testing::Test {
protected:
  store_wrong_clock() { EXPECT_TRUE(db.open()); }

  void visit(std::uint32_t n, timestamp at, net::outcome outcome = net::outcome::complete) {
    const bool worked = outcome == net::outcome::complete;
    must(db,
         record_visit{peer(n), visit_at(at, outcome,
                                        worked ? net::stage::addresses : net::stage::dialling)});
  }

  void announce(std::uint32_t n, timestamp now, timestamp announced) {
    record_announcements op{net::ipv4_endpoint(0x09090909, 8333), now, {}};
    op.announcements.push_back({peer(n), static_cast<std::uint32_t>(announced.count()), 1});
    must(db, op);
  }

  times_mended mend_all(timestamp now, seconds set_back = {}, std::uint32_t limit = 3) {
    mend_times op{now, set_back, believed, 0, {}, limit};
    times_mended sum;
    for (;;) {
      auto done = std::get<times_mended>(must(db, op).results.at(0));
      sum.records += done.records;
      sum.bans += done.bans;
      sum.visits += done.visits;
      if (!done.more)
        return sum;
      op.part = done.part;
      op.after = done.after;
    }
  }

  peer_record get(std::uint32_t n) { return *ask<get_answer>(db, get_query{peer(n)}).record; }

  void expect_sound() {
    const auto report = db.check();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->problems.empty()) << report->problems.front();
  }

  bool believed = true;
  std::unique_ptr<leveldb::Env> env = memory_disk();
  database db{"/db", options_on(env.get())};
};

TEST_F(store_wrong_clock, who_was_visited_tomorrow_is_due_within_its_interval_from_now) {
  for (std::uint32_t n = 1; n != 20; ++n)
    visit(n, start + ahead + seconds{n});
  for (std::uint32_t n = 20; n != 30; ++n)
    visit(n, start + ahead, net::outcome::refused);
  EXPECT_EQ(mend_all(start + hours{1}).records, 29u);
  for (std::uint32_t n = 1; n != 30; ++n) {
    const auto r = get(n);
    EXPECT_LE(r.last_try, start + hours{1});
    EXPECT_LE(r.due, start + hours{1} + (n < 20 ? minutes{66} : hours{27})) << n;
    EXPECT_GE(r.due, start + hours{1}) << n;
  }
  EXPECT_EQ(mend_all(start + hours{1}).records, 0u) << "once is enough";
  expect_sound();
}

TEST_F(store_wrong_clock, by_a_step_that_is_known_everybody_is_due_when_it_would_have_been) {
  // They stay as far apart as they were.
  for (std::uint32_t n = 1; n != 60; ++n)
    visit(n, start + ahead + minutes{n});
  std::vector<timestamp> before;
  for (std::uint32_t n = 1; n != 60; ++n)
    before.push_back(get(n).due);
  mend_all(start + minutes{60}, ahead);
  for (std::uint32_t n = 1; n != 60; ++n)
    EXPECT_EQ(get(n).due, std::max(before[n - 1] - ahead, start + minutes{60})) << n;
}

TEST_F(store_wrong_clock, who_was_visited_by_a_right_clock_is_left_alone) {
  visit(1, start);
  visit(2, start + ahead);
  const auto before = get(1);
  EXPECT_EQ(mend_all(start + minutes{1}).records, 1u);
  EXPECT_EQ(get(1), before);
}

TEST_F(store_wrong_clock, a_database_is_mended_after_it_was_opened_again) {
  visit(1, start + ahead);
  db.close();
  ASSERT_TRUE(db.open());
  EXPECT_EQ(mend_all(start).records, 1u);
  EXPECT_LE(get(1).due, start + minutes{66});
}

TEST_F(store_wrong_clock, gossip_that_2099_thought_old_is_dialled) {
  const timestamp far{4'070'908'800}; // 2099-01-01
  announce(1, far, start);
  EXPECT_EQ(get(1).queue, dial_class::dormant);
  mend_all(start + hours{1});
  EXPECT_EQ(get(1).queue, dial_class::fresh);
  EXPECT_LE(get(1).due, start + hours{1});
  EXPECT_EQ(get(1).announced_time, start);
}

TEST_F(store_wrong_clock, gossip_of_a_clock_that_was_behind_is_fresh_when_it_is_right) {
  // Announced in what was the future: taken for five days old, which is too old when time comes
  // right.
  announce(1, start - hours{24 * 4}, start - minutes{5});
  const auto answer = ask<due_answer>(db, due_query{start, {0, 10, 0}, {}});
  ASSERT_EQ(answer.peers[1].size(), 1u);
  must(db, tidy{start + hours{24 * 3} + hours{1}});
  EXPECT_EQ(get(1).queue, dial_class::fresh) << "its announcement is three days old";
}

TEST_F(store_wrong_clock, who_was_given_up_in_2099_is_tried_again) {
  const timestamp far{4'070'908'800};
  visit(1, start);
  visit(1, far, net::outcome::refused);
  EXPECT_EQ(get(1).queue, dial_class::dormant);
  mend_all(start + hours{1});
  EXPECT_EQ(get(1).queue, dial_class::live) << "it worked an hour ago";
  EXPECT_LE(get(1).due, start + hours{1} + minutes{66});
}

TEST_F(store_wrong_clock, a_visit_that_is_broken_off_after_the_step_does_not_keep_a_far_due_time) {
  const timestamp far{4'070'908'800};
  visit(1, far);
  auto cut = visit_at(start, net::outcome::cancelled, net::stage::dialling, net::blame::cancelled);
  must(db, record_visit{peer(1), cut});
  EXPECT_LE(get(1).due, start + longest_interval(rules));
}

// A machine without a clock of its own begins in 1970: everything lies in its future.
TEST_F(store_wrong_clock, a_clock_that_is_not_believed_moves_due_times_and_nothing_else) {
  visit(1, start);
  announce(2, start, start);
  must(db, add_ban{{peer(3), "misbehaved", start, start + hours{24}}});
  const auto before = get(1);
  const auto announced = get(2);
  believed = false;
  EXPECT_EQ(mend_all(seconds{1'000}).records, 2u);
  auto after = get(1);
  EXPECT_LE(after.due, seconds{1'000} + minutes{66});
  after.due = before.due;
  EXPECT_EQ(after, before);
  EXPECT_EQ(get(2).announced_time, announced.announced_time);
  EXPECT_LE(get(2).due, seconds{1'000});
  visit(1, seconds{5'000});
  EXPECT_EQ(get(1).last_success, start) << "it is not forgotten for having been met in 1970";
  EXPECT_EQ(ask<visits_answer>(db, visits_query{peer(1), 9}).visits.size(), 2u);
  EXPECT_EQ(ask<bans_answer>(db, bans_query{}).bans.at(0).since, start);
  believed = true;
  mend_all(start + hours{1});
  EXPECT_EQ(get(1).last_success, start);
  expect_sound();
}

TEST_F(store_wrong_clock, what_a_visit_of_the_future_found_was_found_now) {
  auto v = visit_at(start + ahead, net::outcome::complete, net::stage::addresses);
  v.features = static_cast<std::uint32_t>(feature::p2p_v2) |
               static_cast<std::uint32_t>(feature::v2_fallback);
  v.chain = header_chain{start + ahead, 7, std::nullopt};
  must(db, record_visit{peer(1), v});
  mend_all(start);
  const auto r = get(1);
  EXPECT_EQ(r.v2, (v2_history{start, start}));
  EXPECT_EQ(r.chain->at, start);
  EXPECT_EQ(offers_v2(r), v2_offer::spoken);
  EXPECT_EQ(ask<visits_answer>(db, visits_query{peer(1)}).visits.at(0).chain->at, start);
}

TEST_F(store_wrong_clock, bans_of_the_future_begin_now_and_are_as_long) {
  const ban_record wrong{peer(1), "misbehaved", start + ahead, start + ahead + hours{2}};
  const ban_record right{peer(2), "misbehaved", start, start + hours{24}};
  const ban_record lasting{peer(3), "operator", start + ahead, never};
  for (const auto& ban : {wrong, right, lasting})
    must(db, add_ban{ban});
  EXPECT_EQ(mend_all(start + hours{1}, {}, 1).bans, 2u);
  const auto bans = ask<bans_answer>(db, bans_query{}).bans;
  ASSERT_EQ(bans.size(), 3u);
  EXPECT_EQ(bans[0].until, start + hours{3});
  EXPECT_EQ(bans[1], right);
  EXPECT_EQ(bans[2].since, start + hours{1});
  EXPECT_EQ(bans[2].until, never);
}

TEST_F(store_wrong_clock, visits_of_days_to_come_hide_nothing_and_go_with_their_day) {
  const timestamp far{4'070'908'800};
  visit(1, far);
  inbound_sighting seen;
  seen.from = peer(9);
  seen.at = seen.ended = far;
  must(db, record_inbound{seen});
  EXPECT_EQ(mend_all(start).visits, 2u);
  visit(1, start + hours{24}, net::outcome::refused);
  const auto visits = ask<visits_answer>(db, visits_query{peer(1), 1}).visits;
  ASSERT_EQ(visits.size(), 1u);
  EXPECT_EQ(visits[0].outcome, net::outcome::refused) << "the newest";
  EXPECT_EQ(ask<inbound_answer>(db, inbound_query{}).sightings.at(0).ended, start);
  must(db, tidy{start + hours{24 * 40}});
  EXPECT_TRUE(ask<visits_answer>(db, visits_query{peer(1), 9}).visits.empty());
  expect_sound();
}

TEST_F(store_wrong_clock, what_the_same_batch_wrote_before_is_mended_too) {
  batch both;
  both.operations.emplace_back(record_visit{
      peer(1), visit_at(start + ahead, net::outcome::complete, net::stage::addresses)});
  both.operations.emplace_back(mend_times{start, {}, true});
  ASSERT_TRUE(db.apply(both));
  EXPECT_LE(get(1).due, start + minutes{66});
}

// A batch that failed is written again when others were written meanwhile, and others failed, and
// some of those are there all the same: it puts nothing back that they have.
TEST_F(store_wrong_clock, who_is_written_again_mends_as_of_what_was_written_since) {
  std::uint32_t kept = 0;
  for (long at = 0; at != 12; ++at) {
    faulty_disk disk;
    database failing("/db", disk.options());
    ASSERT_TRUE(failing.open());
    const auto met = [](std::uint32_t n, seconds when) {
      return batch{
          {record_visit{peer(n), visit_at(when, net::outcome::complete, net::stage::addresses)}}};
    };
    const auto apply_in_vain = [&](batch& b, long from) {
      disk.fail_from(from, "the disk is away");
      if (failing.apply(b))
        return false;
      b.attempt = failing.last_attempt();
      disk.heal();
      return b.attempt != 0;
    };
    const auto tried_at = [&](std::uint32_t n) {
      const auto record = ask<get_answer>(failing, get_query{peer(n)}).record;
      return record ? record->last_try : never;
    };
    ASSERT_TRUE(failing.apply(met(1, start)));
    batch first{{mend_times{start, {}, true}}};
    ASSERT_TRUE(apply_in_vain(first, 0));
    // The database cannot even be opened for this one.
    batch second{{mend_times{start, {}, true}}};
    ASSERT_TRUE(apply_in_vain(second, 0));
    ASSERT_TRUE(failing.apply(met(2, start + seconds{5})));
    // One that fails for the first time says nothing of those that failed before.
    auto third = met(3, start + seconds{9});
    if (!apply_in_vain(third, at))
      break;
    ASSERT_TRUE(apply_in_vain(first, 0));
    kept += tried_at(3) != never ? 1 : 0;
    for (const auto& again : {first, third, second}) {
      ASSERT_TRUE(failing.apply(again));
      EXPECT_EQ(tried_at(2), start + seconds{5}) << at;
    }
    EXPECT_EQ(tried_at(3), start + seconds{9}) << at;
    // A batch that did not fail goes by its own clock.
    ASSERT_TRUE(failing.apply(batch{{mend_times{start, {}, true}}}));
    EXPECT_EQ(tried_at(2), start);
  }
  EXPECT_GT(kept, 0u) << "none was there";
}

// A crawl in small: whatever the clock did, nobody waits for longer than its interval behind the
// last step, and what is found afterwards agrees with itself.
TEST_F(store_wrong_clock, after_any_steps_nobody_waits_longer_than_its_interval) {
  net::random_stream draw(11, "steps");
  seconds wall = start;
  for (int round = 0; round != 300; ++round) {
    const auto set_back = draw.below(4) == 0;
    const seconds by{static_cast<std::int64_t>(1u << draw.below(20))};
    wall += set_back ? -by : seconds{static_cast<std::int64_t>(draw.below(3'600))};
    if (set_back) {
      believed = draw.below(2) == 0;
      mend_all(wall, draw.below(2) == 0 ? by : seconds{0}, 7);
      for (std::uint32_t n = 1; n != 30; ++n) {
        const auto record = ask<get_answer>(db, get_query{peer(n)}).record;
        if (!record || record->queue == dial_class::dormant)
          continue;
        ASSERT_LE(record->due - wall, longest_interval(rules));
        if (!believed)
          continue;
        ASSERT_LE(record->due - wall, std::max(record->due - record->last_try, seconds{0}));
        ASSERT_LE(latest_of(*record), wall);
      }
      continue;
    }
    if (draw.below(8) == 0)
      wall += by;
    for (int i = 0; i != 5; ++i)
      visit(1 + static_cast<std::uint32_t>(draw.below(29)), wall,
            draw.below(3) == 0 ? net::outcome::refused : net::outcome::complete);
  }
  expect_sound();
}

} // namespace
} // namespace seedwalk::store
