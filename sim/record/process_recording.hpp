#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "actors/runtime/process.hpp"
#include "sim/record/recording_writer.hpp"

namespace seedwalk::sim {

/// A header with all that a world knows of itself and of one of its processes: what is left to say
/// is the build, the configuration, and the seed if the program has one of its own.
recording_header recording_header_of(const process& of);

/// Records one process of any world, live or simulated, from before its first actor to its end:
///
///     auto header = recording_header_of(inside);
///     header.configuration = ...;
///     auto recording = process_recording::begin(path, inside, header);
///     ... spawn, run ...
///     (*recording)->finish("done");
///
/// The recording of a simulated process replays without its world, as if what it met had been real.
/// A recording has one life of its process: it is finished before that is killed.
///
/// The process outlives it. Threads: that of the world.
class process_recording {
public:
  /// Begins a recording, replacing what `path` names. The error is one line for the operator.
  static tl::expected<std::unique_ptr<process_recording>, std::string>
  begin(const std::string& path, process& of, const recording_header& header,
        recording_writer::options settings = {});

  /// Without `finish` before it: the recording is left as a crash would leave it.
  ~process_recording();

  process_recording(const process_recording&) = delete;
  process_recording& operator=(const process_recording&) = delete;

  /// Ends the recording and waits until it is on the disk. Twice does nothing.
  void finish(std::string_view reason);

  /// Why the recording is not whole; empty if it is.
  const std::string& failure() const { return writer_->failure(); }
  std::uint64_t bytes_written() const { return writer_->bytes_written(); }

private:
  process_recording(process& of, std::unique_ptr<recording_writer> writer);

  process& process_;
  std::unique_ptr<recording_writer> writer_;
  bool finished_ = false;
};

} // namespace seedwalk::sim
