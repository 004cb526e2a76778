#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include "actors/config/log_options.hpp"
#include "actors/logging/log.hpp"

namespace seedwalk::actors {

/// One line as text, without its end: `time=2026-01-02T03:04:05Z level=info actor=... msg="..."
/// key=value` or one JSON object with the same members. The time is the wall time of the step;
/// control characters and quotes are escaped, so that a hostile user agent cannot forge a line.
std::string format_line(const log_line& line, log_format format);

/// Where log lines go.
class log_sink {
public:
  virtual ~log_sink() = default;
  /// Takes a line or drops it, at once.
  virtual void write(const log_line& line) = 0;
  /// Files that were moved away are opened anew before the next line.
  virtual void reopen() {}
};

/// Where formatted lines end up. Both are called by one thread, which may wait in them.
struct line_output {
  /// Writes one line without its end; the error if that failed.
  std::function<std::error_code(const std::string& text)> write;
  /// Opens the file of that name anew; if that fails, the old one stays. May be empty.
  std::function<std::error_code()> reopen;
};

/// Writes lines to a file that rotates, or to standard error, in a thread of its own.
///
/// Between the writer and its producers is a queue of `queue_lines`; what does not fit is dropped
/// and counted, and the next line that can be written is preceded by one that says how many are
/// missing, and why. So are lines that a full disk refused: writing is tried again with the next
/// line, and the program runs on.
///
/// Threads: `write`, `reopen` and `lost` from any.
class queued_log_sink final : public log_sink {
public:
  queued_log_sink(const log_options& options, line_output output);
  /// As `finish`.
  ~queued_log_sink() override;
  queued_log_sink(const queued_log_sink&) = delete;
  queued_log_sink& operator=(const queued_log_sink&) = delete;

  void write(const log_line& line) override;
  void reopen() override;

  /// Writes what waits, but not for ever: when no line could be written for so long, the rest is
  /// lost. False: the thread waits still in the output, with all that belongs to it, and the
  /// process must end by `_exit`. No line may come afterwards.
  bool finish(std::chrono::milliseconds patience = std::chrono::seconds{2});

  /// Lines that were not written: the queue was full, the output refused them, or, after `finish`,
  /// they wait still.
  std::uint64_t lost() const;

  /// Why the last of them was lost; empty if none was.
  std::string why_lost() const;

private:
  struct core;
  std::shared_ptr<core> core_;
  std::thread thread_;
};

/// What `options` ask for: a file that rotates by size, or, where none is named, `otherwise`. The
/// folder of the file must exist. Throws std::runtime_error with one line for the operator if the
/// file cannot be opened.
line_output make_line_output(const log_options& options, line_output otherwise);

} // namespace seedwalk::actors
