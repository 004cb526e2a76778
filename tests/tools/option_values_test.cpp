#include <filesystem>

#include <gtest/gtest.h>

#include "tests/tools/crawl_fixture.hpp"

namespace seedwalk::tools {
namespace {

using words = std::vector<std::string>;

/// Every option with a number, of every command that has one.
std::vector<words> options_with_numbers() {
  return {{"sim", "run", "--seed"},
          {"sim", "run", "--nodes"},
          {"sim", "check", "--nodes"},
          {"sim", "check", "--seeds"},
          {"zoo", "--nodes"},
          {"zoo", "--seed"},
          {"zoo", "--port"},
          {"zoo", "--addresses"},
          {"zoo", "--pace"},
          {"db", "list", "--limit"},
          {"db", "export", "--limit"},
          {"db", "export", "--port"},
          {"bench", "sim", "--size"},
          {"bench", "sim", "--rounds"},
          {"replay", "none.rec", "--until"},
          {"wire", "decode", "-", "--protocol-version"},
          {"crawl", "--dry-run", "--seed"},
          {"config", "check", "--network", "regtest", "--max-connections"},
          {"config", "check", "--network", "regtest", "--max-known"}};
}

// Numbers of options that are no configuration wrapped (-1 was 2^64-1), saturated and took "nan".
TEST(option_values, numbers_that_are_none_are_refused_by_every_option_of_every_command) {
  for (auto command : options_with_numbers()) {
    const auto option = command.back();
    for (const auto* value : {"-1", "18446744073709551616", "nan", "1e9", "+4", " 4", ""}) {
      auto typed = command;
      typed.emplace_back(value);
      const auto run = run_seedwalk(typed);
      EXPECT_EQ(run.code, 2) << option << " '" << value << "': " << run.err;
      EXPECT_NE(run.err.find(option), std::string::npos)
          << option << " '" << value << "': " << run.err;
    }
  }
  for (const auto* share : {"honest=0", "honest=-1", "honest=1e3", "honest=", "honest=9999999"})
    EXPECT_EQ(run_seedwalk({"sim", "run", "--nodes", "8", "--kind", share}).code, 2) << share;
}

// An unset variable of a shell is an empty text, and an empty --db was the default database.
TEST(option_values, empty_names_are_refused_wherever_they_are_given) {
  const temporary_folder folder;
  const words variables = {"XDG_DATA_HOME=" + folder.path()};
  for (const words& command : {words{"db", "stats", "--db", ""},
                               {"db", "get", ""},
                               {"db", "export", "--output", ""},
                               {"ctl", "status", "--db", ""},
                               {"ctl", "reload", ""},
                               {"wire", "decode", ""},
                               {"replay", ""},
                               {"config", "check", "--config", ""},
                               {"config", "check", "--network", "regtest", "--exclude-file", ""},
                               {"config", "check", "--network", "regtest", "--log-file", ""},
                               {"config", "check", "--network", "regtest", "--dns-seed", ""},
                               {"config", "check", "--network", "regtest", "--exclude", "::1,"},
                               {"crawl", "--network", "regtest", "--record", ""}}) {
    const auto run = run_seedwalk(command, variables);
    EXPECT_EQ(run.code, 2) << command[1];
    EXPECT_NE(run.err.find("empty"), std::string::npos) << run.err;
  }
  for (const auto* variable : {"SEEDWALK_DB=", "SEEDWALK_EXCLUDE=", "SEEDWALK_CONFIG="}) {
    const auto run = run_seedwalk({"config", "check", "--network", "regtest"}, {variable});
    EXPECT_EQ(run.code, 2) << variable;
    EXPECT_NE(run.err.find("empty"), std::string::npos) << run.err;
  }
}

TEST(option_values, lists_take_commas_and_spaces_in_flags_as_in_variables) {
  const words command = {"config", "show", "--json", "--network", "regtest"};
  auto flags = command;
  flags.insert(flags.end(), {"--exclude", "10.0.0.1:1, 10.0.0.2:2", "--exclude", "10.0.0.3:3"});
  const auto of_flags = nlohmann::json::parse(run_seedwalk(flags).out);
  EXPECT_EQ(of_flags["peers.exclude"]["value"].size(), 3u);
  const auto of_variable =
      nlohmann::json::parse(run_seedwalk(command, {"SEEDWALK_EXCLUDE=10.0.0.1:1, 10.0.0.2:2"}).out);
  EXPECT_EQ(of_variable["peers.exclude"]["value"].size(), 2u);
}

TEST(option_values, slips_are_answered_with_what_was_meant) {
  EXPECT_NE(run_seedwalk({"crawl", "--max-conections", "5"}).err.find("--max-connections"),
            std::string::npos);
  EXPECT_NE(run_seedwalk({"crawl", "--network", "mainnet"}).err.find("\"main\""),
            std::string::npos);
  const auto variable = run_seedwalk({"config", "check"}, {"SEEDWALK_MAX_CONECTIONS=5"});
  EXPECT_EQ(variable.code, 2);
  EXPECT_NE(variable.err.find("SEEDWALK_MAX_CONNECTIONS"), std::string::npos) << variable.err;
}

// The command that was printed to repeat a run forgot kinds, schedule and depth.
TEST(option_values, the_command_that_repeats_a_simulated_run_makes_the_same_run) {
  for (const words& more : {words{},
                            {"--kind", "honest=3,silent=1", "--kind", "pruned"},
                            {"--schedule", "fifo", "--seed", "18446744073709551615"},
                            {"--deep", "--schedule", "fifo", "--kind", "honest"}}) {
    words command = {"sim", "run", "--nodes", "8", "--seed", "5", "--json"};
    if (std::ranges::find(more, "--seed") != more.end())
      command = {"sim", "run", "--nodes", "8", "--json"};
    command.insert(command.end(), more.begin(), more.end());
    const auto first = nlohmann::json::parse(run_seedwalk(command).out);
    const auto again = first["again"].get<std::string>();
    words repeated;
    std::istringstream in{again.substr(std::string{"seedwalk "}.size())};
    for (std::string word; in >> word;)
      repeated.push_back(word);
    repeated.push_back("--json");
    const auto second = nlohmann::json::parse(run_seedwalk(repeated).out);
    EXPECT_EQ(first["hash"], second["hash"]) << again;
    EXPECT_EQ(first["steps"], second["steps"]) << again;
  }
}

class live_chain : public crawl_fixture {};

// --network is refused for a closed database of another chain, and was not looked at while a crawl
// had it open: a ban went to the crawl that was there.
TEST_F(live_chain, is_checked_while_a_crawl_has_the_database_open) {
  running_program first{{SEEDWALK_COMMAND, "crawl", "--network", "regtest", "--no-dns", "--db",
                         folder_ / "db", "--log-level", "info"}};
  ASSERT_TRUE(first.await("nowhere to start"));
  for (const words& command :
       {words{"db", "stats"}, {"db", "list"}, {"ctl", "status"}, {"ctl", "ban", "10.0.0.1"}}) {
    auto typed = command;
    typed.insert(typed.end(), {"--db", folder_ / "db", "--network", "signet"});
    const auto run = run_seedwalk(typed);
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_NE(run.err.find("regtest"), std::string::npos) << run.err;
    typed.back() = "regtest";
    EXPECT_EQ(run_seedwalk(typed).code, 0);
  }
  first.signal(SIGINT);
  EXPECT_EQ(first.finish().code, 0);
}

} // namespace
} // namespace seedwalk::tools
