#include <algorithm>
#include <array>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/run_program.hpp"
#include "tools/command.hpp"

namespace seedwalk::tools {
namespace {

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST(command, every_subcommand_is_listed_and_explains_itself_with_examples) {
  const auto help = run_seedwalk({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const auto& c : all_commands()) {
    EXPECT_NE(help.out.find(std::string{c.name} + " "), std::string::npos) << c.name;
    const auto its_help = run_seedwalk({std::string{c.name}, "--help"});
    EXPECT_EQ(its_help.code, 0) << c.name;
    EXPECT_NE(its_help.out.find("Examples:"), std::string::npos) << c.name;
    EXPECT_NE(its_help.out.find("seedwalk " + std::string{c.name}), std::string::npos) << c.name;
    EXPECT_EQ(its_help.err, "") << c.name;
    EXPECT_EQ(run_seedwalk({"help", std::string{c.name}}).out, its_help.out);
  }
}

TEST(command, the_version_is_data) {
  const auto version = run_seedwalk({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out, version_text() + "\n");
  EXPECT_TRUE(nlohmann::json::parse(run_seedwalk({"version", "--json"}).out).contains("version"));
}

TEST(command, no_command_is_a_usage_error_that_helps) {
  const auto run = run_seedwalk({});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_NE(run.err.find("Commands:"), std::string::npos);
}

struct bad_usage {
  std::vector<std::string> arguments;
  const char* message; ///< Part of the one line that is to be said.
};

class command_usage : public testing::TestWithParam<bad_usage> {};

TEST_P(command_usage, is_one_line_on_stderr_and_exit_code_2) {
  const auto run = run_seedwalk(GetParam().arguments);
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(lines_in(run.err), 1u) << run.err;
  EXPECT_NE(run.err.find(GetParam().message), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("--help"), std::string::npos) << run.err;
}

INSTANTIATE_TEST_SUITE_P(
    arguments, command_usage,
    testing::Values(bad_usage{{"confg"}, "did you mean \"config\"?"},
                    bad_usage{{"xyzzyplugh"}, "unknown command \"xyzzyplugh\""},
                    bad_usage{{"help", "confg"}, "did you mean \"config\"?"},
                    bad_usage{{"config"}, "one of show, check is missing"},
                    bad_usage{{"config", "shwo"}, "did you mean \"show\"?"},
                    bad_usage{{"config", "show", "--frobnicate"}, "--frobnicate"},
                    bad_usage{{"config", "show", "stray"}, "stray"},
                    bad_usage{{"config", "show", "--max-connections"}, "--max-connections"},
                    bad_usage{{"config", "show", "--max-connections", "x"}, "a whole number"},
                    bad_usage{{"config", "show", "--config", "/no/such.toml"}, "No such file"},
                    bad_usage{{"config", "check", "--network", "regtest", "--max-connections", "0"},
                              "--max-connections 0: must be from 1"},
                    bad_usage{{"config", "check"}, "how to reach you"},
                    bad_usage{{"config", "check", "--connect", "1.2.3.4.5:1"}, "--connect"},
                    bad_usage{{"db", "get"}, "ADDRESS"},
                    bad_usage{{"db", "get", "nonsense"}, "nonsense"},
                    bad_usage{{"db", "export", "--format", "xml"}, "xml"}));

TEST(config_show, prints_where_each_value_came_from) {
  const temporary_folder folder;
  const auto file =
      folder.write("my.toml", "[limits]\nmax_connections = 7\ngroup_connections = 9\n");
  const auto run = run_seedwalk({"config", "show", "--json", "--config", file, "--once"},
                                {"SEEDWALK_MAX_CONNECTIONS=8"});
  ASSERT_EQ(run.code, 0) << run.err;
  const auto shown = nlohmann::json::parse(run.out);
  EXPECT_EQ(shown["limits.max_connections"]["value"], 8);
  EXPECT_EQ(shown["limits.max_connections"]["source"], "environment");
  EXPECT_EQ(shown["limits.group_connections"]["where"], file + ":3");
  EXPECT_EQ(shown["run.once"]["value"], true);
  EXPECT_EQ(shown["run.once"]["where"], "--once");
  EXPECT_EQ(shown["limits.max_inbound"]["source"], "default");
}

TEST(config_show, reads_its_own_output_as_a_file) {
  const temporary_folder folder;
  const auto shown =
      run_seedwalk({"config", "show", "--network", "signet", "--connect", "[::1]:5", "--connect",
                    "127.0.0.1", "--for", "90m", "--user-agent", "/a \"b\" \\ (+c)/", "--no-dns"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  const auto file = folder.write("shown.toml", shown.out);
  const auto again = run_seedwalk({"config", "show", "--json", "--config", file});
  const auto before =
      nlohmann::json::parse(run_seedwalk({"config", "show", "--json", "--network", "signet",
                                          "--connect", "[::1]:5", "--connect", "127.0.0.1", "--for",
                                          "90m", "--user-agent", "/a \"b\" \\ (+c)/", "--no-dns"})
                                .out);
  const auto after = nlohmann::json::parse(again.out);
  for (const auto& [path, entry] : before.items()) {
    EXPECT_EQ(after[path]["value"], entry["value"]) << path;
    // What is empty is said in a comment: an empty value is no value for a file.
    const bool empty = entry["value"] == "";
    EXPECT_EQ(after[path]["source"], empty ? "default" : "file") << path;
  }
}

TEST(config_show, the_last_of_two_flags_counts_and_lists_gather) {
  const auto shown = nlohmann::json::parse(
      run_seedwalk({"config", "show", "--json", "--hold", "1", "--hold", "2", "--once", "--no-once",
                    "--exclude", "10.0.0.0/8", "--exclude", "11.0.0.0/8"})
          .out);
  EXPECT_EQ(shown["run.hold"]["value"], 2);
  EXPECT_EQ(shown["run.once"]["value"], false);
  EXPECT_EQ(shown["peers.exclude"]["value"].size(), 2u);
}

} // namespace
} // namespace seedwalk::tools
