#include "net/whole_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace seedwalk::net {

namespace {

constexpr std::size_t chunk_bytes = 64u << 10;
constexpr int without_limit = -1;

tl::unexpected<file_error> failed(file_fault fault, std::string message) {
  return tl::unexpected(file_error{fault, std::move(message)});
}

tl::unexpected<file_error> refused_by_system(int why) {
  if (why == EISDIR)
    return failed(file_fault::unreadable, "is a folder, not a file");
  return failed(why == ENOENT || why == ENOTDIR ? file_fault::missing : file_fault::unreadable,
                "cannot be read: " + std::generic_category().message(why));
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t mebibyte = 1u << 20;
  return bytes % mebibyte == 0 ? std::to_string(bytes / mebibyte) + " MiB"
                               : std::to_string(bytes) + " bytes";
}

/// True when there is something to read, an end included; false when `patience_ms` is over.
bool wait_for_input(int descriptor, int patience_ms) {
  pollfd what{descriptor, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&what, 1, patience_ms);
  } while (ready < 0 && errno == EINTR);
  return ready != 0;
}

tl::expected<std::string, file_error> read_to_end(int descriptor, std::size_t max_bytes,
                                                  int patience_ms) {
  std::string text;
  for (;;) {
    if (!wait_for_input(descriptor, patience_ms))
      return failed(file_fault::silent, "is a pipe that nobody writes to");
    // One byte more than is allowed tells a file that fits from one that does not.
    const auto room = std::min(chunk_bytes, max_bytes + 1 - text.size());
    const auto before = text.size();
    text.resize(before + room);
    const auto n = ::read(descriptor, text.data() + before, room);
    const int why = errno;
    text.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n == 0)
      return text;
    if (n < 0 && why != EINTR && why != EAGAIN)
      return refused_by_system(why);
    if (text.size() > max_bytes)
      return failed(file_fault::too_large, "is larger than " + size_text(max_bytes));
  }
}

} // namespace

tl::expected<std::string, file_error> read_whole_file(const std::string& path,
                                                      const file_bounds& bounds) {
  // Without O_NONBLOCK, opening a pipe waits for somebody who writes to it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0)
    return refused_by_system(errno);
  auto text = read_to_end(descriptor, bounds.max_bytes, static_cast<int>(bounds.patience.count()));
  ::close(descriptor);
  return text;
}

tl::expected<std::string, file_error> read_whole_descriptor(int descriptor, std::size_t max_bytes) {
  if (descriptor < 0) // poll() would wait for it for ever.
    return refused_by_system(EBADF);
  return read_to_end(descriptor, max_bytes, without_limit);
}

} // namespace seedwalk::net
