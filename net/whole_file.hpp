#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <tl/expected.hpp>

namespace seedwalk::net {

/// Why a file could not be read whole.
enum class file_fault : std::uint8_t {
  missing = 0, ///< There is nothing of that name.
  unreadable,  ///< It is a folder, rights are missing, the disk fails, the descriptor is closed.
  too_large,   ///< It is longer than was allowed, or has no end.
  silent,      ///< A pipe into which nobody wrote for as long as was allowed.
};

/// For a program to react to, and half a sentence for an operator: "is a folder, not a file".
struct file_error {
  file_fault fault = file_fault::unreadable;
  std::string message;
};

/// How much of an operator's machine a file may take.
struct file_bounds {
  std::size_t max_bytes = 0;
  /// How long a pipe may stay silent before it counts as one that nobody writes to. Only where
  /// somebody waits for the command; what must not wait says 0.
  std::chrono::milliseconds patience = std::chrono::seconds{10};
};

/// All that is in the file at `path`: the one way in which this program reads a file that it does
/// not read piece by piece.
///
/// An empty file is one that was read to its end and held nothing. Whatever ends reading sooner is
/// an error, and never an empty or a shortened text: a folder, an I/O error, a device without end,
/// a pipe that nobody writes to. `<(...)` of a shell and /dev/stdin are read like files.
///
/// Blocks as long as the disk does. Threads: any.
tl::expected<std::string, file_error> read_whole_file(const std::string& path,
                                                      const file_bounds& bounds);

/// The same of a descriptor that is open (or was meant to be), from where it stands. It is waited
/// for without a limit: it may be a person's keyboard.
tl::expected<std::string, file_error> read_whole_descriptor(int descriptor, std::size_t max_bytes);

} // namespace seedwalk::net
