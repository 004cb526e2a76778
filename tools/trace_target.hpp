#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "sim/record/replay.hpp"
#include "sim/scenario/crawl_trace.hpp"
#include "tools/output_file.hpp"

namespace seedwalk::tools {

/// `--trace FILE` of a command that simulates a crawl, or replays one.
///
///     target.declare(app);                   // then parse
///     target.open();                         // the error is one line
///     target.begin(world, again);            // before the world starts
///     target.finish(verdict);
///     sim::replay(file, target.traced(builder, again), ...);    // or this, instead of these two,
///     target.finish_replay();                                   // and this
///
/// All but `declare` do nothing where the option was not given.
class trace_target {
public:
  void declare(CLI::App& app);

  /// Empty where nothing is traced.
  const std::string& path() const { return path_; }

  /// Makes the file: what cannot be written is said before the run.
  tl::expected<void, std::string> open();
  void begin(sim::crawl_world& world, std::string again);
  /// Writes the trace, and ends it: what cannot be written throws, as of `output_file`.
  void finish(const sim::crawl_verdict& verdict);

  /// Builds what is replayed, and traces it. The target outlives the replay.
  sim::replay_builder traced(sim::replay_builder build, std::string again);
  /// Writes the trace of what was replayed, as far as that came; there is no file where nothing
  /// was.
  void finish_replay();

  /// What to look at when the run is over: a line for a person; empty where nothing is traced.
  std::string told() const { return told_; }
  /// The command that makes the page; nothing where nothing is traced.
  std::string page_command() const;

private:
  struct traced_replay;

  void write(const sim::trace_recorder& made);
  void leave_nothing();

  std::string path_;
  std::string told_;
  std::unique_ptr<output_file> file_;
  std::unique_ptr<sim::crawl_trace> trace_;
  std::unique_ptr<sim::trace_recorder> replayed_; ///< Has finished.
};

} // namespace seedwalk::tools
