#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <streambuf>
#include <string>
#include <thread>

namespace seedwalk::tools {

/// The one who writes to standard error: log lines, messages and the line of progress pass through
/// it, so that they do not mix, and nobody who has work to do waits for a reader.
///
/// It writes in a thread of its own, begun with the first text. What waits for it is bounded:
/// `queue_bytes` of text, and the newest progress alone. A caller that puts text into a full queue
/// waits as long as the reader reads anything, and for `silence` after it stopped; then the text is
/// lost, and so is all that follows until the reader goes on. How many lines were lost is said
/// before the next that is written.
///
/// Progress on a terminal (`in_place`) is a line without an end, below all others; elsewhere each
/// that is shown is a line of its own. It is never waited for.
///
/// Threads: any.
class terminal_writer {
public:
  struct options {
    int descriptor = 2;
    bool in_place = false; ///< The terminal takes escape sequences.
    std::size_t queue_bytes = 1u << 20;
    std::chrono::milliseconds silence{2'000};
    /// How long `finish` waits for a reader that reads, but slowly.
    std::chrono::milliseconds finish_max{10'000};
  };

  explicit terminal_writer(options chosen);
  /// As `finish`.
  ~terminal_writer();
  terminal_writer(const terminal_writer&) = delete;
  terminal_writer& operator=(const terminal_writer&) = delete;

  /// Takes whole lines. False: they are lost. `counted`: they are counted in what is said of lost
  /// lines; not, where who puts them says so himself.
  bool put(const std::string& lines, bool counted = true);

  /// Shows how far something is, in place of what was shown before.
  void show(const std::string& progress);

  /// Takes the progress from the terminal.
  void hide();

  /// Waits until everything is written, but not for ever: at most for `silence` after the reader
  /// stopped reading. The lines that wait still; 0: all are written, or were refused.
  std::uint64_t drain();

  /// As `drain`, and nothing may be put afterwards. False: the thread waits still, and the process
  /// must end by `_exit`.
  bool finish();

private:
  struct core;

  bool has_thread();

  std::shared_ptr<core> core_;
  std::thread thread_; ///< Guarded by the core's mutex.
};

/// The buffer of a stream whose lines go to a terminal_writer, each when it ends.
class line_buffer final : public std::streambuf {
public:
  explicit line_buffer(terminal_writer& to) : to_(to) {}

protected:
  int overflow(int character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

private:
  void put_lines();

  terminal_writer& to_;
  std::string text_;
};

/// How wide the terminal is now; 80 where that cannot be known or makes no sense.
std::size_t terminal_columns(int descriptor);

} // namespace seedwalk::tools
