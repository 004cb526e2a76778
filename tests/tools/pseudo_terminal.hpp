#pragma once

#include <array>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace seedwalk::tools {

/// What a program on a terminal left behind.
struct terminal_run {
  int code = 0; ///< 128 and the signal, if it died of one.
  std::string output;
};

/// Makes a terminal as wide as that, as a user who drags the edge of its window does.
inline void resize_terminal(int terminal, unsigned short columns) {
  const winsize size{24, columns, 0, 0};
  ::ioctl(terminal, TIOCSWINSZ, &size);
}

/// Runs a program to its end on a terminal of its own, of so many columns and of such a kind.
/// `seen(terminal, output)` is called with all of the output so far whenever there is more.
inline terminal_run run_on_a_terminal(
    const std::vector<std::string>& command, unsigned short columns, const char* term,
    const std::function<void(int, const std::string&)>& seen = [](int, const std::string&) {}) {
  int terminal = -1;
  const winsize size{24, columns, 0, 0};
  std::vector<char*> arguments;
  for (const auto& a : command)
    arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  const auto child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    ::setenv("TERM", term, 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  terminal_run run;
  std::array<char, 4096> part{};
  for (;;) {
    const auto got = ::read(terminal, part.data(), part.size());
    if (got <= 0)
      break; // EIO: nobody has the other end any more.
    run.output.append(part.data(), static_cast<std::size_t>(got));
    seen(terminal, run.output);
  }
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

} // namespace seedwalk::tools
