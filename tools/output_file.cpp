#include "tools/output_file.hpp"

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "net/base/output_file.hpp"
#include "store/folder_contents.hpp"

namespace seedwalk::tools {

tl::expected<std::unique_ptr<output_file>, std::string>
output_file::create(const std::string& option, const std::string& path) {
  auto name = fmt::format("{} {}", option, path);
  if (store::is_part_of_database(path))
    return tl::unexpected(
        fmt::format("{}: is a part of the database in its folder; name another file", name));
  const auto descriptor = net::open_output_file(path);
  if (!descriptor)
    return tl::unexpected(
        fmt::format("{}: {}", name, net::why_not_written(path, descriptor.error())));
  return std::unique_ptr<output_file>{new output_file(*descriptor, std::move(name))};
}

output_file::output_file(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)), buffer_(descriptor, name_),
      stream_(&buffer_) {
  stream_.exceptions(std::ios::badbit);
}

output_file::~output_file() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

void output_file::finish() {
  stream_.flush();
  // Some file systems say only now that something could not be written.
  if (::close(std::exchange(descriptor_, -1)) != 0)
    throw output_error({errno, std::generic_category()}, name_);
}

} // namespace seedwalk::tools
