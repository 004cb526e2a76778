#include "tools/image_target.hpp"

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "tools/recording_target.hpp"

namespace seedwalk::tools {

namespace fs = std::filesystem;

tl::expected<std::unique_ptr<image_target>, std::string>
image_target::create(const std::string& path, const std::string& recording) {
  if (auto problem = problem_with_image(path); !problem.empty())
    return tl::unexpected(std::move(problem));
  if (!recording.empty() && same_file(path, recording))
    return tl::unexpected(fmt::format("--image {}: is the recording; name another file", path));
  std::error_code ignored;
  if (const auto file_status = fs::status(path, ignored);
      fs::exists(file_status) && !fs::is_regular_file(file_status))
    return tl::unexpected(fmt::format("--image {}: is there, and is no file; name another", path));
  auto file = output_file::create("--image", beside(path));
  if (!file)
    return tl::unexpected(std::move(file.error()));
  return std::unique_ptr<image_target>(new image_target(path, std::move(*file)));
}

image_target::image_target(std::string path, std::unique_ptr<output_file> file)
    : path_(std::move(path)), file_(std::move(file)) {}

image_target::~image_target() {
  if (!file_)
    return;
  file_.reset();
  std::error_code ignored;
  fs::remove(beside(path_), ignored);
}

std::string image_target::write(net::byte_view packed) {
  try {
    file_->stream() << net::as_text(packed);
    file_->finish();
  } catch (const std::exception& e) {
    return e.what();
  }
  std::error_code failed;
  fs::rename(beside(path_), path_, failed);
  if (failed)
    return fmt::format("{}: {}", path_, failed.message());
  file_.reset();
  return {};
}

} // namespace seedwalk::tools
