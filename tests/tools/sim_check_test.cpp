#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/run_program.hpp"

namespace seedwalk::tools {
namespace {

TEST(sim_check, two_hundred_seeds_are_equal_twice_and_different_from_each_other) {
  const auto run = run_seedwalk({"sim", "check", "--seeds", "1..200", "--nodes", "10", "--json"});
  ASSERT_EQ(run.code, 0) << run.err;
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["seeds"], 200);
  EXPECT_EQ(report["equal"], 200);
  EXPECT_EQ(report["distinct_hashes"], 200);
}

TEST(sim_check, two_crawlers_with_faults_and_reloads_are_equal_twice) {
  const auto run = run_seedwalk({"sim", "check", "--seeds", "1..100", "--nodes", "12", "--crawlers",
                                 "2", "--faults", "2", "--reloads", "3", "--json"});
  ASSERT_EQ(run.code, 0) << run.err;
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["equal"], 100);
  EXPECT_EQ(report["distinct_hashes"], 100);
}

TEST(sim_check, every_strategy_is_equal_twice) {
  for (const auto* strategy :
       {"fifo", "pct:2", "pctcp", "pos", "urw", "surw", "pairs", "portfolio"}) {
    const auto run =
        run_seedwalk({"sim", "check", "--seeds", "1..10", "--nodes", "12", "--crawlers", "2",
                      "--faults", "2", "--schedule", strategy, "--then", "pos:5@200", "--json"});
    ASSERT_EQ(run.code, 0) << strategy << run.err;
    EXPECT_EQ(nlohmann::json::parse(run.out)["equal"], 10) << strategy;
  }
}

} // namespace
} // namespace seedwalk::tools
