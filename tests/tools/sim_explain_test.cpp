// `sim explain`: what it says, in which forms, and how it ends.

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/run_program.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/explain_report.hpp"

namespace seedwalk::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A coin of the network decides whether node 5 is reached; the file's seed has it fail.
std::string coin_file(const temporary_folder& folder) {
  auto path = folder / "coin.toml";
  std::ofstream{path} << "format = 1\n[nodes]\ncount = 7\n"
                         "[[fault]]\nname = \"refuses some\"\nto = \"node 5\"\n"
                         "hit = 1\nof = 2\ndoes = \"fail_dial\"\n"
                         "[[expect.peer]]\nnode = 5\ngood = true\n";
  return path;
}

std::string failing_seed(const std::string& file) {
  for (int seed = 1; seed != 20; ++seed)
    if (run_seedwalk({"sim", "run", file, "--seed", std::to_string(seed)}).code == 10)
      return std::to_string(seed);
  return "none fails";
}

TEST(sim_explain, names_where_a_coin_is_thrown_whatever_the_number_of_jobs) {
  const temporary_folder folder;
  const auto file = coin_file(folder);
  const auto seed = failing_seed(file);
  const auto explained = run_seedwalk({"sim", "explain", file, "--seed", seed, "--jobs", "1",
                                       "--moments", "8", "--budget", "10m", "--json"});
  ASSERT_EQ(explained.code, 0) << explained.err;
  const auto report = nlohmann::json::parse(explained.out);
  EXPECT_EQ(report["found"], "jump");
  EXPECT_EQ(report["rise"]["one_step"], true);
  EXPECT_EQ(report["rise"]["steps"][0]["who"], "crawler/manager");
  EXPECT_EQ(report["rise"]["drawn"]["fault hit"], 1);
  EXPECT_THAT(report["sentence"].get<std::string>(), HasSubstr("crawler/manager takes"));
  EXPECT_EQ(run_seedwalk({"sim", "explain", file, "--seed", seed, "--jobs", "3", "--moments", "8",
                          "--budget", "10m", "--json"})
                .out,
            explained.out);
  const auto told =
      run_seedwalk({"sim", "explain", file, "--seed", seed, "--moments", "8", "--budget", "10m"});
  EXPECT_EQ(told.code, 0);
  EXPECT_THAT(told.out, HasSubstr(report["sentence"].get<std::string>()));
  EXPECT_THAT(told.out, HasSubstr("chance "));
  EXPECT_THAT(told.err, HasSubstr("runs, "));
  // A future is a run that anybody can make.
  const auto again = report["again_redrawn"].get<std::string>();
  const auto future = run_program_file(
      {"/bin/sh", "-c", SEEDWALK_COMMAND + again.substr(std::string{"seedwalk"}.size())});
  EXPECT_TRUE(future.code == 0 || future.code == 10) << future.err;
}

TEST(sim_explain, of_a_world_that_always_fails_tells_of_a_neighbour_that_passes) {
  const temporary_folder folder;
  const auto file = folder / "always.toml";
  std::ofstream{file} << "format = 1\n[nodes]\ncount = 8\n[[node]]\nnumber = 5\n"
                         "kind = \"silent\"\n[[expect.peer]]\nnode = 5\ngood = true\n";
  const auto explained =
      run_seedwalk({"sim", "explain", file, "--budget", "10m", "--json", "--moments", "4"});
  ASSERT_EQ(explained.code, 0) << explained.err;
  const auto report = nlohmann::json::parse(explained.out);
  EXPECT_EQ(report["found"], "always");
  EXPECT_EQ(report["curve"].size(), 4u);
  EXPECT_THAT(report["neighbour"]["differs"].dump(), HasSubstr("silent"));
  EXPECT_TRUE(report["neighbour"].contains("fails"));
  EXPECT_GT(report["neighbour"]["pairs_only_where_it_passes"].size() +
                report["neighbour"]["pairs_only_where_it_fails"].size(),
            0u);
}

TEST(sim_explain, ends_with_its_runs_or_where_nothing_is_broken) {
  const temporary_folder folder;
  const auto file = coin_file(folder);
  const auto few = run_seedwalk(
      {"sim", "explain", file, "--seed", failing_seed(file), "--runs", "100", "--json"});
  ASSERT_EQ(few.code, 0) << few.err;
  const auto report = nlohmann::json::parse(few.out);
  EXPECT_EQ(report["whole"], false);
  EXPECT_EQ(report["found"], "stopped");
  const auto sound = run_seedwalk({"sim", "explain", "--nodes", "5"});
  EXPECT_EQ(sound.code, 1);
  EXPECT_THAT(sound.err, HasSubstr("keeps all its promises"));
  EXPECT_EQ(run_seedwalk({"sim", "explain", "--draws", "7"}).code, 2);
  EXPECT_EQ(run_seedwalk({"sim", "explain", "--html", folder / "no/x.html"}).code, 2);
}

TEST(explain_report, draws_the_curve_in_blocks_or_digits) {
  const std::vector<sim::curve_point> curve = {
      {0, {10, 0}}, {50, {10, 5}}, {75, {10, 5}}, {100, {10, 10}}};
  EXPECT_EQ(curve_text(curve, 5, false), "00559");
  EXPECT_EQ(curve_text(curve, 5, true), "  ▄▄█");
  EXPECT_EQ(curve_text({}, 5, true), "");
}

TEST(explain_report, says_what_was_found_in_a_sentence) {
  explain_report report;
  report.explained.curve = {{0, {32, 3}}, {100, {32, 32}}};
  report.explained.rise = {{41, {32, 3}}, {42, {32, 31}}, {32, 28, 0}};
  report.explained.found = sim::finding::jump;
  report.named.emplace();
  report.named->steps.push_back({9, 42, {}, "crawler/manager", "actors::peer_outcome", "line"});
  report.named->faults = {"crash at step 41"};
  EXPECT_EQ(sentence_of(report),
            "The chance rises from 0.09 (0.03 to 0.24) to 0.97 (0.84 to 0.99) in step 42: "
            "crawler/manager takes actors::peer_outcome; there: crash at step 41.");
  report.explained.rise->after.step = 50;
  EXPECT_THAT(sentence_of(report), HasSubstr("between step 41 and step 50, where no single step"));
  report.explained.is_whole = false;
  EXPECT_THAT(sentence_of(report), HasSubstr("where runs or time were used up"));
  report.explained.found = sim::finding::flat;
  EXPECT_THAT(sentence_of(report), HasSubstr("nothing that is drawn"));
  report.explained.found = sim::finding::always;
  EXPECT_THAT(sentence_of(report), HasSubstr("This world always fails"));
}

TEST(explain_report, tells_what_led_to_what_broke) {
  explain_report report;
  report.explained.rise = {{41, {32, 3}}, {42, {32, 31}}, {32, 28, 0}};
  report.explained.found = sim::finding::jump;
  const auto told = [&] {
    std::ostringstream out;
    print(out, report, false);
    return out.str();
  };
  auto& named = report.named.emplace();
  named.path_length = 0;
  EXPECT_THAT(told(), Not(HasSubstr("what broke")));
  named.path = {{9, 44, {}, "", "", "the line of step 44"}, {11, 46, {}, "", "", "of step 46"}};
  named.path_length = 2;
  EXPECT_THAT(told(), HasSubstr("what broke came of:\n  the line of step 44\n  of step 46\n"));
  named.is_path_from_step = true;
  named.path_length = 7;
  EXPECT_THAT(told(), HasSubstr("from there to what broke, the last 2 of 7:\n  the line"));
  EXPECT_EQ(as_json(report)["rise"]["path"].size(), 2u);
}

} // namespace
} // namespace seedwalk::tools
