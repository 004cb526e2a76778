#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/run_program.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A traced run of twenty nodes with faults, in a folder of its own.
class trace_command : public testing::Test {
protected:
  finished_program trace(const std::string& name, const std::string& seed) const {
    const auto run =
        run_seedwalk({"sim", "run", "--nodes", "20", "--faults", "2", "--seed", seed, "--kind",
                      "honest=3", "--kind", "silent=1", "--trace", folder_ / name});
    EXPECT_EQ(run.code, 0) << run.err;
    return run;
  }

  std::vector<nlohmann::json> show(std::vector<std::string> options) const {
    options.insert(options.begin(), {"trace", "show", folder_ / "run.trace", "--json"});
    const auto shown = run_seedwalk(options);
    EXPECT_EQ(shown.code, 0) << shown.err;
    std::vector<nlohmann::json> lines;
    std::istringstream in{shown.out};
    for (std::string line; std::getline(in, line);)
      lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  temporary_folder folder_;
};

TEST_F(trace_command, a_run_says_how_to_see_it) {
  const auto run = trace("run.trace", "3");
  EXPECT_THAT(run.out, HasSubstr("seedwalk trace export " + (folder_ / "run.trace") + " --html " +
                                 (folder_ / "run.html")));
}

TEST_F(trace_command, shows_all_that_a_filter_lets_through_and_nothing_else) {
  trace("run.trace", "3");
  const auto all = show({});
  ASSERT_GT(all.size(), 100u);
  EXPECT_EQ(all[0]["type"], "run");
  EXPECT_EQ(all[0]["seed"], 3);
  EXPECT_EQ(all[0]["faults"].size(), 2u);
  EXPECT_THAT(all[0]["again"], HasSubstr("seedwalk sim run --seed 3 --nodes 20"));
  EXPECT_EQ(all.size(), 1 + all[0]["entries"].get<std::size_t>());
  const auto expect = [&](const std::vector<std::string>& options, const auto& wants) {
    std::set<std::uint64_t> wanted;
    std::set<std::uint64_t> shown;
    for (std::size_t i = 1; i != all.size(); ++i)
      if (wants(all[i]))
        wanted.insert(all[i]["number"].get<std::uint64_t>());
    auto lines = show(options);
    for (std::size_t i = 1; i != lines.size(); ++i)
      shown.insert(lines[i]["number"].get<std::uint64_t>());
    EXPECT_EQ(shown, wanted) << options[0] << " " << options[1];
    EXPECT_FALSE(wanted.empty()) << options[0] << " " << options[1];
  };
  expect({"--actor", "manager"}, [](const auto& e) { return e["who"] == "crawler/manager"; });
  expect({"--peer", "127.1.0.1:18444"}, [](const auto& e) {
    return e["who"] == "127.1.0.1:18444" || e["who"] == "crawler/peer/127.1.0.1:18444#1";
  });
  expect({"--peer", "127.1.0.1"}, [](const auto& e) {
    return e["who"] == "127.1.0.1:18444" || e["who"] == "crawler/peer/127.1.0.1:18444#1";
  });
  expect({"--kind", "node"}, [](const auto& e) { return e["kind"] == "node"; });
  expect({"--kind", "received"}, [](const auto& e) { return e["what"] == "net::received"; });
  expect({"--from", "0.1", "--until", "0.2"},
         [](const auto& e) { return e["at_ns"] >= 100'000'000 && e["at_ns"] <= 200'000'000; });
}

TEST_F(trace_command, text_names_the_command_and_what_led_to_what) {
  trace("run.trace", "3");
  const auto shown = run_seedwalk({"trace", "show", folder_ / "run.trace"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("again: seedwalk sim run --seed 3"));
  EXPECT_THAT(shown.out, HasSubstr("fault: fault 1: from"));
  EXPECT_THAT(shown.out, HasSubstr(" 127.1.0.1:18444 hears: version (126 bytes) <- #"));
}

TEST_F(trace_command, diff_ends_as_diff_does_and_names_the_first_difference) {
  trace("run.trace", "3");
  trace("same.trace", "3");
  trace("other.trace", "4");
  const auto same = run_seedwalk({"trace", "diff", folder_ / "run.trace", folder_ / "same.trace"});
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(same.out, "");
  const auto other =
      run_seedwalk({"trace", "diff", folder_ / "run.trace", folder_ / "other.trace"});
  EXPECT_EQ(other.code, 1) << other.err;
  EXPECT_THAT(other.out, HasSubstr("\n- #"));
  EXPECT_THAT(other.out, HasSubstr("\n+ #"));
  EXPECT_EQ(run_seedwalk({"trace", "diff", folder_ / "run.trace", folder_ / "none"}).code, 2);
}

TEST_F(trace_command, a_file_that_is_no_trace_is_not_replaced_and_not_shown) {
  std::ofstream{folder_ / "letter"} << "Dear reader";
  const auto run = run_seedwalk({"sim", "run", "--nodes", "8", "--trace", folder_ / "letter"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("a file that is no trace; name another"));
  EXPECT_EQ(text_of_file(folder_ / "letter"), "Dear reader");
  const auto shown = run_seedwalk({"trace", "show", folder_ / "letter"});
  EXPECT_EQ(shown.code, 13);
  EXPECT_THAT(shown.err, HasSubstr("is no trace of a run"));
}

TEST_F(trace_command, a_run_that_breaks_a_promise_names_the_command_that_makes_the_page) {
  const auto failing = [](std::vector<std::string> more) {
    std::vector<std::string> command = {"sim", "run",   "--nodes",
                                        "8",   "--set", "expect.peer=[{node=1,good=false}]"};
    command.insert(command.end(), more.begin(), more.end());
    return run_seedwalk(command);
  };
  const auto plain = failing({});
  ASSERT_EQ(plain.code, 10) << plain.err;
  EXPECT_THAT(plain.err, HasSubstr("--trace run.trace && seedwalk trace export run.trace --html"));
  const auto traced = failing({"--trace", folder_ / "run.trace"});
  EXPECT_THAT(traced.err, HasSubstr("to see it: seedwalk trace export " + (folder_ / "run.trace")));
}

TEST_F(trace_command, export_wants_to_know_what_to_make) {
  trace("run.trace", "3");
  EXPECT_EQ(run_seedwalk({"trace", "export", folder_ / "run.trace"}).code, 2);
}

// `trace export X --html X` once put the page in the place of the trace it was made of.
TEST_F(trace_command, nothing_is_written_over_what_it_is_made_of) {
  trace("run.trace", "3");
  const auto before = text_of_file(folder_ / "run.trace");
  for (const auto* option : {"--html", "--chrome"}) {
    const auto made = run_seedwalk(
        {"trace", "export", folder_ / "run.trace", option, folder_ / "." + "/run.trace"});
    EXPECT_EQ(made.code, 2);
    EXPECT_THAT(made.err, HasSubstr("is the file of FILE, too; name another"));
  }
  EXPECT_EQ(text_of_file(folder_ / "run.trace"), before);
  const auto both = run_seedwalk({"trace", "export", folder_ / "run.trace", "--html",
                                  folder_ / "one", "--chrome", folder_ / "one"});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("--chrome " + (folder_ / "one") + ": is the file of --html"));
}

TEST_F(trace_command, a_page_has_all_in_it_and_names_no_other_place) {
  trace("run.trace", "3");
  const auto made =
      run_seedwalk({"trace", "export", folder_ / "run.trace", "--html", folder_ / "run.html"});
  EXPECT_EQ(made.code, 0) << made.err;
  const auto page = text_of_file(folder_ / "run.html");
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const auto* sign : {"src=", "http:", "https:", "@import", "url("})
    EXPECT_THAT(page, Not(HasSubstr(sign)));
}

} // namespace
} // namespace seedwalk::tools
