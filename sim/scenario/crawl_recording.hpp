#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "sim/record/recording_writer.hpp"
#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

/// Records one crawler of a simulated world, so that `replay` repeats it without the world: as if
/// it had met those peers on real sockets.
///
///     crawl_world world{scenario};
///     auto recording = crawl_recording::begin(path, world);
///     run_crawl(world, [&] { (*recording)->finish("done"); });
///
/// World and crawler outlive it. Threads: that of the world.
class crawl_recording {
public:
  /// Before the world is started. The error is one line for the operator.
  static tl::expected<std::unique_ptr<crawl_recording>, std::string>
  begin(const std::string& path, crawl_world& world, std::size_t nth = 0);

  crawl_recording(const crawl_recording&) = delete;
  crawl_recording& operator=(const crawl_recording&) = delete;

  /// Ends the recording and waits until it is on the disk.
  void finish(std::string_view reason);

  /// Why the recording is not whole; empty if it is.
  const std::string& failure() const { return writer_->failure(); }
  std::uint64_t bytes_written() const { return writer_->bytes_written(); }

private:
  crawl_recording(crawl_world& world, simulated_crawler& crawler,
                  std::unique_ptr<recording_writer> writer);

  world& world_;
  simulated_crawler& crawler_;
  std::unique_ptr<recording_writer> writer_;
};

} // namespace seedwalk::sim
