#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/runtime/process.hpp"
#include "sim/record/recording_file.hpp"

namespace seedwalk::sim {

/// Writes down everything that enters a world, and 16 bits of its chain after each step, so that
/// `replay` can run it again without the doors and name the first difference.
///
/// It listens from before the first actor is spawned to the end of the run:
///
///     auto recording = recording_writer::create(path, header, {});
///     world.listen(**recording);
///     ... spawn, run ...
///     world.ignore(**recording);
///     (*recording)->finish(world.steps(), world.hash(), "done");
///
/// What a crash can take is the open frame, which is closed at `frame_bytes` or after `frame_age`
/// of the run's time, and the few frames that wait to be written. A recording that cannot be
/// written (a full disk) ends, and the run goes on.
///
/// Threads: that of the world.
class recording_writer final : public world_listener {
public:
  struct options {
    std::size_t frame_bytes = 256u << 10;
    net::steady_time frame_age = std::chrono::seconds{1};
    /// zstd's. Below zero: quicker, for some more bytes.
    int compression_level = -5;
    /// The same while more than so many bytes come in a second of the run's time, as they do where
    /// nobody is far away: then each microsecond counts, and disk space does not.
    int hurried_level = -50;
    std::uint64_t hurried_bytes_per_second = 16u << 20;
    /// Told once, in the world's thread, between two steps, why the recording ended early.
    std::function<void(const std::string& reason)> on_failure;
    /// One process of a simulated world, the others of which are not recorded; it outlives the
    /// recording. Null: the only one.
    const process* of = nullptr;
  };

  /// Begins a recording, replacing what `path` names. The error is one line for the operator.
  static tl::expected<std::unique_ptr<recording_writer>, std::string>
  create(const std::string& path, const recording_header& header, options settings);

  /// Without `finish` before it: the recording is left as a crash would leave it.
  ~recording_writer() override = default;

  void on_advance(std::uint64_t next_step, net::instant now) override;
  void on_completion(std::uint64_t next_step, process& in, net::owner to, std::uint8_t door,
                     net::byte_view bytes) override;
  void on_timer(std::uint64_t next_step, process& in, net::timer_id timer) override;
  void on_reseed(std::uint64_t next_step, std::uint64_t seed) override;
  void on_step(const step_view& step) override;

  /// Ends the recording and waits until it is on the disk. Nothing may follow. `hash` is the chain.
  void finish(std::uint64_t steps, std::uint64_t hash, std::string_view reason);

  /// Why there is no more recording; empty while there is.
  const std::string& failure() const { return failure_; }

  std::uint64_t bytes_written() const { return file_->bytes_written(); }

private:
  recording_writer(std::unique_ptr<recording_file> file, options settings);

  bool hears(const process& in) const {
    return failure_.empty() && (options_.of == nullptr || options_.of == &in);
  }
  net::byte_writer entry(entry_kind kind);
  void put_digests();
  void begin_frame();
  void close_frame();
  int level() const;
  void close_full_frame() {
    if (frame_.size() + digests_.size() * sizeof digests_[0] >= options_.frame_bytes)
      close_frame();
  }

  std::unique_ptr<recording_file> file_;
  options options_;
  std::string failure_;
  net::bytes frame_;
  std::vector<std::uint16_t> digests_; ///< Of the steps since the last entry.
  net::instant now_;
  net::steady_time opened_{0}; ///< The run's time when the frame was opened.
  std::uint64_t steps_ = 0;
  std::uint64_t steps_before_ = 0; ///< In the frames before the open one.
};

} // namespace seedwalk::sim
