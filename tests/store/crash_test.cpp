#include <gtest/gtest.h>

#include "faulty_disk.hpp"

namespace seedwalk::store {
namespace {

using namespace test;

/// The nth batch of a small crawl: new endpoints, and visits to earlier ones.
batch nth_batch(std::uint32_t n) {
  record_announcements announcements{peer(50'000 + n % 7), start + std::chrono::seconds{n}, {}};
  for (std::uint32_t i = 0; i != 20; ++i)
    announcements.announcements.push_back(
        {peer(n * 20 + i), static_cast<std::uint32_t>(announcements.now.count()), 1'033});
  batch b{{announcements}};
  if (n == 0)
    b.operations.push_back(open_census{});
  for (std::uint32_t i = 0; i != 5; ++i) {
    auto v = visit_at(announcements.now, net::outcome::complete, net::stage::addresses);
    v.census = 1;
    v.version = version_record{};
    v.version->user_agent = std::string(100, static_cast<char>('a' + n % 26));
    b.operations.push_back(record_visit{peer((n * 7919 + i) % (n * 20 + 20)), v});
  }
  return b;
}

constexpr std::uint32_t batches = 60;

/// Writes until something fails; how many batches were acknowledged.
std::uint32_t crawl(database& db) {
  std::uint32_t acknowledged = 0;
  if (!db.open())
    return 0;
  while (acknowledged != batches && db.apply(nth_batch(acknowledged)))
    ++acknowledged;
  return acknowledged;
}

TEST(store_crash, nothing_acknowledged_is_lost_wherever_the_disk_stops) {
  long all_calls = 0;
  std::vector<std::uint64_t> digests(batches + 1);
  {
    faulty_disk disk;
    disk.fail_from(-1, "");
    database db("/db", disk.options());
    ASSERT_TRUE(db.open());
    digests[0] = db.digest().value();
    for (std::uint32_t n = 0; n != batches; ++n) {
      ASSERT_TRUE(db.apply(nth_batch(n)));
      digests[n + 1] = db.digest().value();
    }
    all_calls = disk.calls();
  }
  ASSERT_GT(all_calls, 200);
  long points = 0;
  for (long at = 1; at < all_calls; at += 3, ++points) {
    faulty_disk disk;
    disk.fail_from(at, "the machine is off");
    auto acknowledged = std::uint32_t{0};
    {
      database db("/db", disk.options());
      acknowledged = crawl(db);
    }
    disk.heal();
    database db("/db", disk.options());
    const auto opened = db.open();
    ASSERT_TRUE(opened) << at << ": " << opened.error().message;
    const auto digest = db.digest().value();
    // All that was acknowledged, and of the batch at hand all or nothing.
    const bool exact = digest == digests[acknowledged];
    const bool one_more = acknowledged < batches && digest == digests[acknowledged + 1];
    ASSERT_TRUE(exact || one_more) << at;
    const auto censuses = ask<censuses_answer>(db, censuses_query{}).censuses;
    const auto counted = censuses.empty() ? 0 : censuses.front().second.counts.tried;
    ASSERT_EQ(counted, ask<stats_answer>(db, stats_query{start}).visits) << at;
    const auto report = db.check();
    ASSERT_TRUE(report);
    ASSERT_EQ(report->problem_count, 0u) << at << ": " << report->problems.front();
  }
  RecordProperty("crash_points", std::to_string(points));
}

TEST(store_crash, a_full_disk_is_a_typed_error_and_is_survived) {
  for (long at = 0; at < 60; at += 3) {
    faulty_disk disk;
    database db("/db", disk.options());
    ASSERT_TRUE(db.open());
    ASSERT_TRUE(db.apply(nth_batch(0)));
    const auto before = db.digest();
    disk.fail_from(at, "No space left on device");
    std::uint32_t n = 1;
    for (; n != batches; ++n) {
      const auto done = db.apply(nth_batch(n));
      if (!done) {
        EXPECT_EQ(done.error().code, error_code::disk_full) << done.error().message;
        EXPECT_TRUE(transient(done.error().code));
        // It goes on being full, and says so.
        const auto again = db.apply(nth_batch(n));
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, error_code::disk_full) << again.error().message;
        break;
      }
    }
    ASSERT_LT(n, batches) << "never failed";
    disk.heal();
    ASSERT_TRUE(db.apply(nth_batch(n)));
    EXPECT_NE(db.digest(), before);
    const auto report = db.check();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problem_count, 0u) << report->problems.front();
  }
}

/// A batch that reached the file and not the platter is there when the database is opened again:
/// its visits counted twice when it was written again.
TEST(store_crash, a_batch_that_is_written_again_counts_once_wherever_the_disk_stopped) {
  std::uint32_t known_before = 0;
  for (long at = 0; at < 60; ++at) {
    faulty_disk disk;
    database db("/db", disk.options());
    ASSERT_TRUE(db.open());
    ASSERT_TRUE(db.apply(nth_batch(0)));
    disk.fail_from(at, "the disk is away");
    auto n = std::uint32_t{1};
    std::vector<batch> failed;
    for (; n != batches && failed.empty(); ++n)
      if (auto b = nth_batch(n); !db.apply(b)) {
        b.attempt = db.last_attempt();
        failed.push_back(std::move(b));
      }
    ASSERT_EQ(failed.size(), 1u);
    // What comes while it waits is another batch, and counts.
    auto next = nth_batch(n);
    if (at % 2 == 0 && !db.apply(next)) {
      next.attempt = db.last_attempt();
      failed.push_back(next);
    }
    disk.heal();
    for (const auto& b : failed) {
      const auto done = db.apply(b);
      ASSERT_TRUE(done) << done.error().message;
      ASSERT_EQ(done->results.size(), b.operations.size());
      const auto heard = std::get<announcements_recorded>(done->results.front());
      EXPECT_EQ(heard.added + heard.known, 20u);
      known_before += heard.added == 0 ? 1 : 0;
    }
    const auto visits = 5 * (n - 1 + failed.size());
    EXPECT_EQ(ask<stats_answer>(db, stats_query{start}).visits, visits) << at;
    const auto censuses = ask<censuses_answer>(db, censuses_query{9}).censuses;
    ASSERT_EQ(censuses.size(), 1u);
    EXPECT_EQ(censuses.front().second.counts.tried, visits) << at;
    EXPECT_EQ(db.check()->problem_count, 0u);
  }
  EXPECT_GT(known_before, 5u) << "none was there";
}

/// What counts nothing cannot be told from what is not there, and is written again.
TEST(store_crash, announcements_that_are_written_again_are_all_there) {
  for (long at = 0; at < 12; ++at) {
    faulty_disk disk;
    database db("/db", disk.options());
    ASSERT_TRUE(db.open());
    batch heard = nth_batch(3);
    heard.operations.resize(1);
    disk.fail_from(at, "the disk is away");
    if (db.apply(heard))
      continue;
    heard.attempt = db.last_attempt();
    disk.heal();
    ASSERT_TRUE(db.apply(heard));
    EXPECT_EQ(db.totals().known, 20u) << at;
    EXPECT_EQ(db.check()->problem_count, 0u);
  }
}

TEST(store_crash, the_same_batches_leave_the_same_database) {
  const auto digest_of = [] {
    faulty_disk disk;
    database db("/db", disk.options());
    crawl(db);
    return db.digest().value();
  };
  EXPECT_EQ(digest_of(), digest_of());
}

} // namespace
} // namespace seedwalk::store
