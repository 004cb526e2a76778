#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>
#include <tl/expected.hpp>

#include "tools/sweep_results.hpp"

namespace seedwalk::tools {

/// Processes that run seeds and tell what became of them. The nth takes every nth seed.
///
/// One that dies is the failure of the seed that it ran, named with the signal, and another goes on
/// behind that seed. They do not hear of SIGINT, which a terminal sends to all processes of a
/// command: the one that waits for them ends them. They die with it, however that dies.
class sweep_crew {
public:
  /// `run` is called in the workers alone.
  sweep_crew(std::vector<std::uint64_t> seeds, std::uint32_t jobs,
             std::function<seed_result(std::uint64_t seed)> run);
  /// Ends those who are at work.
  ~sweep_crew();
  sweep_crew(const sweep_crew&) = delete;
  sweep_crew& operator=(const sweep_crew&) = delete;

  /// The error is the system's.
  tl::expected<void, std::string> begin();

  /// What they have told; waits for a second at most, and no longer once `stop_fd` can be read.
  std::vector<seed_result> take(int stop_fd);

  /// All seeds are done.
  bool is_done() const;

private:
  struct worker {
    pid_t pid = -1;
    int answers = -1;
    std::size_t next = 0; ///< The place of the seed that it runs.
    std::string heard;    ///< A line that is not whole yet.
  };

  tl::expected<void, std::string> start(worker& one);
  [[noreturn]] void work(const worker& one, int answers) const;
  void hear(worker& from, std::vector<seed_result>& results);
  seed_result bury(worker& one);
  static void end(worker& one);

  std::vector<std::uint64_t> seeds_;
  std::function<seed_result(std::uint64_t)> run_;
  std::vector<worker> workers_;
  sigset_t mask_{}; ///< Of who made it.
};

} // namespace seedwalk::tools
