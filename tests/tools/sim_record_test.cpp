#include <cstring>
#include <fstream>
#include <iterator>

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

TEST(sim_record, a_replay_that_differs_says_what_the_actor_knows) {
  const temporary_folder folder;
  const auto recorded = [&](const std::string& seed) {
    const auto run = run_seedwalk(
        {"sim", "run", "--nodes", "8", "--seed", seed, "--record", folder / ("seed" + seed)});
    EXPECT_EQ(run.code, 0) << run.err;
    std::ifstream in{folder / ("seed" + seed), std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  // The preamble, and the frame with the header: 40 bytes, in which the size of what follows is.
  const auto header_end = [](const std::string& recording) {
    std::uint32_t stored = 0;
    std::memcpy(&stored, recording.data() + 20 + 16, sizeof stored);
    return 20 + 40 + stored;
  };
  const auto one = recorded("1");
  const auto other = recorded("2");
  const auto file = folder / "with the seed of another";
  std::ofstream{file, std::ios::binary}
      << other.substr(0, header_end(other)) + one.substr(header_end(one));

  const auto replayed = run_seedwalk({"replay", file, "--json"});
  EXPECT_EQ(replayed.code, 12) << replayed.err;
  const auto difference = nlohmann::json::parse(replayed.out)["first_difference"];
  EXPECT_THAT(difference["actor"].get<std::string>(), HasSubstr("crawler/peer/"));
  EXPECT_EQ(difference["state"]["session"]["direction"], "outbound");
  EXPECT_EQ(difference["state"]["session"]["state"], "awaiting_version");
  EXPECT_THAT(run_seedwalk({"replay", file}).out, HasSubstr("--json"));
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
