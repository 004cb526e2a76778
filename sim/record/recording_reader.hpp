#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <variant>

#include <tl/expected.hpp>

#include "net/base/archive.hpp"
#include "net/base/whole_file.hpp"
#include "sim/record/recording_format.hpp"

struct ZSTD_DCtx_s;

namespace seedwalk::sim {

/// Why a recording cannot be read, or not further.
enum class recording_fault : std::uint8_t {
  unreadable,      ///< The system refused: no such file, no permission, an error of the disk.
  not_a_recording, ///< It begins like something else.
  newer_format,    ///< Written by a later version of this program.
  damaged,         ///< A byte has changed, or a frame is missing from the middle.
};

/// With one line for the operator.
struct recording_error {
  recording_fault fault = recording_fault::damaged;
  std::string message;
};

/// Time moved to `now`.
struct recorded_advance {
  net::instant now;
};

/// A completion came for `to`. `bytes` is valid until the next call of the reader.
struct recorded_completion {
  net::owner to;
  std::uint8_t door = 0;
  net::byte_view bytes;
};

/// A timer fired, in a simulated world.
struct recorded_timer {
  net::timer_id timer;
};

/// A simulated world was told a new seed.
struct recorded_reseed {
  std::uint64_t seed = 0;
};

/// A step was made; the chain after it.
struct recorded_step {
  std::uint16_t digest = 0;
  std::uint64_t passed_over = 0; ///< So many actors that were ready before.
};

/// The file ends after a whole frame or within one, and without an end frame: a crash, a full disk,
/// a copy that was cut short. Everything before it was good.
struct recording_cut {};

using recorded =
    std::variant<recorded_advance, recorded_completion, recorded_timer, recorded_reseed,
                 recorded_step, recording_end, recording_cut, recording_error>;

/// Reads what a `recording_writer` wrote, one entry after the other.
///
/// Whatever the file holds, it neither crashes nor allocates more than two frames. It holds one
/// frame at a time. Threads: one.
class recording_reader {
public:
  static tl::expected<recording_reader, recording_error> open(const std::string& path);

  const recording_header& header() const { return header_; }

  /// The next entry. After `recording_end`, `recording_cut` or `recording_error` it is the same
  /// again.
  recorded next();

  /// Steps in the frames read so far; of the last one only what `next` has returned.
  std::uint64_t steps() const { return steps_; }

private:
  struct decompressor {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  recording_reader(net::open_file file, std::string path);

  tl::expected<void, recording_error> read_beginning();
  /// Reads the next frame into `contents_`; `at_end_` holds the reason if there is none.
  bool read_frame(frame_head& head);
  bool next_entries();
  recorded next_advance();
  recorded next_completion();
  recorded next_step();
  bool read_end(const frame_head& head);
  bool stop(recorded reason);
  bool damaged(std::string text);

  net::open_file file_;
  std::unique_ptr<ZSTD_DCtx_s, decompressor> zstd_;
  std::string path_;
  recording_header header_;
  net::bytes stored_;
  net::bytes contents_;
  net::byte_reader entries_{{}};
  std::uint64_t digests_left_ = 0;
  std::uint64_t passed_over_ = 0; ///< By the next step.
  net::instant now_;
  std::uint32_t frame_ = UINT32_MAX; ///< The number of the one that was read last.
  std::uint64_t steps_ = 0;
  bool over_ = false;
  recorded at_end_;
};

} // namespace seedwalk::sim
