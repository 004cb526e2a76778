#include "tools/standard_streams.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace seedwalk::tools {

namespace {

/// A pipe that polls as writable takes so much without blocking (PIPE_BUF).
constexpr std::size_t part_bytes = 4096;

/// False: not within `patience`.
bool await_room(int descriptor, std::optional<std::chrono::milliseconds> patience) {
  pollfd one{descriptor, POLLOUT, 0};
  const int limit = patience ? static_cast<int>(patience->count()) : -1;
  int ready = 0;
  do
    ready = ::poll(&one, 1, limit);
  while (ready < 0 && errno == EINTR);
  return ready != 0;
}

std::string failure_text(std::error_code failure, const std::string& name) {
  const auto shown_name = name.empty() ? "standard output" : name;
  if (failure == std::errc::bad_file_descriptor)
    return shown_name + " is closed";
  if (failure == std::errc::timed_out)
    return shown_name + ": nobody reads it";
  return fmt::format("{}: {}", shown_name, failure.message());
}

} // namespace

void hold_standard_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) >= 0)
      continue;
    // The lowest free number is this one. A path alone: reading and writing give EBADF, as with a
    // closed descriptor, and there is a root folder where there is no /dev.
    if (::open("/", O_PATH) != number)
      ::_exit(1); // Nothing may be opened at all, and there is nowhere to say so.
  }
}

void settle_signals() {
  std::signal(SIGCHLD, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

std::error_code write_whole(int descriptor, std::string_view text,
                            std::optional<std::chrono::milliseconds> patience) {
  while (!text.empty()) {
    if (patience && !await_room(descriptor, patience))
      return std::make_error_code(std::errc::timed_out);
    const auto size = patience ? std::min(text.size(), part_bytes) : text.size();
    const auto count = ::write(descriptor, text.data(), size);
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    // A process that shares the descriptor with us may have made it non-blocking.
    if (errno == EAGAIN && await_room(descriptor, patience))
      continue;
    if (errno == EAGAIN)
      return std::make_error_code(std::errc::timed_out);
    if (errno != EINTR)
      return {errno, std::generic_category()};
  }
  return {};
}

output_error::output_error(std::error_code failure, const std::string& name)
    : std::runtime_error(failure_text(failure, name)),
      reader_left_(name.empty() && failure == std::errc::broken_pipe) {}

output_buffer::output_buffer(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

int output_buffer::overflow(int character) {
  write_out();
  if (!traits_type::eq_int_type(character, traits_type::eof()))
    sputc(traits_type::to_char_type(character));
  return traits_type::not_eof(character);
}

int output_buffer::sync() {
  write_out();
  return 0;
}

void output_buffer::write_out() {
  const std::string_view text{pbase(), static_cast<std::size_t>(pptr() - pbase())};
  const auto failed = write_whole(descriptor_, text, patience_);
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  if (failed)
    throw output_error(failed, name_);
}

} // namespace seedwalk::tools
