#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "actors/runtime/real_clock.hpp"

namespace seedwalk::tools {

/// What is the same for all processes that die so: "SIGSEGV", "exit code 1". `status` is that of
/// waitpid.
std::string cause_of_death(int status);

/// Work in child processes, each of which does one thing, says what came of it, and is gone. One
/// that dies or does not end in time takes nothing with it.
///
/// Children do not hear of SIGINT and SIGHUP, which a terminal sends to all processes of a command:
/// who made the pool ends them. They die with the process that made them, however that dies. What
/// they print on standard error is lost.
///
/// Threads: none may be running when one is begun; what they hold would be held for ever in it.
class child_pool {
public:
  using bytes = std::vector<std::uint8_t>;

  /// `jobs` at once; one that takes longer than `run_limit` of real time is ended, 0: however long.
  child_pool(std::size_t jobs, std::chrono::nanoseconds run_limit)
      : jobs_(jobs == 0 ? 1 : jobs), run_limit_(run_limit) {}
  ~child_pool() { end_all(); }
  child_pool(const child_pool&) = delete;
  child_pool& operator=(const child_pool&) = delete;

  bool has_room() const { return children_.size() < jobs_; }
  bool is_idle() const { return children_.empty(); }

  /// Precondition: has_room(). `work` is called in the child alone. Throws std::system_error where
  /// the system has no process or pipe.
  void begin(std::uint64_t number, const std::function<bytes()>& work);

  /// What became of one.
  struct ended {
    std::uint64_t number = 0;
    bytes said;
    std::string death; ///< "SIGSEGV", "did not end"; empty: it said all that it had.
  };
  /// Those that have ended. Waits for some, 50 ms at most, and no longer once `stop_fd` can be
  /// read; -1: nothing does.
  std::vector<ended> take(int stop_fd = -1);

  /// What is under way is ended, and nobody hears of it.
  void end_all();

private:
  struct child {
    std::uint64_t number = 0;
    pid_t pid = -1;
    int answer = -1;
    std::chrono::nanoseconds since{0};
    bytes said;
  };

  static void hear(child& from, std::vector<ended>& into);
  static int end(child& one);

  std::size_t jobs_;
  std::chrono::nanoseconds run_limit_;
  std::vector<child> children_;
  sim::real_clock clock_;
};

} // namespace seedwalk::tools
