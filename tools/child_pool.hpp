#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "actors/runtime/real_clock.hpp"

namespace seedwalk::tools {

/// What is the same for all processes that die so: "SIGSEGV", "exit code 1". `status` is that of
/// waitpid.
std::string cause_of_death(int status);

/// Work in child processes. Each has a list of numbers, does the work of each in turn, says what
/// came of it, and is gone: a process for every run of a few milliseconds would take as long as the
/// run. One that dies or takes too long costs the number that it was at; another child goes on
/// behind that.
///
/// Children do not hear of SIGINT and SIGHUP, which a terminal sends to all processes of a command:
/// who made the pool ends them. They die with the process that made them, however that dies.
///
/// Threads: none may be running when one is begun; what they hold would be held for ever in it.
class child_pool {
public:
  using bytes = std::vector<std::uint8_t>;
  /// What is done for a number. Called in children alone.
  using work = std::function<bytes(std::uint64_t number)>;

  struct options {
    std::size_t jobs = 1;                  ///< So many children at once; 0 is 1.
    std::chrono::nanoseconds run_limit{0}; ///< Real time for one number; 0: however long.
    /// A number in which a child died is tried once more by a new child, if the dead one had done
    /// others before: those may have left what killed it.
    bool again_alone = false;
    bool keeps_standard_error = false; ///< That of the parent; else what children print is lost.
  };

  explicit child_pool(const options& o) : options_(o) {}
  ~child_pool() { end_all(); }
  child_pool(const child_pool&) = delete;
  child_pool& operator=(const child_pool&) = delete;

  std::size_t jobs() const { return options_.jobs == 0 ? 1 : options_.jobs; }
  bool has_room() const { return children_.size() < jobs(); }
  bool is_idle() const { return children_.empty(); }

  /// One child more, for these numbers; none if there are none. Precondition: has_room(). Throws
  /// std::system_error where the system has no process or pipe.
  void begin(const std::vector<std::uint64_t>& numbers, work todo);

  /// What became of one number.
  struct ended {
    std::uint64_t number = 0;
    bytes said;
    std::string death; ///< "SIGSEGV", "did not end"; empty: the work was done.
  };
  /// Those that have ended. Waits for some, 50 ms at most, and no longer once `stop_fd` can be
  /// read; -1: nothing does. Throws as `begin` does.
  std::vector<ended> take(int stop_fd = -1);

  /// What is under way is ended, and nobody hears of it.
  void end_all();

private:
  struct child {
    std::deque<std::uint64_t> left; ///< The first is what it is at.
    work todo;
    pid_t pid = -1;
    int answers = -1;
    bool has_done_some = false;
    std::chrono::nanoseconds since{0}; ///< When it began with the first of those.
    bytes said;                        ///< What is not a whole answer yet.
  };

  void start(child& one);
  void hear(child& from, std::vector<ended>& into);
  void take_answers(child& from, std::vector<ended>& into);
  void bury(child& one, std::string death, std::vector<ended>& into);
  static int reap(child& one);

  options options_;
  std::vector<child> children_;
  sim::real_clock clock_;
};

} // namespace seedwalk::tools
