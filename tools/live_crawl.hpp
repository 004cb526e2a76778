#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/crawl_recipe.hpp"
#include "actors/crawl/crawler.hpp"
#include "actors/logging/log_sink.hpp"
#include "actors/runtime/live_driver.hpp"
#include "tools/exit_code.hpp"

namespace seedwalk::tools {

/// A crawl on real sockets, into a database on disk.
struct live_crawl_options {
  actors::crawl_recipe recipe; ///< Its configuration is valid.
  std::uint64_t seed = 0;
  std::string config_file; ///< Read again at SIGHUP; empty: none, and SIGHUP ends the crawl.
  std::string record_file; ///< Empty: not recorded. Needs `run.threads` to be 0.
  /// Empty: none. Else an image is made at the first quiet moment after `image_after` of the
  /// recorded run: `replay --from` goes on from there.
  std::string image_file;
  std::chrono::nanoseconds image_after{0};
  actors::log_sink* lines = nullptr;
  std::function<void(const actors::crawl_progress&)> progressed;
  bool handle_signals = true; ///< False: the caller keeps the signals of the process.
};

/// An image of a live crawl.
struct live_image {
  std::uint64_t step = 0; ///< It was made after this one.
  std::uint64_t actors = 0;
  std::chrono::nanoseconds held_back{0}; ///< So long no socket was listened to.
};

/// What such a crawl came to.
struct live_crawl_result {
  actors::crawl_summary summary;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t recording_bytes = 0;
  std::optional<live_image> image;
  std::string image_problem;     ///< Why there is none that could be read; empty: there is.
  std::string recording_problem; ///< Why the recording ended before the crawl; empty: it did not.
  std::uint64_t log_lines_lost = 0;    ///< Filled in by the owner of the log.
  std::vector<std::string> violations; ///< Broken rules of ours, failed actors: bugs.
};

/// Why a run could not start: one line, and what to exit with.
struct start_error {
  exit_code code = exit_code::failed;
  std::string message;
};

/// Runs a crawl to its end: its steps in this thread or, where the configuration asks for threads,
/// as `run_threaded_crawl` does. SIGINT and SIGTERM end it in order, a second one at once, unless
/// signals are not its business. The limit on open files of the process may be raised.
tl::expected<live_crawl_result, start_error> run_live_crawl(const live_crawl_options& options);

/// What SIGHUP means to it: the configuration is read and the log file opened again; without a
/// configuration file, the crawl ends in order.
sim::hangup_plan hangup_plan_of(const live_crawl_options& options);

} // namespace seedwalk::tools
