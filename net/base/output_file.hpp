#pragma once

#include <chrono>
#include <string>
#include <system_error>

#include <sys/types.h>
#include <tl/expected.hpp>

#include "net/base/bytes.hpp"

namespace seedwalk::net {

/// Who reads a pipe may be a program that is just being started.
inline constexpr std::chrono::milliseconds reader_patience{500};

/// How a file that is to be written is opened; it is made where there is none.
struct output_opening {
  bool append = false;     ///< What is in it stays, and all that is written goes behind it.
  bool is_blocking = true; ///< False: a pipe that is full refuses what is written to it (EAGAIN).
  mode_t mode = 0666;      ///< Of a file that is made; the umask is taken off.
};

/// Opens the file at `path` to be written: the one way in which this program opens one that an
/// operator has named.
///
/// open() waits for somebody who reads a pipe, for ever. This gives up after `reader_patience`,
/// with ENXIO. The caller closes the descriptor.
///
/// Threads: any.
tl::expected<int, std::error_code> open_output_file(const std::string& path,
                                                    const output_opening& opening = {});

/// Writes all of it, however often that takes; an error if not all of it was taken. For descriptors
/// that block.
///
/// Threads: any.
std::error_code write_all(int descriptor, byte_view left);

/// Half a sentence for an operator: "is a folder, not a file".
std::string why_not_written(const std::string& path, std::error_code failure);

} // namespace seedwalk::net
