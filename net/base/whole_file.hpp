#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace seedwalk::net {

/// Why a file could not be read whole.
enum class file_fault : std::uint8_t {
  missing = 0, ///< There is nothing of that name.
  unreadable,  ///< It is a folder or a socket, rights are missing, the disk fails, the descriptor
               ///< is closed.
  too_large,   ///< It is longer than was allowed, or has no end.
  silent,      ///< A pipe that nobody opened to write, or that stayed empty for too long.
};

/// For a program to react to, and half a sentence for an operator: "is a folder, not a file".
struct file_error {
  file_fault fault = file_fault::unreadable;
  std::string message;
};

/// How much of an operator's machine a file may take.
struct file_bounds {
  std::size_t max_bytes = 0;
  /// How long a pipe that somebody has open to write may stay silent, and a terminal. One that
  /// nobody has open is given up after `writer_patience`. What must not wait at all says 0.
  std::chrono::milliseconds patience = std::chrono::seconds{10};
};

/// Who writes to a pipe may be a program that is just being started.
inline constexpr std::chrono::milliseconds writer_patience{500};

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

/// Closes a file of the C library.
struct file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using open_file = std::unique_ptr<std::FILE, file_closer>;

/// Opens a file that is read piece by piece, with the errors of `read_whole_file`: on return there
/// is something to read, or it is empty. A caller that reads on waits for a pipe as long as it
/// takes.
tl::expected<open_file, file_error>
open_input_file(const std::string& path,
                std::chrono::milliseconds patience = file_bounds{}.patience);

} // namespace seedwalk::net
