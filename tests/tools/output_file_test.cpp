#include <array>
#include <csignal>
#include <filesystem>
#include <ostream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/bad_file.hpp"
#include "tests/tools/crawl_fixture.hpp"
#include "tools/standard_streams.hpp"

namespace seedwalk::tools {
namespace {

namespace fs = std::filesystem;

class output_file : public crawl_fixture {
protected:
  void SetUp() override {
    serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::refused, 0}}});
    ASSERT_EQ(run_seedwalk(crawl({"--quiet"})).code, 0);
    ASSERT_EQ(::mkfifo(pipe().c_str(), 0600), 0);
    fs::create_directory(folder_ / "folder");
  }

  std::string pipe() const { return folder_ / "pipe"; }

  std::vector<bad_file> bad_files() const {
    std::vector<bad_file> files = {
        {"a pipe without a reader", pipe(), "is a pipe that nobody reads; start its reader first"},
        {"a folder", folder_ / "folder", "is a folder, not a file"},
        {"a part of a database", folder_ / "db/CURRENT",
         "is a part of the database in its folder; name another file"},
        {"no folder", folder_ / "none/file", "cannot be written: No such file or directory"},
    };
    add_without_rights(files, folder_, 0400, "cannot be written: Permission denied");
    return files;
  }

  /// Each command that writes a file, but for its name.
  std::vector<words> commands() const {
    return {crawl({"--log-level", "error", "--record"}),
            crawl({"--log-file"}),
            {"sim", "run", "--nodes", "8", "--choices-out"},
            {"db", "export", "--db", folder_ / "db", "--output"}};
  }

  static words with(words command, const std::string& file) {
    command.push_back(file);
    return command;
  }

  /// Runs the command beside `reader`, a line of a shell that may read the pipe $0. What that wrote
  /// into $1 is the output.
  finished_program run_beside(const std::string& reader, const words& arguments) const {
    words line = {"/bin/sh",
                  "-c",
                  "{ " + reader + "; } & shift; \"$@\"; code=$?; wait; exit $code",
                  pipe(),
                  folder_ / "got",
                  SEEDWALK_COMMAND};
    line.insert(line.end(), arguments.begin(), arguments.end());
    auto run = run_program_file(line);
    run.out = text_of_file(folder_ / "got");
    return run;
  }
};

// The open of a pipe without a reader was waited for without an end.
TEST_F(output_file, every_command_says_at_once_what_is_wrong_with_it) {
  for (const auto& file : bad_files())
    for (const auto& command : commands()) {
      const auto run = run_seedwalk(with(command, file.path));
      EXPECT_EQ(run.code, 2) << command.back() << ", " << file.name;
      EXPECT_EQ(run.out, "") << command.back();
      EXPECT_EQ(count_lines(run.err), 1u) << command.back() << ": " << run.err;
      EXPECT_NE(run.err.find(file.path + ": " + file.message), std::string::npos)
          << command.back() << ", " << file.name << ": " << run.err;
    }
  expect_sound();
}

TEST_F(output_file, that_does_not_take_all_makes_the_command_fail_and_is_named) {
  for (const auto& command : commands()) {
    if (command.back() == "--log-file")
      continue; // A crawl goes on without its log, and says so at the end.
    const auto run = run_seedwalk(with(command, "/dev/full"));
    EXPECT_EQ(run.code, command.back() == "--record" ? 2 : 1) << run.err;
    EXPECT_EQ(count_lines(run.err), 1u) << run.err;
    EXPECT_NE(run.err.find(command.back() + " /dev/full: No space left on device"),
              std::string::npos)
        << run.err;
  }
}

TEST_F(output_file, may_be_a_pipe_whose_reader_is_just_being_started) {
  const words csv = {"db", "export", "--format", "csv", "--db", folder_ / "db", "--output"};
  const auto file = folder_ / "a name\nof two lines";
  ASSERT_EQ(run_seedwalk(with(csv, file)).code, 0);
  const auto expected = text_of_file(file);
  EXPECT_EQ(count_lines(expected), 1u + 8u);
  const auto piped = run_beside("cat \"$0\" > \"$1\"", with(csv, pipe()));
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_EQ(piped.out, expected);
}

TEST_F(output_file, of_a_recording_may_be_a_pipe_and_what_comes_out_is_replayed) {
  const auto run =
      run_beside("cat \"$0\" > \"$1\"", crawl({"--json", "--quiet", "--record", pipe()}));
  ASSERT_EQ(run.code, 0) << run.err;
  const auto replayed = run_seedwalk({"replay", "--json", folder_ / "got"});
  EXPECT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_EQ(nlohmann::json::parse(replayed.out)["complete"], true);
}

// The crawl has no end of its own: with --once it was over, now and then, before its reader had
// left.
TEST_F(output_file, whose_reader_leaves_ends_the_recording_and_not_the_crawl) {
  const int reader = ::open(pipe().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto command = beside({"--record", pipe()});
  std::erase(command, "--once");
  running_program recorded{command};
  ASSERT_TRUE(recorded.await("msg=networks"));
  ::close(reader);
  ASSERT_TRUE(recorded.await("the recording ends, the crawl goes on"));
  recorded.signal(SIGTERM);
  const auto run = recorded.finish();
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("the recording ended before the crawl: " + pipe() + ": Broken pipe"),
            std::string::npos)
      << run.err;
  expect_sound();
}

/// Of standard output that is no news, of a file that was asked for by name it is.
TEST(output_error, says_that_a_reader_left_unless_it_is_the_one_of_standard_output) {
  settle_signals();
  for (const std::string name : {"", "--output pipe"}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    ::close(ends[0]);
    output_buffer buffer{ends[1], name};
    std::ostream out{&buffer};
    out.exceptions(std::ios::badbit);
    try {
      out << "text" << std::flush;
      ADD_FAILURE();
    } catch (const output_error& e) {
      EXPECT_EQ(e.reader_left(), name.empty());
      EXPECT_EQ(std::string{e.what()}, (name.empty() ? "standard output" : name) + ": Broken pipe");
    }
    ::close(ends[1]);
  }
}

} // namespace
} // namespace seedwalk::tools
