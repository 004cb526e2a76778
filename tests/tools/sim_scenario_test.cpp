#include <algorithm>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/scenario/file/scenario_file.hpp"
#include "tests/tools/run_program.hpp"
#include "tools/sim_scenario_flags.hpp"

namespace seedwalk::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

using words = std::vector<std::string>;

void write(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

/// The options in a command's help: words that begin with two dashes at the beginning of a line.
std::set<std::string> options_of(const words& command) {
  auto with_help = command;
  with_help.emplace_back("--help");
  const auto help = run_seedwalk(with_help).out;
  std::set<std::string> names;
  for (std::size_t at = help.find("\n  "); at != std::string::npos;
       at = help.find("\n  ", at + 1)) {
    const auto line = help.substr(at + 3, help.find('\n', at + 3) - at - 3);
    for (auto begin = line.find("--"); begin == 0 || begin == 3; begin = std::string::npos)
      names.insert(line.substr(begin, line.find_first_of(" ,=", begin) - begin));
  }
  return names;
}

// Of a run, and no part of a world.
const std::set<std::string> of_no_world = {
    "--help",        "--json",       "--record",     "--overwrite",    "--scenario", "--set",
    "--choices-out", "--jobs",       "--keep-going", "--scenario-out", "--trace",    "--budget",
    "--runs",        "--swarm",      "--resume",     "--failures",     "--html",     "--moments",
    "--draws",       "--draws-seed", "--twice",      "--without"};

TEST(sim_scenario, every_option_that_varies_a_world_has_a_key) {
  const auto keys = sim::scenario_key_names();
  std::set<std::string> known = of_no_world;
  for (const auto& [option, key] : scenario_options()) {
    EXPECT_THAT(keys, testing::Contains(std::string{key})) << option;
    known.insert(std::string{option});
  }
  for (const auto* command : {"run", "check", "sweep", "shrink", "explain"}) {
    const auto options = options_of({"sim", command});
    EXPECT_GT(options.size(), 10u);
    for (const auto& option : options)
      EXPECT_TRUE(known.contains(option))
          << "seedwalk sim " << command << " " << option
          << " has no key: add it to scenario_options(), or here if it varies no world";
  }
}

nlohmann::json report_of_run(const finished_program& run) {
  EXPECT_TRUE(run.code == 0 || run.code == 10 || run.code == 11) << run.err;
  return nlohmann::json::parse(run.out, nullptr, false);
}

TEST(sim_scenario, a_run_that_options_describe_is_the_same_from_its_file) {
  const temporary_folder folder;
  const std::vector<words> all = {
      {},
      {"--seed", "18446744073709551615", "--nodes", "30"},
      {"--nodes", "20", "--faults", "3", "--reloads", "2", "--crawlers", "2"},
      {"--nodes", "20", "--kind", "honest=2,silent=1,refused=1", "--kind", "slow_drip=1"},
      {"--nodes", "20", "--net", "ipv4=2", "--net", "torv3=1", "--net", "ipv6=1", "--proxy",
       "working", "--route", "ipv4", "--route", "ipv6"},
      {"--nodes", "12", "--schedule", "pct:2", "--then", "surw:4@100", "--deep"},
      {"--nodes", "12", "--schedule", "pairs", "--ahead", "0.02", "--behind", "0.1"},
      {"--nodes", "12", "--schedule", "portfolio", "--then", "pairs:4@100"},
      {"--nodes", "12", "--ahead", "0.000007", "--behind-unbounded", "--reseed", "80:9"},
      {"--nodes", "12", "--faults", "3", "--reloads", "2", "--redraw", "80:9"},
  };
  for (const auto& options : all) {
    words command = {"sim", "run", "--json", "--scenario-out", folder / "world.toml"};
    command.insert(command.end(), options.begin(), options.end());
    const auto first = report_of_run(run_seedwalk(command));
    const auto again = report_of_run(run_seedwalk({"sim", "run", "--json", folder / "world.toml"}));
    for (const char* same : {"seed", "hash", "steps", "known", "good", "outcomes", "virtual_s"})
      EXPECT_EQ(again[same], first[same]) << same << " of " << testing::PrintToString(options);
  }
}

TEST(sim_scenario, the_choices_of_a_run_are_in_its_file) {
  const temporary_folder folder;
  const auto choices = folder / "choices.jsonl";
  const auto first = report_of_run(
      run_seedwalk({"sim", "run", "--json", "--nodes", "6", "--choices-out", choices}));
  const auto file = folder / "world.toml";
  run_seedwalk({"sim", "run", "--nodes", "6", "--choices", choices, "--scenario-out", file});
  const auto again = report_of_run(run_seedwalk({"sim", "run", "--json", file}));
  EXPECT_EQ(again["hash"], first["hash"]);
}

constexpr auto broken_promise = "format = 1\n[nodes]\ncount = 8\n[[node]]\nnumber = 5\nkind = "
                                "\"silent\"\n[[expect.peer]]\nnode = 5\ngood = true\n";

TEST(sim_scenario, a_broken_promise_is_told_with_the_events_of_its_peer_and_the_command) {
  const temporary_folder folder;
  const auto file = folder / "a file.toml";
  write(file, broken_promise);
  const auto run = run_seedwalk({"sim", "run", file});
  EXPECT_EQ(run.code, 10);
  EXPECT_THAT(run.err, HasSubstr("broken: node 5 (127.1.0.6:18444): good is promised to be true, "
                                 "and is false\n"));
  EXPECT_THAT(run.err, HasSubstr("found by expect.peer.good (false), in step "));
  EXPECT_THAT(run.err, HasSubstr("peer/127.1.0.6:18444"));
  EXPECT_THAT(run.err, HasSubstr(" takes "));
  EXPECT_THAT(run.err, Not(HasSubstr("127.1.0.5")));
  EXPECT_THAT(run.err, HasSubstr("again: seedwalk sim run '" + file + "' --seed 1\n"));
  const auto typed = report_of_run(run_seedwalk({"sim", "run", file, "--json"}))["broken"][0];
  EXPECT_EQ(typed["oracle"], "expect.peer.good");
  EXPECT_EQ(typed["place"], "false");
  EXPECT_EQ(typed["peers"][0], "127.1.0.6:18444");
  const auto kept = run_seedwalk({"sim", "run", file, "--set", "expect.peer = []"});
  EXPECT_EQ(kept.code, 0) << kept.err;
}

// `--scenario-out FILE` of the file itself once took its comments, and `expect` with them.
TEST(sim_scenario, a_file_that_is_run_is_not_written) {
  const temporary_folder folder;
  const auto file = folder / "world.toml";
  write(file, broken_promise);
  for (const auto* option : {"--scenario-out", "--choices-out", "--record", "--trace"}) {
    const auto run = run_seedwalk({"sim", "run", file, option, file});
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.err, HasSubstr("another")) << option;
    EXPECT_EQ(text_of_file(file), broken_promise);
  }
}

TEST(sim_scenario, what_the_file_says_is_no_option_and_a_mistake_is_a_usage_error) {
  const temporary_folder folder;
  write(folder / "x.toml", "format = 1\nsede = 2\n");
  const auto wrong = run_seedwalk({"sim", "run", folder / "x.toml"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("x.toml:2: unknown key \"sede\""));
  write(folder / "x.toml", "format = 1\n[nodes]\ncount = 8\n");
  const auto both = run_seedwalk({"sim", "run", folder / "x.toml", "--nodes", "9"});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("the file says nodes.count"));
  EXPECT_EQ(run_seedwalk({"sim", "run", folder / "none.toml"}).code, 2);
  const auto set = run_seedwalk({"sim", "run", "--set", "nodes.cuont = 3"});
  EXPECT_EQ(set.code, 2);
  EXPECT_THAT(set.err, HasSubstr("did you mean \"count\""));
}

TEST(sim_scenario, a_seed_beside_a_file_makes_another_run_and_check_takes_the_files_own) {
  const temporary_folder folder;
  const auto file = folder / "x.toml";
  write(file, "format = 1\nseed = 4\n[nodes]\ncount = 8\n");
  const auto own = report_of_run(run_seedwalk({"sim", "run", "--json", file}));
  EXPECT_EQ(own["seed"], 4);
  const auto other = report_of_run(run_seedwalk({"sim", "run", "--json", file, "--seed", "5"}));
  EXPECT_EQ(other["seed"], 5);
  EXPECT_NE(own["hash"], other["hash"]);
  const auto checked = report_of_run(run_seedwalk({"sim", "check", "--json", file}));
  EXPECT_EQ(checked["seeds"], 1);
  EXPECT_EQ(checked["equal"], 1);
}

} // namespace
} // namespace seedwalk::tools
