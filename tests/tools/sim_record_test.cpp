#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/run_program.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::tools {
namespace {

using testing::HasSubstr;

TEST(sim_record, what_was_recorded_of_a_simulation_is_replayed_by_another_process) {
  const temporary_folder folder;
  const auto file = folder / "recording";
  const auto recorded = run_seedwalk({"sim", "run", "--nodes", "30", "--seed", "5", "--crawlers",
                                      "2", "--faults", "2", "--reloads", "2", "--record", file});
  ASSERT_EQ(recorded.code, 0) << recorded.err;
  EXPECT_THAT(recorded.out, HasSubstr("again: seedwalk replay " + file));
  const auto replayed = run_seedwalk({"replay", file});
  EXPECT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_THAT(replayed.out, HasSubstr("equal at every step"));
  EXPECT_EQ(replayed.err, "");
}

TEST(sim_record, recording_changes_nothing) {
  const temporary_folder folder;
  const std::vector<std::string> plain = {"sim", "run", "--nodes", "30", "--seed", "6", "--json"};
  auto recorded = plain;
  recorded.insert(recorded.end(), {"--record", folder / "recording"});
  const auto hash_of = [](const auto& run) { return nlohmann::json::parse(run.out)["hash"]; };
  EXPECT_EQ(hash_of(run_seedwalk(recorded)), hash_of(run_seedwalk(plain)));
}

TEST(sim_record, replaces_nothing_unasked) {
  const temporary_folder folder;
  const auto file = folder / "recording";
  const std::vector<std::string> run = {"sim", "run", "--nodes", "8", "--record", file};
  ASSERT_EQ(run_seedwalk(run).code, 0);
  const auto again = run_seedwalk(run);
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("add --overwrite"));
  auto anyway = run;
  anyway.emplace_back("--overwrite");
  EXPECT_EQ(run_seedwalk(anyway).code, 0);
}

} // namespace
} // namespace seedwalk::tools
