#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/run_program.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::tools {
namespace {

using testing::HasSubstr;

nlohmann::json run_of(std::vector<std::string> options) {
  options.insert(options.begin(), {"sim", "run", "--nodes", "30", "--json"});
  const auto run = run_seedwalk(options);
  EXPECT_EQ(run.code, 0) << run.err;
  return nlohmann::json::parse(run.out);
}

TEST(sim_choices, given_back_make_the_same_run) {
  const temporary_folder folder;
  const auto file = folder / "choices.jsonl";
  for (const auto* seed : {"1", "2", "3"}) {
    const auto drawn = run_of({"--seed", seed, "--choices-out", file});
    const auto again = run_of({"--seed", seed, "--choices", file});
    EXPECT_EQ(again["hash"], drawn["hash"]) << seed;
    EXPECT_GT(again["choices"]["given"], 10) << seed;
    EXPECT_EQ(again["choices"]["unused"], 0) << seed;
    EXPECT_NE(run_of({"--seed", seed, "--schedule", "fifo"})["hash"], drawn["hash"]) << seed;
  }
}

TEST(sim_choices, of_every_strategy_make_the_same_run) {
  const temporary_folder folder;
  const auto file = folder / "choices.jsonl";
  for (const std::string outcome :
       {"pct", "pct:5", "pctcp:3", "pos", "urw", "surw", "pairs", "portfolio"}) {
    const auto drawn = run_of({"--seed", "3", "--schedule", outcome, "--choices-out", file});
    const auto again = run_of({"--seed", "3", "--choices", file});
    EXPECT_EQ(again["hash"], drawn["hash"]) << outcome;
    EXPECT_GT(again["choices"]["given"], 10) << outcome;
    EXPECT_EQ(again["choices"]["unused"], 0) << outcome;
  }
  const auto drawn = run_of({"--seed", "3", "--choices", file});
  for (const auto* then : {"pct:5:8@50", "pctcp:3:8@50", "pos:8@50", "urw:8@50", "surw:8@50",
                           "pairs:8@50", "portfolio:8@50"})
    EXPECT_NE(run_of({"--seed", "3", "--choices", file, "--then", then})["hash"], drawn["hash"])
        << then;
}

TEST(sim_choices, a_strategy_that_is_none_is_refused) {
  for (const auto* strategy : {"given", "pct:0", "pos:2", "PCT"}) {
    const auto run = run_seedwalk({"sim", "run", "--schedule", strategy});
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.err, HasSubstr("pctcp[:D]"));
  }
}

TEST(sim_choices, and_what_is_drawn_from_a_step_on_differ_from_there) {
  const temporary_folder folder;
  const auto file = folder / "choices.jsonl";
  const auto drawn = run_of({"--seed", "4", "--choices-out", file});
  const auto then = run_of({"--seed", "4", "--choices", file, "--then", "uniform:9@100"});
  EXPECT_NE(then["hash"], drawn["hash"]);
  EXPECT_EQ(run_of({"--seed", "4", "--choices", file, "--then", "uniform:9@100"})["hash"],
            then["hash"]);
  EXPECT_NE(run_of({"--seed", "4", "--reseed", "50:9"})["hash"], drawn["hash"]);
  EXPECT_EQ(run_of({"--seed", "4", "--reseed", "1000000:9"})["hash"], drawn["hash"]);
}

TEST(sim_choices, a_file_that_is_wrong_is_refused_with_its_line) {
  const temporary_folder folder;
  const std::string head = R"({"type":"choices","format":1})"
                           "\n";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "the file is empty"},
      {"hello\n", "line 1: this is no JSON object"},
      {"{}\n", "line 1: the first line"},
      {R"({"type":"choices","format":2})"
       "\n",
       "line 1: \"format\" must be 1"},
      {R"({"type":"choices","format":1,"x":1})"
       "\n",
       "line 1: unknown key \"x\""},
      {head + "{}\n", "line 2: \"taken\" and \"before\""},
      {head + "\n" +
           R"({"taken":"12","before":"0000000000000001"})"
           "\n",
       "line 3:"},
      {head + R"({"taken":"000000000000000g","before":"0000000000000001"})"
              "\n",
       "line 2:"},
  };
  for (const auto& [text, says] : wrong) {
    folder.write("choices", text);
    const auto run = run_seedwalk({"sim", "run", "--choices", folder / "choices"});
    EXPECT_EQ(run.code, 2) << text;
    EXPECT_THAT(run.err, HasSubstr(says)) << text;
  }
  const auto both = run_seedwalk({"sim", "run", "--choices", "x", "--schedule", "fifo"});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("leave one out"));
  for (const auto* then :
       {"x", "uniform", "uniform:x", "fifo:1@", "uniform@3:1", "pct:3", "pct:0:1", "pos:3:1"})
    EXPECT_EQ(run_seedwalk({"sim", "run", "--then", then}).code, 2) << then;
  for (const auto* option : {"--reseed", "--redraw"})
    for (const auto* seed : {"x", "7", "7:", ":7", "-1:3"})
      EXPECT_EQ(run_seedwalk({"sim", "run", option, seed}).code, 2) << option << ' ' << seed;
}

} // namespace
} // namespace seedwalk::tools
