#include "sim/record/recording_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

#include "net/base/output_file.hpp"

namespace seedwalk::sim {

namespace {

/// Of the thread that compresses and writes; the crawl's threads have 0.
constexpr int niceness = 10;
/// So much is written before the disk is told to begin.
constexpr std::uint64_t push_bytes = 4u << 20;

/// False: not within `patience`.
bool await_room(int descriptor, std::chrono::milliseconds patience) {
  pollfd one{descriptor, POLLOUT, 0};
  int ready = 0;
  do
    ready = ::poll(&one, 1, static_cast<int>(patience.count()));
  while (ready < 0 && errno == EINTR);
  return ready != 0;
}

std::string system_text(const std::string& path) {
  return fmt::format("{}: {}", path, std::generic_category().message(errno));
}

} // namespace

tl::expected<std::unique_ptr<recording_file>, std::string>
recording_file::create(const std::string& path, std::chrono::milliseconds patience) {
  const auto descriptor = net::open_output_file(path, {.is_blocking = false, .mode = 0600});
  if (!descriptor)
    return tl::unexpected(
        fmt::format("{}: {}", path, net::why_not_written(path, descriptor.error())));
  std::unique_ptr<recording_file> file{new recording_file(*descriptor, path, patience)};
  const auto preamble = recording_preamble();
  if (auto failed = file->append_bytes(preamble); !failed.empty())
    return tl::unexpected(std::move(failed));
  file->thread_ = std::thread{[raw = file.get()] { raw->serve(); }};
  return file;
}

recording_file::recording_file(int descriptor, std::string path, std::chrono::milliseconds patience)
    : descriptor_(descriptor), path_(std::move(path)), patience_(patience),
      zstd_(ZSTD_createCCtx()) {}

recording_file::~recording_file() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  ZSTD_freeCCtx(zstd_);
  ::close(descriptor_);
}

net::bytes recording_file::put(frame_kind kind, std::uint64_t steps_before, net::bytes&& contents,
                               int level) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return waiting_.size() < waiting_max; });
  waiting_.push_back({kind, steps_before, std::move(contents), level});
  auto next = std::move(spare_);
  spare_ = {};
  lock.unlock();
  changed_.notify_all();
  next.clear();
  return next;
}

void recording_file::flush() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return waiting_.empty() && !writing_; });
  if (failure_.empty() && ::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS)
    failure_ = system_text(path_);
}

std::string recording_file::failure() const {
  const std::lock_guard lock{mutex_};
  return failure_;
}

std::uint64_t recording_file::bytes_written() const {
  const std::lock_guard lock{mutex_};
  return bytes_written_;
}

void recording_file::serve() {
  // Compressing can wait until the crawl does: its queue is bounded, and who fills it waits anyway.
  ::setpriority(PRIO_PROCESS, 0, niceness); // 0: this thread, on Linux.
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return over_ || !waiting_.empty(); });
    if (waiting_.empty())
      return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    const auto write = failure_.empty();
    lock.unlock();
    auto failed = write ? append(next) : std::string{};
    lock.lock();
    writing_ = false;
    if (!failed.empty())
      failure_ = std::move(failed);
    spare_ = std::move(next.contents);
    changed_.notify_all();
  }
}

std::string recording_file::append(const frame& block) {
  if (block.contents.size() > frame_contents_max)
    return fmt::format("{}: a frame of {} bytes is longer than a recording can hold", path_,
                       block.contents.size());
  ZSTD_CCtx_setParameter(zstd_, ZSTD_c_compressionLevel, block.level);
  stored_.resize(frame_head::size + ZSTD_compressBound(block.contents.size()));
  const auto size =
      ZSTD_compress2(zstd_, stored_.data() + frame_head::size, stored_.size() - frame_head::size,
                     block.contents.data(), block.contents.size());
  if (ZSTD_isError(size) != 0)
    return fmt::format("{}: {}", path_, ZSTD_getErrorName(size));
  stored_.resize(frame_head::size + size);
  frame_head head;
  head.kind = block.kind;
  head.number = frames_++;
  head.steps_before = block.steps_before;
  head.stored_bytes = static_cast<std::uint32_t>(size);
  head.contents_bytes = static_cast<std::uint32_t>(block.contents.size());
  head.stored_check = recording_check(net::byte_view{stored_}.subspan(frame_head::size));
  const auto encoded = head.encode();
  std::copy(encoded.begin(), encoded.end(), stored_.begin());
  return append_bytes(stored_);
}

std::string recording_file::append_bytes(net::byte_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 && errno == EAGAIN) {
      if (await_room(descriptor_, patience_))
        continue;
      return fmt::format("{}: nobody reads it", path_);
    }
    if (count <= 0)
      return system_text(path_);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    const std::lock_guard lock{mutex_};
    bytes_written_ += static_cast<std::uint64_t>(count);
  }
  // The disk begins now, without anybody waiting for it: `flush` finds little left to wait for. No
  // lock: only this thread changes the number.
  if (bytes_written_ - bytes_pushed_ >= push_bytes) {
    ::sync_file_range(descriptor_, static_cast<off64_t>(bytes_pushed_),
                      static_cast<off64_t>(bytes_written_ - bytes_pushed_), SYNC_FILE_RANGE_WRITE);
    bytes_pushed_ = bytes_written_;
  }
  return {};
}

} // namespace seedwalk::sim
