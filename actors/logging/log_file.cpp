#include "actors/logging/log_file.hpp"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/base/output_file.hpp"

namespace seedwalk::actors {

namespace {

std::error_code system_error() {
  return {errno, std::generic_category()};
}

} // namespace

log_file::log_file(std::string path, std::uint64_t rotate_bytes, std::uint32_t rotate_files)
    : path_(std::move(path)), rotate_bytes_(rotate_bytes), rotate_files_(rotate_files) {}

log_file::~log_file() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

std::error_code log_file::open() {
  // Not blocking: writing to a pipe would wait for a reader. For files it means nothing.
  const auto opened = net::open_output_file(path_, {.append = true, .is_blocking = false});
  if (!opened)
    return opened.error();
  struct stat status {};
  ::fstat(*opened, &status);
  if (descriptor_ >= 0)
    ::close(descriptor_);
  descriptor_ = *opened;
  regular_ = S_ISREG(status.st_mode);
  size_ = regular_ ? static_cast<std::uint64_t>(status.st_size) : 0;
  torn_ = false;
  return {};
}

std::error_code log_file::write_line(std::string_view text) {
  const auto line = fmt::format("{}{}\n", torn_ ? "\n" : "", text);
  if (regular_ && rotate_bytes_ > 0 && size_ > 0 && size_ + line.size() > rotate_bytes_)
    rotate();
  return append(line);
}

std::error_code log_file::append(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return system_error();
    text.remove_prefix(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
    torn_ = !text.empty();
  }
  return {};
}

/// Where a name cannot be changed, the file goes on growing: better than to lose lines.
void log_file::rotate() {
  std::error_code failed;
  for (auto number = rotate_files_; number > 0; --number)
    std::filesystem::rename(number == 1 ? path_ : set_aside_name(number - 1),
                            set_aside_name(number), failed);
  if (rotate_files_ == 0)
    std::filesystem::remove(path_, failed);
  open();
}

std::string log_file::set_aside_name(std::uint32_t number) const {
  const std::filesystem::path path{path_};
  auto name = path.stem().string() + fmt::format(".{}", number) + path.extension().string();
  return (path.parent_path() / name).string();
}

} // namespace seedwalk::actors
