// `sim chaos`: what it runs, what it keeps, and what becomes of a promise that is broken.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/running_program.hpp"

namespace seedwalk::tools {
namespace {

using testing::HasSubstr;
using arguments = std::vector<std::string>;

finished_program run_chaos(arguments more) {
  arguments command = {"sim", "chaos"};
  command.insert(command.end(), more.begin(), more.end());
  return run_seedwalk(command);
}

/// Its report, but for all that real time is in.
nlohmann::json timeless_report(const finished_program& run) {
  auto report = nlohmann::json::parse(run.out, nullptr, false);
  for (const auto key : {"wall_s", "runs_per_s", "virtual_s_per_s", "jobs"})
    report.erase(key);
  report["reached"].erase("s");
  for (const auto list : {"growth", "gains"})
    for (auto& one : report[list])
      one.erase("s");
  return report;
}

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    names.insert(entry.path().filename().string());
  return names;
}

TEST(sim_chaos, makes_the_same_runs_with_any_number_of_jobs) {
  const arguments search = {"--seed", "7", "--runs", "120", "--json"};
  auto alone = search;
  alone.insert(alone.end(), {"--jobs", "1"});
  auto crowd = search;
  crowd.insert(crowd.end(), {"--jobs", "5"});
  const auto one = run_chaos(alone);
  ASSERT_EQ(one.code, 0) << one.out << one.err;
  const auto report = timeless_report(one);
  EXPECT_EQ(report, timeless_report(run_chaos(crowd)));
  EXPECT_EQ(report["runs"], 120);
  EXPECT_GT(report["reached"]["probes"], 10);
  EXPECT_GT(report["reached"]["message_pairs"], 50);
  EXPECT_GT(report["reached"]["model_states"], 20);
  EXPECT_GT(report["reached"]["corpus"], 10);
  EXPECT_FALSE(report["gains"].empty());
  EXPECT_EQ(report["probes"].size() + report["probes_missing"].size(), 50u);
}

TEST(sim_chaos, a_seed_that_nobody_gave_is_told) {
  const auto one = run_chaos({"--runs", "1"});
  const auto other = run_chaos({"--runs", "1"});
  EXPECT_THAT(one.err, HasSubstr("seed "));
  EXPECT_NE(one.err, other.err);
  EXPECT_THAT(one.out, HasSubstr("again: seedwalk sim chaos --seed "));
}

TEST(sim_chaos, a_corpus_is_kept_and_gone_on_with) {
  const temporary_folder folder;
  const auto corpus = folder / "corpus";
  const auto first =
      timeless_report(run_chaos({"--seed", "1", "--runs", "60", "--corpus", corpus, "--json"}));
  const auto files = files_in(corpus);
  EXPECT_EQ(files.size(), first["reached"]["corpus"]);
  for (const auto& file : files)
    EXPECT_EQ(run_seedwalk({"sim", "run", corpus + "/" + file}).code, 0) << file;
  // One that this version does not know, and one that was killed in the middle of writing.
  std::ofstream{corpus + "/unknown.toml"} << "format = 99\n";
  std::ofstream{corpus + "/0123.toml.part"} << "form";
  const auto again = run_chaos({"--seed", "2", "--runs", "100", "--corpus", corpus, "--json"});
  EXPECT_THAT(again.err, HasSubstr("unknown.toml"));
  const auto second = timeless_report(again);
  EXPECT_EQ(second["earlier_runs"], files.size());
  for (const auto key : {"probes", "message_pairs", "model_states"})
    EXPECT_GE(second["reached"][key], first["reached"][key]) << key;
  EXPECT_EQ(files_in(corpus).size(), second["reached"]["corpus"].get<std::size_t>() + 2);
}

TEST(sim_chaos, a_broken_promise_is_one_small_file_that_fails_again) {
  const temporary_folder folder;
  const auto found = folder / "found";
  const arguments search = {
      "--seed",     "3",   "--runs",        "20",  "--set", "expect.connections_max = 0",
      "--failures", found, "--shrink-runs", "120", "--json"};
  const auto run = run_chaos(search);
  EXPECT_EQ(run.code, 10) << run.err;
  const auto report = timeless_report(run);
  EXPECT_GT(report["broken_runs"], 5);
  ASSERT_EQ(report["failures"].size(), 1u) << report["failures"];
  const auto& failure = report["failures"][0];
  EXPECT_EQ(failure["oracle"], "expect.connections_max");
  EXPECT_EQ(failure["was_known"], false);
  EXPECT_EQ(failure["shrunk"]["fails_again"], true);
  EXPECT_EQ(failure["shrunk"]["after"]["nodes"], 1);
  EXPECT_EQ(files_in(found).size(), 1u);
  const auto file = failure["scenario_file"].get<std::string>();
  EXPECT_EQ(run_seedwalk({"sim", "run", file}).code, 10);
  std::stringstream text;
  text << std::ifstream{file}.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("Shrunk from: seedwalk sim chaos --seed 3"));
  // What has a file is known, and left as it is.
  const auto again = timeless_report(run_chaos(search));
  EXPECT_EQ(again["failures"][0]["was_known"], true);
  EXPECT_FALSE(again["failures"][0].contains("shrunk"));
}

TEST(sim_chaos, a_signal_ends_it_with_its_report) {
  running_program search{{SEEDWALK_COMMAND, "sim", "chaos", "--json", "--seed", "1"}};
  ASSERT_TRUE(search.await(" runs, "));
  search.signal(SIGTERM);
  const auto ended = search.finish();
  EXPECT_EQ(ended.code, 130) << ended.err;
  const auto report = timeless_report(ended);
  EXPECT_EQ(report["interrupted"], true);
  EXPECT_GT(report["runs"], 0);
}

TEST(sim_chaos, what_cannot_be_is_refused) {
  EXPECT_THAT(run_chaos({"--corpus", "x", "--no-corpus"}).err, HasSubstr("give one of them"));
  const auto key = run_chaos({"--set", "nodes.cuont = 3"});
  EXPECT_EQ(key.code, 2);
  EXPECT_THAT(key.err, HasSubstr("nodes.cuont"));
  EXPECT_EQ(run_chaos({"--runs", "0"}).code, 2);
  const auto folder = run_chaos({"--runs", "1", "--corpus", "/proc/no"});
  EXPECT_EQ(folder.code, 2);
  EXPECT_THAT(folder.err, HasSubstr("--corpus /proc/no: "));
}

TEST(tools_chaos, goes_on_with_its_corpus_and_adds_its_rounds_up) {
  const temporary_folder folder;
  const auto one_round = [&](arguments more) {
    arguments command = {SEEDWALK_SOURCES "/tools/chaos", "--program", SEEDWALK_COMMAND, "--folder",
                         folder / "chaos"};
    command.insert(command.end(), more.begin(), more.end());
    return running_program{command}.finish();
  };
  const arguments once = {"--seconds", "1.9", "--round", "1", "--jobs", "1"};
  EXPECT_EQ(one_round(once).code, 0);
  const auto second = one_round(once);
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr("round 2: seed "));
  EXPECT_FALSE(files_in(folder / "chaos/corpus").empty());
  const auto totals = one_round({"--totals"});
  EXPECT_THAT(totals.out, HasSubstr("2 rounds, "));
  EXPECT_THAT(totals.out, HasSubstr("failures: 0 runs in 0 ways"));
  EXPECT_THAT(one_round({"--hosts", folder / "none"}).err, HasSubstr("tools/chaos: --hosts"));
  auto broken = once;
  broken.insert(broken.end(), {"--", "--set", "expect.connections_max = 0", "--shrink-runs", "0"});
  EXPECT_EQ(one_round(broken).code, 10);
  EXPECT_EQ(files_in(folder / "chaos/failures").size(), 1u);
}

} // namespace
} // namespace seedwalk::tools
