#pragma once

#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/run_program.hpp"

namespace seedwalk::tools {

/// A program that runs beside the test, which reads along what it says on standard error.
class running_program {
public:
  explicit running_program(const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    err_ = ends[0];
    const auto out = folder_ / "out";
    std::vector<char*> arguments;
    for (const auto& argument : command)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      // The parent of the tests may ignore some, and what is ignored at the start stays so.
      for (const int number : {SIGINT, SIGTERM, SIGHUP})
        ::signal(number, SIG_DFL);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
  }

  running_program(const running_program&) = delete;
  running_program& operator=(const running_program&) = delete;

  ~running_program() {
    if (pid_ > 0) {
      signal(SIGKILL);
      finish();
    }
    ::close(err_);
  }

  void signal(int number) const { ::kill(pid_, number); }

  /// The processes that it has started and that live.
  std::vector<pid_t> children() const {
    std::istringstream listed{text_of_file(fmt::format("/proc/{0}/task/{0}/children", pid_))};
    std::vector<pid_t> all;
    for (pid_t child = 0; listed >> child;)
      all.push_back(child);
    return all;
  }

  /// Stops it as control-Z does, and waits until it stands still.
  void pause() const {
    signal(SIGSTOP);
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);
  }

  /// Lets it go on, and waits until it does.
  void go_on() const {
    signal(SIGCONT);
    int status = 0;
    ::waitpid(pid_, &status, WCONTINUED);
  }

  /// Waits until it has said `text` since the last time; false if it ended before.
  bool await(const std::string& text) {
    for (;;) {
      if (const auto at = said_.find(text, heard_); at != std::string::npos) {
        heard_ = at + text.size();
        return true;
      }
      if (!read())
        return false;
    }
  }

  /// Waits for its end.
  finished_program finish() {
    while (read()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            text_of_file(folder_ / "out"), said_};
  }

private:
  bool read() {
    std::array<char, 4096> part{};
    const auto size = ::read(err_, part.data(), part.size());
    if (size <= 0)
      return false;
    said_.append(part.data(), static_cast<std::size_t>(size));
    return true;
  }

  temporary_folder folder_;
  pid_t pid_ = 0;
  int err_ = -1;
  std::string said_;
  std::size_t heard_ = 0;
};

} // namespace seedwalk::tools
