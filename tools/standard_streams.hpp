#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <string_view>
#include <system_error>

namespace seedwalk::tools {

/// Occupies 0, 1 and 2 where the process was started with one of them closed: else the next file
/// that is opened, one of a database for example, has its number, and gets what is printed.
///
/// What occupies them can be neither read nor written, so a program without standard input or
/// output fails when it uses it, as it should, and says so where standard error works. To be called
/// before anything is opened.
void hold_standard_descriptors();

/// Ignores SIGPIPE and SIGXFSZ: writing to a pipe that nobody reads, or beyond the limit on the
/// size of files, is an error of that write (EPIPE, EFBIG), which is handled where it happens. And
/// brings back SIGCHLD, without which nobody hears how a child of ours ended.
void settle_signals();

/// Writes all of `text`, however the descriptor blocks; with `patience`, gives up with
/// `timed_out` when nothing could be written for so long. A terminal or a pipe that is stopped in
/// the middle of a part of 4 KiB can hold it up longer.
std::error_code write_whole(int descriptor, std::string_view text,
                            std::optional<std::chrono::milliseconds> patience = {});

/// Standard output, or a file that has a name, did not take what was printed.
class output_error : public std::runtime_error {
public:
  /// `name` is empty for standard output.
  output_error(std::error_code failure, const std::string& name);

  /// Nobody reads standard output any more: what `head` does when it has seen enough.
  bool reader_left() const { return reader_left_; }

private:
  bool reader_left_;
};

/// The buffer of a stream on a descriptor. What cannot be written throws output_error out of the
/// printing itself, where the stream's `exceptions` include badbit, so that no command goes on
/// producing what nobody gets; what waited is dropped then.
///
/// Threads: one at a time.
class output_buffer final : public std::streambuf {
public:
  /// `name` is what errors call it; empty: standard output.
  explicit output_buffer(int descriptor, std::string name = {});
  output_buffer(const output_buffer&) = delete;
  output_buffer& operator=(const output_buffer&) = delete;

  /// From now on at most so long is waited for the reader to read on: for programs that have
  /// something better to do than to wait.
  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }

protected:
  int overflow(int character) override;
  int sync() override;

private:
  static constexpr std::size_t buffer_bytes = 64u << 10;

  void write_out();

  const int descriptor_;
  const std::string name_;
  std::optional<std::chrono::milliseconds> patience_;
  std::array<char, buffer_bytes> buffer_;
};

} // namespace seedwalk::tools
