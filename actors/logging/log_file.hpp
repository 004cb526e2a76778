#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace seedwalk::actors {

/// A file that lines are appended to, set aside when it has grown.
///
/// `seedwalk.log` that would be longer than `rotate_bytes` becomes `seedwalk.1.log`, what was that
/// `seedwalk.2.log`, up to `rotate_files` of them; the oldest goes. What is no regular file (a
/// pipe, a terminal, /dev/null) never rotates and is never waited for: a pipe that nobody reads
/// refuses lines.
///
/// A line that could be written in part only, as on a disk that is full, is ended before the next
/// one, so that no line is glued to another.
///
/// Threads: one at a time.
class log_file {
public:
  log_file(std::string path, std::uint64_t rotate_bytes, std::uint32_t rotate_files);
  ~log_file();
  log_file(const log_file&) = delete;
  log_file& operator=(const log_file&) = delete;

  /// Opens what has the name now, which is created if need be: another file than before, if that
  /// one was moved away. After an error the old one goes on.
  std::error_code open();

  /// Appends `text` and the end of the line.
  std::error_code write_line(std::string_view text);

private:
  std::error_code append(std::string_view text);
  void rotate();
  std::string set_aside_name(std::uint32_t number) const;

  const std::string path_;
  const std::uint64_t rotate_bytes_;
  const std::uint32_t rotate_files_;
  int descriptor_ = -1;
  bool regular_ = false;
  bool torn_ = false; ///< The last line has no end.
  std::uint64_t size_ = 0;
};

} // namespace seedwalk::actors
