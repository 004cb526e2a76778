#include "net/base/output_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seedwalk::net {

namespace {

/// Nobody tells when a pipe gets a reader: it is looked for so often.
constexpr std::chrono::milliseconds look_again{10};

bool is_pipe(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

} // namespace

tl::expected<int, std::error_code> open_output_file(const std::string& path,
                                                    const output_opening& opening) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_APPEND |
                    (opening.append ? 0 : O_TRUNC);
  for (std::chrono::milliseconds waited{0};; waited += look_again) {
    const int descriptor = ::open(path.c_str(), flags, opening.mode);
    const int code = errno;
    if (descriptor >= 0) {
      if (opening.is_blocking)
        ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
      return descriptor;
    }
    if (code != ENXIO || waited >= reader_patience || !is_pipe(path))
      return tl::unexpected(std::error_code{code, std::generic_category()});
    ::poll(nullptr, 0, static_cast<int>(look_again.count()));
  }
}

std::error_code write_all(int descriptor, byte_view left) {
  while (!left.empty()) {
    const auto count = ::write(descriptor, left.data(), left.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return {errno, std::generic_category()};
    left = left.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

std::string why_not_written(const std::string& path, std::error_code failure) {
  if (failure == std::errc::no_such_device_or_address)
    return is_pipe(path) ? "is a pipe that nobody reads; start its reader first, or name a file"
                         : "is a socket or a device without a driver";
  if (failure == std::errc::is_a_directory)
    return "is a folder, not a file";
  return "cannot be written: " + failure.message();
}

} // namespace seedwalk::net
