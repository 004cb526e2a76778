// Rare places of the program: each has a scenario file that says that it reaches it.

#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "net/base/probe.hpp"
#include "net/base/whole_file.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {
namespace {

TEST(probes, each_is_reached_by_a_scenario_that_says_so) {
  // That a file reaches what it says is `scenarios.keeps_what_it_promises`.
  std::map<net::probe, std::string> reached_by;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator{SEEDWALK_SOURCES "/tests/scenarios"}) {
    if (entry.path().extension() != ".toml")
      continue;
    const auto text = net::read_whole_file(entry.path().string(), {scenario_bytes_max});
    ASSERT_TRUE(text);
    const auto read = parse_scenario(*text, entry.path().filename().string());
    ASSERT_TRUE(read) << read.error();
    for (const auto rare : read->expect.probes)
      reached_by.emplace(rare, entry.path().filename().string());
  }
  for (std::size_t i = 0; i != net::probe_count; ++i)
    EXPECT_TRUE(reached_by.contains(static_cast<net::probe>(i)))
        << net::probe_names()[i] << ": no file in tests/scenarios says that it reaches it";
}

TEST(probes, a_promise_to_reach_one_that_is_not_reached_is_broken) {
  auto s = plain_crawl(1, 5);
  s.expect.probes = {net::probe::met_ourselves};
  const auto verdict = run_crawl(s);
  ASSERT_EQ(verdict.broken.size(), 1u);
  EXPECT_EQ(verdict.broken[0].oracle, "expect.probes");
  EXPECT_EQ(verdict.broken[0].place, "met_ourselves");
}

TEST(probes, counting_changes_nothing_and_runs_do_not_mix) {
  const auto s = plain_crawl(3, 12);
  const auto first = run_crawl(s);
  net::probe_counts outer;
  const net::listening_to_probes listening{outer};
  const auto second = run_crawl(s);
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(first.probes, second.probes);
  EXPECT_EQ(outer, net::probe_counts{});
}

} // namespace
} // namespace seedwalk::sim
