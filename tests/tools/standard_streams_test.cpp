#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/crawl_fixture.hpp"
#include "tests/tools/pseudo_terminal.hpp"
#include "tests/tools/screen.hpp"
#include "tools/crawl_meter.hpp"

namespace seedwalk::tools {
namespace {

namespace fs = std::filesystem;

/// Starts the command after `prepare` has arranged the descriptors of the new process.
pid_t start(const std::vector<std::string>& options, const std::function<void()>& prepare) {
  std::vector<char*> texts{const_cast<char*>(SEEDWALK_COMMAND)};
  for (const auto& a : options)
    texts.push_back(const_cast<char*>(a.c_str()));
  texts.push_back(nullptr);
  const auto child = ::fork();
  if (child == 0) {
    prepare();
    ::execv(texts[0], texts.data());
    ::_exit(127);
  }
  return child;
}

int code_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class streams : public crawl_fixture {
protected:
  /// A database of a small zoo.
  void fill() {
    serve(20, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::pruned, 1}}});
    ASSERT_EQ(run_seedwalk(crawl({"--quiet"})).code, 0);
  }

  /// Everything that prints, and needs no other machine.
  std::vector<words> printing() const {
    const auto db = folder_ / "db";
    return {{"--help"},
            {"--version"},
            {"help", "crawl"},
            {"version", "--json"},
            {"config", "show", "--network", "regtest"},
            {"config", "show", "--network", "regtest", "--json"},
            {"db", "stats", "--db", db},
            {"db", "stats", "--json", "--db", db},
            {"db", "list", "--db", db},
            {"db", "list", "--json", "--db", db},
            {"db", "get", start(), "--db", db},
            {"db", "export", "--format", "csv", "--db", db},
            {"db", "export", "--format", "json", "--db", db},
            {"db", "check", "--db", db},
            {"db", "digest", "--db", db},
            {"sim", "run", "--nodes", "8"},
            {"sim", "run", "--nodes", "8", "--json"},
            crawl({"--dry-run"}),
            crawl({"--json"}),
            crawl()};
  }

  finished_program run(const words& options, const std::function<void()>& prepare) const {
    const auto err = folder_ / "err";
    const auto child = tools::start(options, [&] {
      ::dup2(::open(err.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), STDERR_FILENO);
      ::signal(SIGPIPE, SIG_DFL);
      prepare();
    });
    return {code_of(child), "", text_of_file(err)};
  }

  /// Whether a file of the database holds `text`.
  bool database_says(const std::string& text) const {
    for (const auto& entry : fs::directory_iterator{folder_ / "db"})
      if (entry.is_regular_file() &&
          text_of_file(entry.path().string()).find(text) != std::string::npos)
        return true;
    return false;
  }
};

// A listing without standard output was written into a file of the database, which had the number,
// and the command ended with 0.
TEST_F(streams, a_closed_standard_output_is_a_failure_of_each_command_that_prints) {
  fill();
  for (const auto& command : printing()) {
    const auto result = run(command, [] { ::close(STDOUT_FILENO); });
    EXPECT_EQ(result.code, 1) << command.front();
    EXPECT_NE(result.err.find("seedwalk: standard output is closed\n"), std::string::npos)
        << command.front() << ": " << result.err;
  }
  EXPECT_FALSE(database_says("state  "));
  EXPECT_FALSE(database_says("address,"));
  expect_sound();
}

TEST_F(streams, a_full_disk_behind_standard_output_is_a_failure_of_each_command_that_prints) {
  fill();
  for (const auto& command : printing()) {
    const auto result = run(command, [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); });
    EXPECT_EQ(result.code, 1) << command.front();
    EXPECT_NE(result.err.find("standard output: No space left on device"), std::string::npos)
        << command.front() << ": " << result.err;
  }
}

TEST_F(streams, a_reader_that_left_ends_each_command_quietly) {
  fill();
  for (auto command : printing()) {
    if (command.front() == "crawl" && command.back() != "--dry-run")
      command.insert(command.end(), {"--log-level", "error"});
    const auto result = run(command, [] {
      std::array<int, 2> ends{};
      if (::pipe(ends.data()) == 0)
        ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
    });
    EXPECT_EQ(result.code, 141) << command.front();
    EXPECT_EQ(result.err.find("standard output"), std::string::npos) << result.err;
  }
}

TEST_F(streams, a_crawl_without_any_keeps_its_log_out_of_its_database) {
  serve(20, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::pruned, 1}}});
  for (const int lowest : {2, 1, 0}) {
    fs::remove_all(folder_ / "db");
    const auto result = run(crawl({"--log-level", "trace"}), [&] {
      for (int number = lowest; number <= 2; ++number)
        ::close(number);
    });
    EXPECT_EQ(result.code, lowest == 2 ? 0 : 1) << "where its summary cannot be printed";
    EXPECT_FALSE(database_says("level=")) << lowest;
    expect_sound();
  }
}

// Somebody pauses the terminal, or a log collector hangs: the crawl stood still with its main
// thread behind the lock of standard error, and neither its limit on time nor SIGTERM ended it.
TEST_F(streams, a_crawl_goes_on_and_ends_though_nobody_reads_its_standard_error) {
  serve(60, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::pruned, 1}}});
  for (const words& more : {words{}, words{"--quiet"}}) {
    fs::remove_all(folder_ / "db");
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
    auto command = crawl({"--log-level", "trace", "--json"});
    command.insert(command.end(), more.begin(), more.end());
    const auto out = folder_ / "report";
    const auto child = tools::start(command, [&] {
      ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
    });
    EXPECT_EQ(code_of(child), 0);
    const auto report = nlohmann::json::parse(text_of_file(out));
    EXPECT_EQ(report["good"], 60);
    EXPECT_GT(report["log_lines_lost"], 0);
    ::close(ends[0]);
    ::close(ends[1]);
  }
}

TEST_F(streams, a_crawl_ends_though_nobody_reads_its_standard_output) {
  serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::refused, 0}}});
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
  const std::string all(4096, 'x');
  ASSERT_EQ(::write(ends[1], all.data(), all.size()), 4096);
  const auto result = run(crawl({"--json", "--quiet", "--log-level", "error"}),
                          [&] { ::dup2(ends[1], STDOUT_FILENO); });
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "seedwalk: standard output: nobody reads it\n");
  ::close(ends[0]);
  ::close(ends[1]);
  expect_sound();
}

TEST_F(streams, a_full_disk_behind_the_log_is_said_at_the_end) {
  serve(20, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::pruned, 1}}});
  const auto run =
      run_seedwalk(crawl({"--json", "--log-file", "/dev/full", "--log-level", "debug", "--quiet"}));
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_GT(nlohmann::json::parse(run.out)["log_lines_lost"], 0);
  EXPECT_NE(run.err.find("log lines were lost: No space left on device"), std::string::npos)
      << run.err;
}

TEST_F(streams, a_crawl_on_a_narrow_terminal_has_its_progress_on_one_line_and_its_log_above) {
  serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::silent, 1}}});
  const auto [code, output] = run_on_a_terminal(
      beside({"--log-level", "debug", "--clearnet-handshake-timeout", "2s"}), 40, "xterm");
  EXPECT_EQ(code, 0);
  ASSERT_NE(output.find("visited "), std::string::npos);
  screen seen;
  std::string rest = output;
  for (std::size_t at = 0; (at = rest.find("\r\x1b[K")) != std::string::npos;) {
    seen.show(rest.substr(0, at));
    EXPECT_LT(columns_of(seen.last_line()), 40u) << seen.last_line();
    seen.show("\r\x1b[K");
    rest.erase(0, at + 4);
  }
  seen.show(rest);
  std::size_t logged = 0;
  for (const auto& line : seen.ended_lines()) {
    logged += line.starts_with("time=") ? 1 : 0;
    EXPECT_TRUE(line.find("visited ") == std::string::npos || line.starts_with("  visited   "))
        << line;
    EXPECT_TRUE(line.find("time=") == std::string::npos || line.starts_with("time=")) << line;
  }
  EXPECT_GT(logged, 0u);
}

/// Lines of progress as they stood on the terminal, each before it was taken back.
std::vector<std::string> progress_in(const std::string& output) {
  constexpr std::string_view clear = "\r\x1b[K";
  std::vector<std::string> lines;
  for (std::size_t at = 0, end = 0; (end = output.find(clear, at)) != std::string::npos;
       at = end + clear.size()) {
    const auto part = std::string_view{output}.substr(at, end - at);
    const auto last = part.substr(part.rfind('\n') + 1);
    if (last.find("visited ") != std::string::npos)
      lines.emplace_back(last);
  }
  return lines;
}

/// What was drawn before the size was changed is the terminal's own to arrange. From then on a line
/// fits, no matter what draws it: the progress of each second, or the log, which has it below
/// itself.
TEST_F(streams, a_terminal_that_is_resized_has_its_progress_at_the_new_width) {
  serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::silent, 1}}});
  constexpr std::array<unsigned short, 3> widths = {60, 30, 140};
  std::array<std::size_t, widths.size() + 1> begin{}; ///< Of the output at each width.
  std::size_t width = 0;
  const auto run = run_on_a_terminal(
      beside({"--log-level", "debug", "--clearnet-handshake-timeout", "60s"}), widths[0], "xterm",
      [&](int terminal, const std::string& output) {
        if (width == widths.size() || progress_in(output.substr(begin[width])).size() < 2)
          return;
        begin[++width] = output.size();
        if (width != widths.size())
          resize_terminal(terminal, widths[width]);
        else if (::write(terminal, "\x03", 1) != 1) // Control-C.
          ADD_FAILURE();
      });
  EXPECT_EQ(run.code, 0);
  ASSERT_EQ(width, widths.size());
  std::array<std::size_t, widths.size()> widest{};
  for (std::size_t n = 0; n != widths.size(); ++n) {
    auto lines = progress_in(run.output.substr(begin[n], begin[n + 1] - begin[n]));
    ASSERT_GE(lines.size(), 2u);
    if (n > 0)
      lines.erase(lines.begin()); // Drawn before.
    for (const auto& line : lines) {
      EXPECT_LT(columns_of(line), widths[n]) << line;
      widest[n] = std::max(widest[n], columns_of(line));
    }
  }
  EXPECT_GT(widest[0], widths[1]) << "a wide terminal is used";
  EXPECT_GT(widest[2], widths[0]) << "and so is one that became wider than it ever was";
}

TEST_F(streams, a_dumb_terminal_gets_plain_lines) {
  serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::silent, 1}}});
  const auto [code, output] =
      run_on_a_terminal(beside({"--clearnet-handshake-timeout", "2s"}), 80, "dumb");
  EXPECT_EQ(code, 0);
  EXPECT_NE(output.find("visited "), std::string::npos);
  EXPECT_EQ(output.find('\x1b'), std::string::npos);
}

// More than the buffer holds is refused while the command is still at work.
TEST_F(streams, an_output_that_is_longer_than_our_buffer_fails_in_the_same_ways) {
  std::string messages;
  for (int i = 0; i != 5'000; ++i)
    messages += "f9beb4d976657261636b000000000000000000005df6e0e2";
  const words decode = {"wire", "decode", folder_.write("messages", messages)};
  ASSERT_GT(run_seedwalk(decode).out.size(), 200'000u);
  const auto full = run(decode, [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); });
  EXPECT_EQ(full.code, 1);
  EXPECT_EQ(full.err, "seedwalk: standard output: No space left on device\n");
  const auto left = run(decode, [] {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) == 0)
      ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
  });
  EXPECT_EQ(left.code, 141);
  EXPECT_EQ(left.err, "");
}

// What is written beyond the limit kills a program that does not ignore the signal of it.
TEST_F(streams, may_not_grow_beyond_the_limit_on_files_and_that_is_a_failure_with_its_reason) {
  fill();
  for (const auto& command : printing()) {
    if (command.front() == "crawl")
      continue; // Its database may not grow either.
    const auto out = folder_ / "out";
    const auto result = run(command, [&] {
      ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), STDOUT_FILENO);
      const rlimit nothing{0, 0};
      ::setrlimit(RLIMIT_FSIZE, &nothing);
      ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO); // A file as well.
    });
    EXPECT_EQ(result.code, 1) << command.front();
  }
}

/// A benchmark that has written something into its folder, and goes on for long.
class running_benchmark {
public:
  explicit running_benchmark(const temporary_folder& in) : parent_(in / "bench") {
    fs::create_directory(parent_);
    program = std::make_unique<running_program>(
        words{SEEDWALK_COMMAND, "bench", "store", "--size", "1000000", "--folder", parent_});
    while (!is_busy()) {
    }
  }

  bool has_left_nothing() const { return fs::is_empty(parent_); }

  std::unique_ptr<running_program> program;

private:
  using words = std::vector<std::string>;

  bool is_busy() const {
    std::error_code ignored;
    for (fs::recursive_directory_iterator at{parent_, ignored}, end; at != end && !ignored;
         at.increment(ignored))
      if (at->is_regular_file(ignored))
        return true;
    return false;
  }

  std::string parent_;
};

// A benchmark that was interrupted left its databases in the temporary folder.
TEST_F(streams, an_interrupted_benchmark_leaves_nothing) {
  const running_benchmark bench{folder_};
  bench.program->signal(SIGINT);
  const auto run = bench.program->finish();
  EXPECT_EQ(run.code, 130) << run.err;
  EXPECT_TRUE(bench.has_left_nothing());
}

// Control-Z, and `fg`: it ended at once with 0, and had measured nothing.
TEST_F(streams, a_benchmark_that_was_paused_goes_on) {
  const running_benchmark bench{folder_};
  bench.program->pause();
  bench.program->go_on();
  bench.program->signal(SIGINT);
  const auto run = bench.program->finish();
  EXPECT_EQ(run.code, 130) << run.err;
  EXPECT_TRUE(bench.has_left_nothing());
}

// A process that ignores SIGCHLD never hears how a child ended, and neither do its children.
TEST_F(streams, a_benchmark_ends_whatever_its_starter_does_with_signals_of_children) {
  const auto result =
      run({"bench", "store", "--size", "1000", "--rounds", "1", "--folder", folder_.path()}, [] {
        ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
        ::signal(SIGCHLD, SIG_IGN);
      });
  EXPECT_EQ(result.code, 0) << result.err;
}

// It was called a mistake in the arguments.
TEST_F(streams, a_machine_without_threads_for_us_is_no_mistake_of_the_arguments) {
  fs::permissions(folder_.path(), fs::perms::all);
  const auto result =
      run({"crawl", "--network", "regtest", "--no-dns", "--once", "--db", folder_ / "db"}, [] {
        const rlimit one{1, 1};
        ::setrlimit(RLIMIT_NPROC, &one);
        // Root has no such limit.
        if (::getuid() == 0 && (::setgid(64'321) != 0 || ::setuid(64'321) != 0))
          ::_exit(126);
      });
  if (result.code == 126 || result.code == 127)
    GTEST_SKIP() << "no other user can run the command here";
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_NE(result.err.find("seedwalk crawl: "), std::string::npos) << result.err;
}

} // namespace
} // namespace seedwalk::tools
