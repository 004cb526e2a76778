#include "net/base/whole_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seedwalk::net {

namespace {

constexpr std::size_t chunk_bytes = 64u << 10;
constexpr int without_limit = -1;

tl::unexpected<file_error> failed(file_fault fault, std::string message) {
  return tl::unexpected(file_error{fault, std::move(message)});
}

tl::unexpected<file_error> refused_by_system(int code) {
  if (code == EISDIR)
    return failed(file_fault::unreadable, "is a folder, not a file");
  return failed(code == ENOENT || code == ENOTDIR ? file_fault::missing : file_fault::unreadable,
                "cannot be read: " + std::generic_category().message(code));
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t mebibyte = 1u << 20;
  return bytes % mebibyte == 0 ? std::to_string(bytes / mebibyte) + " MiB"
                               : std::to_string(bytes) + " bytes";
}

/// True when there is something to read, an end included; false when `patience_ms` is over.
bool wait_for_input(int descriptor, int patience_ms) {
  pollfd waiting{descriptor, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, patience_ms);
  } while (ready < 0 && errno == EINTR);
  return ready != 0;
}

/// The error of a file that gives nothing to read.
tl::unexpected<file_error> silent(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode))
    return failed(file_fault::silent, "is a pipe that nobody writes to");
  return failed(file_fault::silent, ::isatty(descriptor) != 0
                                        ? "is a terminal on which nobody types"
                                        : "gives nothing to read");
}

/// Waits until a file has something to read, or is at its end. Gives what had to be read to find
/// out: nothing, or one byte.
///
/// poll() tells a pipe that nobody has open to write from one whose writer is slow only once there
/// was a writer. read() tells them at once, if the descriptor does not block.
tl::expected<std::string, file_error> wait_for_begin(int descriptor, int patience_ms) {
  const int first = std::min(patience_ms, static_cast<int>(writer_patience.count()));
  if (wait_for_input(descriptor, first))
    return {};
  if (patience_ms == first)
    return silent(descriptor);
  char byte = 0;
  if (const auto n = ::read(descriptor, &byte, 1); n >= 0)
    return n == 0 ? tl::expected<std::string, file_error>{silent(descriptor)}
                  : std::string(1, byte);
  if (!wait_for_input(descriptor, patience_ms - first))
    return silent(descriptor);
  return {};
}

/// Opens a file without waiting for anybody, and waits until it begins.
struct begun_file {
  int descriptor = -1;
  std::string begin; ///< What was read of it already.
};

tl::expected<begun_file, file_error> begin_file(const std::string& path, int patience_ms) {
  // Without O_NONBLOCK, opening a pipe waits for somebody who writes to it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0)
    return errno == ENXIO
               ? failed(file_fault::unreadable, "is a socket or a device without a driver")
               : refused_by_system(errno);
  auto begin = wait_for_begin(descriptor, patience_ms);
  if (!begin) {
    ::close(descriptor);
    return tl::unexpected(begin.error());
  }
  return begun_file{descriptor, std::move(*begin)};
}

tl::expected<std::string, file_error> read_to_end(int descriptor, std::string text,
                                                  std::size_t max_bytes, int patience_ms) {
  for (;;) {
    if (!wait_for_input(descriptor, patience_ms))
      return silent(descriptor);
    // One byte more than is allowed tells a file that fits from one that does not.
    const auto room = std::min(chunk_bytes, max_bytes + 1 - text.size());
    const auto before = text.size();
    text.resize(before + room);
    const auto n = ::read(descriptor, text.data() + before, room);
    const int code = errno;
    text.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n == 0)
      return text;
    if (n < 0 && code != EINTR && code != EAGAIN)
      return refused_by_system(code);
    if (text.size() > max_bytes)
      return failed(file_fault::too_large, "is larger than " + size_text(max_bytes));
  }
}

} // namespace

tl::expected<std::string, file_error> read_whole_file(const std::string& path,
                                                      const file_bounds& bounds) {
  const auto patience_ms = static_cast<int>(bounds.patience.count());
  auto file = begin_file(path, patience_ms);
  if (!file)
    return tl::unexpected(file.error());
  auto text = read_to_end(file->descriptor, std::move(file->begin), bounds.max_bytes, patience_ms);
  ::close(file->descriptor);
  return text;
}

tl::expected<open_file, file_error> open_input_file(const std::string& path,
                                                    std::chrono::milliseconds patience) {
  auto begun = begin_file(path, static_cast<int>(patience.count()));
  if (!begun)
    return tl::unexpected(begun.error());
  const int descriptor = begun->descriptor;
  struct stat status {};
  const bool is_folder = ::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
  // From here on a slow writer is waited for.
  std::FILE* file = nullptr;
  if (!is_folder && ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) == 0)
    file = ::fdopen(descriptor, "rb");
  if (file == nullptr) {
    const int code = is_folder ? EISDIR : errno;
    ::close(descriptor);
    return refused_by_system(code);
  }
  if (!begun->begin.empty())
    std::ungetc(static_cast<unsigned char>(begun->begin.front()), file);
  return open_file{file};
}

tl::expected<std::string, file_error> read_whole_descriptor(int descriptor, std::size_t max_bytes) {
  if (descriptor < 0) // poll() would wait for it for ever.
    return refused_by_system(EBADF);
  return read_to_end(descriptor, {}, max_bytes, without_limit);
}

} // namespace seedwalk::net
