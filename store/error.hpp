#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/base/inspect.hpp"

namespace seedwalk::store {

/// Why the database could not do what it was asked.
enum class error_code : std::uint8_t {
  none = 0,
  newer_schema,  ///< Written by a later version of this program.
  other_chain,   ///< A database of another chain.
  locked,        ///< Another process has it open.
  not_found,     ///< There is no database, and none was to be created.
  not_a_folder,  ///< The path is a file.
  not_writable,  ///< Permissions, or a read-only file system.
  disk_full,     ///< No space, or over quota. What was acknowledged is safe.
  corrupt,       ///< Truncated, or bytes have changed.
  io,            ///< Anything else that the operating system refused.
  stopped,       ///< The storage was being shut down; nothing was done.
  overloaded,    ///< More requests in flight than the door takes; nothing was done.
  foreign_files, ///< The folder has files that LevelDB would take for its own. None was touched.
  gone,          ///< The folder was moved or deleted while the database was open.
  older_schema,  ///< Written by an earlier version, and only to be looked at; or by one too early.
};

/// "newer_schema", "locked", ...: the spelling of every report.
std::string_view name_of(error_code c);

/// A code to react to, and one line for the operator: which path, what is wrong, what to do.
struct error {
  error_code code = error_code::none;
  std::string message;

  /// True if there is one.
  explicit operator bool() const { return code != error_code::none; }

  friend bool operator==(const error&, const error&) = default;

  SEEDWALK_INSPECT(error, code, message)
};

/// True for errors that time or an operator may cure while the program runs: disk_full and io.
constexpr bool transient(error_code c) {
  return c == error_code::disk_full || c == error_code::io;
}

/// True for errors that say that the database itself is damaged.
constexpr bool damaged(error_code c) {
  return c == error_code::corrupt;
}

} // namespace seedwalk::store
