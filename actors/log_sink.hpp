#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "actors/log.hpp"
#include "actors/log_options.hpp"

namespace seedwalk::actors {

/// One line as text, without its end: `time=2026-01-02T03:04:05.006Z level=info actor=... msg="..."
/// key=value` or one JSON object with the same members. The time is the wall time of the step;
/// control characters and quotes are escaped, so that a hostile user agent cannot forge a line.
std::string format_line(const log_line& line, log_format format);

/// Where log lines go.
class log_sink {
public:
  virtual ~log_sink() = default;
  /// Takes a line or drops it, at once.
  virtual void write(const log_line& line) = 0;
};

/// Writes lines to a file that rotates, or to standard error, in a thread of its own.
///
/// Between the writer and its producers is a queue of `queue_lines`; what does not fit is dropped
/// and counted, and the next line that can be written is preceded by one that says how many are
/// missing. So are lines that a full disk refused: writing is tried again with the next line, and
/// the program runs on.
///
/// Threads: `write` from any. The destructor writes what waits, and a last count.
class queued_log_sink final : public log_sink {
public:
  /// Writes one formatted line without its end; false if that failed.
  using line_writer = std::function<bool(const std::string&)>;

  queued_log_sink(const log_options& options, line_writer writer);
  ~queued_log_sink() override;
  queued_log_sink(const queued_log_sink&) = delete;
  queued_log_sink& operator=(const queued_log_sink&) = delete;

  void write(const log_line& line) override;

  /// Lines that were never written: the queue was full, or the writer refused them.
  std::uint64_t lost() const;

private:
  void run();

  const log_options options_;
  const line_writer writer_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<log_line> queue_; // guarded by mutex_
  std::uint64_t dropped_ = 0;  // guarded by mutex_; since the last report
  std::uint64_t lost_ = 0;     // guarded by mutex_; ever
  bool ending_ = false;        // guarded by mutex_
  std::thread thread_;
};

/// What `options` ask for: a file that rotates by size, or standard error. The folder of the file
/// must exist. Throws std::runtime_error with one line for the operator if the file cannot be
/// opened.
queued_log_sink::line_writer make_line_writer(const log_options& options);

} // namespace seedwalk::actors
