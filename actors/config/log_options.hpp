#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/base/inspect.hpp"

namespace seedwalk::actors {

/// How much a log line matters, the least first. A log at a level has that level's lines and all
/// that matter more.
enum class log_level : std::uint8_t { trace = 0, debug, info, warning, error };

/// "trace", "debug", "info", "warning", "error".
std::string_view name_of(log_level level);

/// The level of that name; nothing if there is none.
std::optional<log_level> log_level_named(std::string_view name);

/// How a log line is written.
enum class log_format : std::uint8_t {
  logfmt = 0, ///< `time=... level=info msg="..." peer=...`
  json,       ///< One object a line.
};

/// "logfmt", "json".
std::string_view name_of(log_format format);

/// The format of that name; nothing if there is none.
std::optional<log_format> log_format_named(std::string_view name);

/// What is logged, where to and in which form.
struct log_options {
  log_level level = log_level::info;
  log_format format = log_format::logfmt;
  std::string file;                         ///< Empty: standard error.
  std::uint64_t rotate_bytes = 64ull << 20; ///< A file that has grown so large is set aside.
  std::uint32_t rotate_files = 5;           ///< How many that were set aside are kept.
  std::uint32_t queue_lines = 8'192;        ///< Lines beyond are dropped, counted and reported.

  friend bool operator==(const log_options&, const log_options&) = default;

  SEEDWALK_INSPECT(log_options, level, format, file, rotate_bytes, rotate_files, queue_lines)
};

} // namespace seedwalk::actors
