// A crawl that is crashed in a call of its disk, at each of some thousand points of it: what was
// acknowledged is there, and the crawl is finished. `tools/prove crashes` tries all of them.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/sim/scenario/crash_points.hpp"

namespace seedwalk::sim {
namespace {

using test::crash_and_finish;
using test::crash_point;

constexpr std::uint32_t crashed_nodes = 50;
constexpr std::uint32_t dead_hosts = 70;

/// Fifty nodes, and some that are told of and are not there: with small buffers that is enough for
/// logs to be begun and tables to be written in its middle.
crawl_scenario crawl_to_crash() {
  auto s = plain_crawl(7, crashed_nodes);
  s.network.unknown = unknown_host::refused;
  auto& teller = s.nodes.changes.emplace_back();
  for (std::uint32_t i = 0; i != dead_hosts; ++i)
    teller.tells.push_back(net::ipv4_endpoint(0x0c000001 + (i << 8), 18444));
  s.endpoints_expected = 1;
  s.drive.journal = true;
  return s;
}

/// So many of all points: those of a run of the tests, unless more are asked for.
std::vector<crash_point> sample(std::vector<crash_point> all, std::size_t usual) {
  const char* asked = std::getenv("SEEDWALK_CRASH_POINTS");
  const auto count = asked == nullptr ? usual : std::strtoull(asked, nullptr, 10);
  if (count >= all.size())
    return all;
  std::vector<crash_point> some;
  net::random_stream draw{count, "crash points"};
  for (std::size_t i = 0; i != count; ++i) // One of each part, so that none is left out.
    some.push_back(all[(i * all.size() + draw.below(all.size())) / count]);
  return some;
}

void expect_nothing_lost(const crawl_scenario& s) {
  const auto all = test::crash_points_of(s);
  ASSERT_GT(all.size(), 5'000u);
  const auto points = sample(all, 100);
  std::size_t crashed = 0;
  std::uint64_t told = 0;
  for (const auto& point : points) {
    SCOPED_TRACE(test::text_of(point));
    const auto run = crash_and_finish(s, point);
    crashed += run.was_crashed ? 1 : 0;
    told += run.told;
    EXPECT_TRUE(run.does_open);
    EXPECT_TRUE(run.lost.empty()) << run.lost.size() << " of " << run.told << " visits are lost";
    for (const auto& violation : run.verdict.violations)
      ADD_FAILURE() << violation;
    for (const auto& problem : run.problems)
      ADD_FAILURE() << problem;
    ASSERT_TRUE(run.verdict.summary);
    EXPECT_EQ(run.verdict.summary->end, actors::crawl_end::finished);
    EXPECT_EQ(run.verdict.known, crashed_nodes + dead_hosts);
    EXPECT_EQ(run.verdict.good_agreed, crashed_nodes);
    if (testing::Test::HasFailure())
      break;
  }
  std::printf("%zu points of %zu, crashed at %zu of them; %llu visits acknowledged before\n",
              points.size(), all.size(), crashed, static_cast<unsigned long long>(told));
  EXPECT_GT(crashed * 10, points.size() * 9);
  EXPECT_GT(told, points.size());
}

TEST(crash_points, nothing_acknowledged_is_lost_and_the_census_is_completed) {
  expect_nothing_lost(crawl_to_crash());
}

/// As POSIX has it: a sync of a file makes no name durable. LevelDB alone loses what it has written
/// to a log that it has just begun.
TEST(crash_points, the_same_where_a_name_is_durable_only_once_its_folder_is) {
  auto s = crawl_to_crash();
  s.drive.sync_commits_names = false;
  expect_nothing_lost(s);
}

TEST(crash_points, the_crawl_that_is_crashed_begins_logs_and_writes_tables_on_its_way) {
  crawl_world world{crawl_to_crash()};
  std::vector<std::string> made;
  world.disk().on_change([&](std::uint64_t, const disk::entry& call) {
    if (call.call == disk_call::create)
      made.push_back(call.name);
  });
  EXPECT_TRUE(run_crawl(world).violations.empty());
  const auto count = [&](std::string_view ending) {
    return std::ranges::count_if(made, [&](const auto& one) { return one.ends_with(ending); });
  };
  EXPECT_GE(count(".log"), 2);
  EXPECT_GE(count(".ldb"), 1);
}

/// What a disk loses that lies when it is asked to sync nobody can bring back. It is named: by the
/// opening, where what is left is no database any more, and by the account of what was
/// acknowledged where it is one.
TEST(crash_points, what_a_disk_that_lies_has_lost_is_named) {
  auto s = crawl_to_crash();
  constexpr std::uint64_t of_the_opening = 6; // Syncs that are honest: there is a database.
  s.drive.faults = {{disk_call::sync, of_the_opening + 1, UINT64_MAX, disk_fault::effect::lie, {}}};
  auto points = sample(test::crash_points_of(s), 100);
  std::size_t lost = 0;
  std::size_t refused = 0;
  for (const auto& point : points) {
    SCOPED_TRACE(test::text_of(point));
    const auto run = crash_and_finish(s, point);
    const auto is_named = [&](const char* part) {
      return std::ranges::any_of(run.verdict.violations, [&](const auto& violation) {
        return violation.text.find(part) != std::string::npos;
      });
    };
    if (!run.does_open) {
      ++refused;
      EXPECT_TRUE(is_named("could not be started again")) << "a database that does not open";
      EXPECT_TRUE(is_named("acknowledged"));
    } else if (!run.lost.empty()) {
      ++lost;
      EXPECT_TRUE(is_named("acknowledged are lost")) << run.lost.size() << " visits are lost";
    }
    // The checker tells of zeros where writes have been, too; and nobody complains for nothing.
    if (!is_named("acknowledged")) {
      EXPECT_TRUE(run.lost.empty());
      for (const auto& violation : run.verdict.violations)
        ADD_FAILURE() << violation;
      for (const auto& problem : run.problems)
        ADD_FAILURE() << problem;
    }
    if (testing::Test::HasFailure())
      break;
  }
  std::printf("%zu points: what was lost is named at %zu, the opening refuses at %zu\n",
              points.size(), lost, refused);
  EXPECT_GT(lost, points.size() / 10);
}

} // namespace
} // namespace seedwalk::sim
