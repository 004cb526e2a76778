#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <tl/expected.hpp>

#include "sim/record/recording_format.hpp"

struct ZSTD_CCtx_s;

namespace seedwalk::sim {

/// The file side of a recording: compresses frames, checks them, and appends them in order, in a
/// thread of its own, so that neither compression nor a slow disk holds up the run.
///
/// At most `waiting_max` frames wait; then `put` waits. After the first failure (a full disk, a
/// pipe that nobody reads any more) nothing more is written, and what is in the file stays readable
/// up to its last whole frame.
///
/// Threads: one owner calls.
class recording_file {
public:
  static constexpr std::size_t waiting_max = 8;

  /// How long a pipe that is full is waited for.
  static constexpr std::chrono::milliseconds pipe_patience{10'000};

  /// Creates `path`, or empties it, and begins it. The error is one line for the operator, and
  /// begins with the path.
  static tl::expected<std::unique_ptr<recording_file>, std::string>
  create(const std::string& path, std::chrono::milliseconds patience = pipe_patience);

  /// Writes what waits, then closes the file.
  ~recording_file();

  recording_file(const recording_file&) = delete;
  recording_file& operator=(const recording_file&) = delete;

  /// Takes the contents of the next frame, to be compressed at one of zstd's levels, and returns an
  /// empty vector to be filled next.
  net::bytes put(frame_kind kind, std::uint64_t steps_before, net::bytes&& contents, int level);

  /// Waits until everything is written and, unless that failed, on the disk (fsync).
  void flush();

  /// Empty as long as all went well.
  std::string failure() const;

  /// The file's size so far.
  std::uint64_t bytes_written() const;

private:
  struct frame {
    frame_kind kind;
    std::uint64_t steps_before;
    net::bytes contents;
    int level;
  };

  recording_file(int descriptor, std::string path, std::chrono::milliseconds patience);
  void serve();
  std::string append(const frame& block);
  std::string append_bytes(net::byte_view bytes);

  const int descriptor_;
  const std::string path_;
  const std::chrono::milliseconds patience_;
  ZSTD_CCtx_s* zstd_;
  std::uint32_t frames_ = 0;       ///< Of the writing thread.
  net::bytes stored_;              ///< Of the writing thread.
  std::uint64_t bytes_pushed_ = 0; ///< To the disk, of the writing thread.

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<frame> waiting_;
  net::bytes spare_;
  std::string failure_;
  std::uint64_t bytes_written_ = 0;
  bool writing_ = false;
  bool over_ = false;
  std::thread thread_;
};

} // namespace seedwalk::sim
