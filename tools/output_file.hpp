#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "tools/standard_streams.hpp"

namespace seedwalk::tools {

/// A file that an option names. An empty path: the option was not given.
struct named_file {
  std::string_view option;
  std::string path;
};

/// Whether both name one file, or would.
bool same_file(const std::string& a, const std::string& b);

/// What is wrong where a file that is to be written is one that is read, or is written by two
/// options: one line. Empty if nothing is. Devices and pipes are no such files.
std::string problem_with_files(const std::vector<named_file>& read,
                               const std::vector<named_file>& written);

/// A file that an option names for a command to write into. As with standard output, what cannot be
/// written throws output_error out of the printing itself, and `run_program` says so.
///
/// Threads: one at a time.
class output_file {
public:
  /// Makes the file, or empties it. The error is one line that names the option ("--output") and
  /// the file. A pipe is waited for only as long as its reader may take to start.
  static tl::expected<std::unique_ptr<output_file>, std::string> create(const std::string& option,
                                                                        const std::string& path);
  ~output_file();
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;

  std::ostream& stream() { return stream_; }

  /// Writes what waits, and closes the file. Throws output_error if not all of it was taken.
  void finish();

private:
  output_file(int descriptor, std::string name);

  int descriptor_;
  const std::string name_;
  output_buffer buffer_;
  std::ostream stream_;
};

} // namespace seedwalk::tools
