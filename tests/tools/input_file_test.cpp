#include <filesystem>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/tools/bad_file.hpp"
#include "tests/tools/crawl_fixture.hpp"

namespace seedwalk::tools {
namespace {

namespace fs = std::filesystem;

/// A command that reads a file.
struct reading_command {
  const char* name;
  std::vector<std::string> before; ///< The arguments before the file,
  std::vector<std::string> behind; ///< and behind it.
};

class input_file : public crawl_fixture {
protected:
  std::vector<bad_file> bad_files() const {
    const auto pipe = folder_ / "pipe";
    ::mkfifo(pipe.c_str(), 0600);
    const auto folder = folder_ / "folder";
    fs::create_directory(folder);
    const auto listening = folder_ / "socket";
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    listening.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(descriptor);
    std::vector<bad_file> files = {
        {"a pipe that nobody writes to", pipe, "is a pipe that nobody writes to"},
        {"a folder", folder, "is a folder, not a file"},
        {"a socket", listening, "is a socket"},
        {"a missing file", folder_ / "none", "cannot be read: No such file or directory"},
        {"a file that fails", "/proc/self/mem", "cannot be read: Input/output error"},
    };
    add_without_rights(files, folder_, 0, "cannot be read: Permission denied");
    return files;
  }

  std::vector<reading_command> commands() const {
    const auto db = folder_ / "db";
    return {
        {"replay", {"replay"}, {}},
        {"wire decode", {"wire", "decode"}, {}},
        {"wire encode", {"wire", "encode"}, {}},
        {"config show", {"config", "show", "--config"}, {}},
        {"config check", {"config", "check", "--config"}, {}},
        {"crawl", {"crawl", "--network", "regtest", "--db", db, "--once", "--config"}, {}},
        {"crawl, excluding",
         {"crawl", "--network", "regtest", "--db", db, "--once", "--exclude-file"},
         {}},
        {"crawl, dry", {"crawl", "--dry-run", "--db", db, "--config"}, {}},
        {"db stats", {"db", "stats", "--db", db, "--config"}, {}},
        {"db list", {"db", "list", "--db", db, "--config"}, {}},
        {"ctl status", {"ctl", "status", "--db", db, "--config"}, {}},
        {"ctl reload", {"ctl", "reload"}, {"--db", db}},
        {"sim run", {"sim", "run", "--nodes", "8", "--choices"}, {}},
        {"sim check", {"sim", "check", "--nodes", "8", "--seeds", "1..2", "--choices"}, {}},
    };
  }

  /// Runs a line of bash, in which $SEEDWALK is the command.
  static finished_program run_shell(const std::string& line) {
    return run_program_file({"/bin/bash", "-c", line},
                            {fmt::format("SEEDWALK={}", SEEDWALK_COMMAND)});
  }
};

// A pipe that nobody wrote to was waited for without an end, or for ten seconds.
TEST_F(input_file, every_command_says_at_once_what_is_wrong_with_its_file) {
  for (const auto& file : bad_files())
    for (const auto& command : commands()) {
      auto arguments = command.before;
      arguments.push_back(file.path);
      arguments.insert(arguments.end(), command.behind.begin(), command.behind.end());
      const auto run = run_seedwalk(arguments);
      EXPECT_TRUE(run.code == 1 || run.code == 2) << command.name << ", " << file.name << run.code;
      EXPECT_EQ(run.out, "") << command.name;
      EXPECT_EQ(count_lines(run.err), 1u) << command.name << ": " << run.err;
      EXPECT_NE(run.err.find(file.path + ":"), std::string::npos) << command.name << run.err;
      EXPECT_NE(run.err.find(file.message), std::string::npos)
          << command.name << ", " << file.name << ": " << run.err;
      EXPECT_FALSE(fs::exists(folder_ / "db")) << command.name;
    }
}

TEST_F(input_file, what_a_process_writes_is_read_like_a_file) {
  const auto message = folder_.write("message", "f9beb4d976657261636b000000000000000000005df6e0e2");
  const auto decoded = run_seedwalk({"wire", "decode", message});
  ASSERT_EQ(decoded.code, 0) << decoded.err;
  EXPECT_NE(decoded.out.find("verack"), std::string::npos);
  const auto config = folder_.write("a.toml", "[storage]\nmax_known = 77\n");
  const auto shown = run_seedwalk({"config", "show", "--config", config});
  EXPECT_NE(shown.out.find("max_known = 77"), std::string::npos) << shown.out;
  const auto out_of = [](const std::string& path) { return "<(cat " + path + ")"; };
  const auto read = run_shell("exec $SEEDWALK wire decode " + out_of(message));
  EXPECT_EQ(read.out, decoded.out) << read.err;
  const auto piped = run_shell("{ cat " + message + "; } | $SEEDWALK wire decode /dev/stdin");
  EXPECT_EQ(piped.out, decoded.out) << piped.err;
  const auto layered = run_shell("exec $SEEDWALK config show --config " + out_of(config));
  EXPECT_NE(layered.out.find("max_known = 77"), std::string::npos) << layered.err;
  const auto asked =
      run_shell("exec $SEEDWALK ctl reload --db " + (folder_ / "none") + ' ' + out_of(config));
  EXPECT_EQ(asked.err.find("pipe"), std::string::npos) << asked.err;
  EXPECT_EQ(count_lines(asked.err), 1u) << "no crawl runs there: " << asked.err;
  // A named pipe, no matter which side opens it first.
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto named =
      run_shell("{ cat " + message + " > " + pipe + "; } & $SEEDWALK wire decode " + pipe);
  EXPECT_EQ(named.out, decoded.out) << named.err;
}

TEST_F(input_file, a_recording_that_comes_out_of_a_pipe_is_replayed) {
  serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::refused, 0}}});
  const auto recording = folder_ / "run.sdwk";
  const auto crawled = run_seedwalk(crawl({"--record", recording, "--quiet"}));
  ASSERT_EQ(crawled.code, 0) << crawled.err;
  const auto report = [](const finished_program& run) {
    EXPECT_EQ(run.code, 0) << run.err;
    return nlohmann::json::parse(run.out)["hash"];
  };
  const auto from_file = report(run_seedwalk({"replay", "--json", recording}));
  EXPECT_EQ(report(run_shell("exec $SEEDWALK replay --json <(cat " + recording + ")")), from_file);
  // In two halves: it is waited for, and not taken for one that was cut off.
  EXPECT_EQ(report(run_shell(fmt::format(
                "exec $SEEDWALK replay --json <(head -c 300 {0}; tail -c +301 {0})", recording))),
            from_file);
}

} // namespace
} // namespace seedwalk::tools
