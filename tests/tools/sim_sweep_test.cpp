// `sim sweep`: what it finds, how it ends, and how it goes on.

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

/// Whether node 5 is silent is drawn, and so is whether it refuses.
std::string file_with_two_bugs(const temporary_folder& folder) {
  auto path = folder / "x.toml";
  std::ofstream{path}
      << "format = 1\n[nodes]\ncount = 8\nkinds = [\"honest=3\", \"silent=1\", \"refused=1\"]\n"
         "[[expect.peer]]\nnode = 5\ngood = true\n"
         "[[expect.peer]]\nnode = 6\noutcome = \"complete\"\n";
  return path;
}

finished_program run_sweep(arguments more) {
  arguments command = {"sim", "sweep"};
  command.insert(command.end(), more.begin(), more.end());
  return run_seedwalk(command);
}

nlohmann::json json_of(const finished_program& run) {
  return nlohmann::json::parse(run.out, nullptr, false);
}

/// An endless one, as far as a test is concerned.
running_program start_long(arguments more) {
  arguments command = {SEEDWALK_COMMAND, "sim", "sweep", "--seeds", "1..900000", "--nodes", "6"};
  command.insert(command.end(), more.begin(), more.end());
  return running_program{command};
}

TEST(sim_sweep, what_breaks_a_promise_is_told_once_with_its_lowest_seed_and_how_many_did) {
  const temporary_folder folder;
  const auto file = file_with_two_bugs(folder);
  const auto swept = run_sweep({file, "--seeds", "1..40", "--jobs", "3", "--keep-going", "--json"});
  EXPECT_EQ(swept.code, 10);
  const auto report = json_of(swept);
  EXPECT_EQ(report["runs"], 40);
  EXPECT_EQ(report["interrupted"], false);
  EXPECT_GT(report["virtual_s"], 0);
  EXPECT_GT(report["runs_per_s"], 0);
  EXPECT_TRUE(report["probes"].is_object());
  std::set<std::pair<std::string, std::string>> keys;
  for (const auto& one : report["violations"]) {
    EXPECT_TRUE(keys.emplace(one["oracle"], one["place"]).second) << "told twice: " << one;
    EXPECT_GT(one["seeds"], 0);
    const auto seed = one["seed"].get<std::uint64_t>();
    EXPECT_EQ(run_seedwalk({"sim", "run", file, "--seed", fmt::format("{}", seed)}).code, 10);
  }
  EXPECT_GE(keys.size(), 2u);
  EXPECT_GT(report["broken_runs"], 3);
  EXPECT_LT(report["broken_runs"], 40);
}

TEST(sim_sweep, it_stops_at_the_first_failure_unless_it_is_to_keep_going) {
  const temporary_folder folder;
  const auto file = file_with_two_bugs(folder);
  const auto first = run_sweep({file, "--seeds", "1..900000", "--jobs", "2"});
  EXPECT_EQ(first.code, 10);
  EXPECT_THAT(first.err, HasSubstr("again: seedwalk sim run "));
  EXPECT_EQ(run_sweep({"--seeds", "1..10", "--nodes", "8", "--kind", "honest", "--jobs", "2"}).code,
            0);
}

TEST(sim_sweep, each_seed_may_be_run_once_more_in_another_process) {
  const auto swept = run_sweep({"--swarm", "--seeds", "1..40", "--jobs", "2", "--twice", "--json"});
  EXPECT_EQ(swept.code, 0) << swept.err;
  EXPECT_EQ(json_of(swept)["runs"], 40) << "the second runs are not counted";
}

// A worker that died, or was ended while it recorded, left its recording behind.
TEST(sim_sweep, no_recording_of_a_second_run_stays) {
  const temporary_folder folder;
  ASSERT_EQ(::setenv("TMPDIR", folder.path().c_str(), 1), 0);
  auto sweep = start_long({"--twice", "--jobs", "2", "--keep-going"});
  EXPECT_TRUE(sweep.await(" of 900000 seeds"));
  for (const auto worker : sweep.children())
    ::kill(worker, SIGKILL);
  EXPECT_TRUE(sweep.await("breaks a promise"));
  sweep.signal(SIGINT);
  EXPECT_EQ(sweep.finish().code, 10);
  ASSERT_EQ(::unsetenv("TMPDIR"), 0);
  for (const auto& left : std::filesystem::directory_iterator{folder.path()})
    EXPECT_EQ(left.path().string().find("replayed"), std::string::npos) << left.path();
}

TEST(sim_sweep, seeds_that_were_run_once_only_are_not_done) {
  const temporary_folder folder;
  const auto file = file_with_two_bugs(folder);
  const auto log = folder / "sweep.jsonl";
  const arguments command = {file,     "--seeds", "1..40",  "--twice",
                             "--jobs", "2",       "--json", "--keep-going"};
  auto resumed = command;
  resumed.insert(resumed.end(), {"--resume", log});
  const auto whole = json_of(run_sweep(command));
  for (int times = 0; times != 2; ++times) {
    const auto report = json_of(run_sweep(resumed));
    EXPECT_EQ(report["runs"], 40);
    EXPECT_EQ(report["violations"], whole["violations"]);
  }
  // The first failure ends it before anything was run again.
  const auto other = folder / "other.jsonl";
  const auto ended = json_of(
      run_sweep({file, "--seeds", "1..40", "--twice", "--jobs", "1", "--json", "--resume", other}));
  EXPECT_GT(ended["broken_runs"], 0);
  std::ifstream lines{other};
  std::string header;
  std::string first;
  std::getline(lines, header);
  EXPECT_FALSE(std::getline(lines, first)) << first;
}

TEST(sim_sweep, each_failure_has_a_file_that_fails_in_the_same_way) {
  const temporary_folder folder;
  const auto file = file_with_two_bugs(folder);
  const auto swept = run_sweep(
      {file, "--seeds", "1..40", "--keep-going", "--json", "--failures", folder / "found"});
  const auto report = json_of(swept);
  std::set<std::string> files;
  for (const auto& one : report["violations"]) {
    const auto path = one["scenario_file"].get<std::string>();
    files.insert(path);
    const auto run = run_seedwalk({"sim", "run", path, "--json"});
    EXPECT_EQ(run.code, 10) << path;
    EXPECT_THAT(run.err, HasSubstr(one["text"].get<std::string>())) << path;
    EXPECT_EQ(json_of(run)["seed"], one["seed"]);
  }
  std::set<std::string> present;
  for (const auto& entry : std::filesystem::directory_iterator{folder / "found"})
    present.insert(entry.path().string());
  EXPECT_EQ(files, present);
}

TEST(sim_sweep, a_signal_ends_it_with_its_report) {
  for (const int number : {SIGINT, SIGTERM}) {
    auto sweep = start_long({"--jobs", "2"});
    ASSERT_TRUE(sweep.await(" of 900000 seeds"));
    sweep.signal(number);
    const auto ended = sweep.finish();
    EXPECT_EQ(ended.code, 130) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("interrupted: "));
    EXPECT_THAT(ended.out, HasSubstr(" of 900000 seeds"));
  }
  auto sweep = start_long({"--json"});
  ASSERT_TRUE(sweep.await(" of 900000 seeds"));
  sweep.signal(SIGINT);
  const auto report = json_of(sweep.finish());
  EXPECT_EQ(report["interrupted"], true);
  EXPECT_GT(report["runs"], 0);
  EXPECT_EQ(report["violations"].size(), 0u);
}

TEST(sim_sweep, a_terminal_that_interrupts_everybody_kills_no_worker) {
  auto sweep = start_long({"--jobs", "2"});
  ASSERT_TRUE(sweep.await(" of 900000 seeds"));
  const auto workers = sweep.children();
  EXPECT_EQ(workers.size(), 2u);
  for (const auto worker : workers)
    ::kill(worker, SIGINT);
  sweep.signal(SIGINT);
  const auto ended = sweep.finish();
  EXPECT_EQ(ended.code, 130) << ended.err;
}

TEST(sim_sweep, a_worker_that_dies_is_the_failure_of_its_seed_and_another_goes_on) {
  const temporary_folder folder;
  auto sweep =
      start_long({"--jobs", "1", "--keep-going", "--json", "--failures", folder / "found"});
  ASSERT_TRUE(sweep.await(" of 900000 seeds"));
  const auto workers = sweep.children();
  ASSERT_EQ(workers.size(), 1u);
  ::kill(workers.front(), SIGSEGV);
  ASSERT_TRUE(sweep.await("the process that ran it died: SIGSEGV"));
  sweep.signal(SIGTERM);
  const auto ended = sweep.finish();
  EXPECT_EQ(ended.code, 10);
  const auto report = json_of(ended);
  ASSERT_EQ(report["violations"].size(), 1u);
  const auto& died = report["violations"][0];
  EXPECT_EQ(died["oracle"], "process");
  EXPECT_EQ(died["place"], "SIGSEGV");
  EXPECT_TRUE(std::filesystem::exists(died["scenario_file"].get<std::string>()));
}

TEST(sim_sweep, a_machine_that_has_no_more_pipes_ends_it_with_its_report) {
  const auto run =
      run_program_file({"/bin/sh", "-c", "ulimit -n 32; exec \"$@\"", "sh", SEEDWALK_COMMAND, "sim",
                        "sweep", "--nodes", "4", "--seeds", "1..64", "--jobs", "64", "--json"});
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("seedwalk sim sweep: no pipe for a run"), std::string::npos) << run.err;
  const auto report = json_of(run);
  EXPECT_EQ(report["seeds"], 64);
  EXPECT_EQ(report["interrupted"], true);
}

TEST(sim_sweep, one_that_was_killed_goes_on_to_the_report_of_one_that_was_not) {
  const temporary_folder folder;
  const auto file = file_with_two_bugs(folder);
  const arguments all = {file, "--seeds", "1..600", "--jobs", "2", "--keep-going", "--json"};
  auto with_log = all;
  with_log.insert(with_log.end(), {"--resume", folder / "log.jsonl"});
  {
    arguments command = {SEEDWALK_COMMAND, "sim", "sweep"};
    command.insert(command.end(), with_log.begin(), with_log.end());
    running_program killed{command};
    ASSERT_TRUE(killed.await(" of 600 seeds"));
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.finish().code, 128 + SIGKILL);
  }
  // As a power cut leaves it.
  std::ofstream{folder / "log.jsonl", std::ios::app} << "{\"seed\":7,\"virt";
  auto resumed = json_of(run_sweep(with_log));
  auto whole = json_of(run_sweep(all));
  for (auto* report : {&resumed, &whole})
    report->erase("runs_per_s");
  EXPECT_EQ(resumed, whole);
  // All is known now.
  auto known = json_of(run_sweep(with_log));
  known.erase("runs_per_s");
  EXPECT_EQ(known, whole);
  const auto other =
      run_sweep({"--seeds", "1..5", "--nodes", "8", "--resume", folder / "log.jsonl"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("another world"));
}

TEST(sim_sweep, a_swarm_is_swept_and_its_seeds_run_alone) {
  const auto swept = run_sweep({"--swarm", "--seeds", "1..12", "--json"});
  EXPECT_EQ(swept.code, 0) << swept.err;
  const auto refused = run_sweep({"--swarm", "--nodes", "8"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--set 'nodes.count"));
  EXPECT_EQ(json_of(run_seedwalk({"sim", "run", "--swarm", "--seed", "5", "--json"}))["again"],
            "seedwalk sim run --swarm --seed 5");
}

TEST(sim_sweep, families_of_the_swarm_are_left_out) {
  EXPECT_EQ(json_of(run_seedwalk({"sim", "run", "--swarm", "--without", "full disk,rot", "--seed",
                                  "5", "--json"}))["again"],
            "seedwalk sim run --swarm --without 'full disk,rot' --seed 5");
  const auto alone = run_sweep({"--nodes", "8", "--without", "rot"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_THAT(alone.err, HasSubstr("--without: families are drawn by --swarm"));
  const auto unknown = run_sweep({"--swarm", "--without", "rot,disks"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("there is no family \"disks\""));
}

} // namespace
} // namespace seedwalk::tools
