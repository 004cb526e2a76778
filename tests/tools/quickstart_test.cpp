#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/tools/pseudo_terminal.hpp"
#include "tests/tools/run_program.hpp"
#include "tests/tools/screen.hpp"

namespace seedwalk::tools {
namespace {

namespace fs = std::filesystem;

/// The script in a tree in which everything that it calls is a stub.
class quickstart : public ::testing::Test {
protected:
  void SetUp() override {
    fs::create_directories(tree_ / "tools");
    fs::copy_file(SEEDWALK_SOURCES "/tools/quickstart", tree_ / "tools/quickstart");
    stub("tools/install-packages", "");
    stub("build/release/seedwalk", "case $1 in zoo) echo '{\"connect\":\"127.1.0.1:1\"}';; *) "
                                   "echo \"ran $1\";; esac");
  }

  void stub(const std::string& name, const std::string& text) const {
    fs::permissions(tree_.write(name, "#!/bin/sh\n" + text + "\n"), fs::perms::owner_all);
  }

  /// A build of 40 steps that ends so.
  void stub_build(const std::string& end) const {
    stub("bin/cmake",
         "case $1 in --build) ;; *) exit 0;; esac\n"
         "for i in $(seq 40); do echo \"[$i/40] Building CXX object a/long/name/$i.cpp.o"
         "\"; done\n" +
             end);
  }

  std::vector<std::string> command() const {
    return {"/usr/bin/env", "PATH=" + (tree_ / "bin") + ":/usr/local/bin:/usr/bin:/bin",
            tree_ / "tools/quickstart"};
  }

  const temporary_folder tree_;
};

// The build was silent for eight minutes.
TEST_F(quickstart, says_now_and_then_how_far_the_build_is) {
  stub_build("exit 0");
  const auto run = run_program_file(command());
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out.find('\x1b'), std::string::npos);
  EXPECT_NE(run.out.find("building:  50%  20 of 40 steps"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("building: 100%  40 of 40 steps"), std::string::npos) << run.out;
  EXPECT_LE(std::ranges::count(run.out, '\n'), 25) << run.out;
  EXPECT_NE(run.out.find("ran crawl"), std::string::npos);
}

TEST_F(quickstart, draws_one_live_line_on_a_terminal_however_narrow) {
  stub_build("exit 0");
  const auto run = run_on_a_terminal(command(), 30, "xterm");
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_NE(run.output.find("building:  50%  20 of 40 st"), std::string::npos) << run.output;
  screen seen;
  seen.show(run.output);
  for (const auto& line : seen.ended_lines())
    EXPECT_EQ(line.find("of 40"), std::string::npos) << line;
  EXPECT_EQ(run_on_a_terminal(command(), 30, "dumb").output.find('\x1b'), std::string::npos);
}

TEST_F(quickstart, a_build_that_fails_shows_its_output_and_starts_nothing) {
  stub_build("echo 'no such header' >&2; exit 3");
  const auto run = run_program_file(command());
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("no such header"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("quickstart: the build failed"), std::string::npos) << run.err;
  EXPECT_EQ(run.out.find("ran crawl"), std::string::npos);
}

} // namespace
} // namespace seedwalk::tools
