#pragma once

#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "net/base/bytes.hpp"
#include "tools/output_file.hpp"

namespace seedwalk::tools {

/// The file that `--image` names: written beside it, and put in its place when it is whole. Until
/// then, and if that never comes, what was there stays.
///
/// Threads: one at a time.
class image_target {
public:
  /// Makes the file beside it, so that what is wrong with the place is said at once: in one line
  /// that begins with "--image". What is no image is never replaced, and no recording: `recording`
  /// is what the same command writes or reads, empty if nothing.
  static tl::expected<std::unique_ptr<image_target>, std::string>
  create(const std::string& path, const std::string& recording);

  /// Takes away what is not whole.
  ~image_target();
  image_target(const image_target&) = delete;
  image_target& operator=(const image_target&) = delete;

  /// Writes all of it and puts it in its place. Empty, or why not.
  std::string write(net::byte_view packed);

private:
  image_target(std::string path, std::unique_ptr<output_file> file);
  static std::string beside(const std::string& path) { return path + ".partial"; }

  std::string path_;
  std::unique_ptr<output_file> file_;
};

} // namespace seedwalk::tools
