#include "tools/output_file.hpp"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "net/base/output_file.hpp"
#include "net/base/stranger_text.hpp"
#include "store/folder_contents.hpp"

namespace seedwalk::tools {

namespace fs = std::filesystem;

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  if (fs::equivalent(a, b, ignored))
    return true;
  return fs::weakly_canonical(a, ignored) == fs::weakly_canonical(b, ignored);
}

std::string problem_with_files(const std::vector<named_file>& read,
                               const std::vector<named_file>& written) {
  const auto is_apart = [](const named_file& f) {
    std::error_code ignored;
    const auto found = fs::status(f.path, ignored);
    return f.path.empty() || (fs::exists(found) && !fs::is_regular_file(found));
  };
  const auto told = [](const named_file& one, const named_file& other) {
    return fmt::format("{} {}: is the file of {}, too; name another", one.option,
                       net::printable(one.path), other.option);
  };
  for (auto one = written.begin(); one != written.end(); ++one) {
    if (is_apart(*one))
      continue;
    for (const auto& other : read)
      if (!is_apart(other) && same_file(one->path, other.path))
        return told(*one, other);
    for (auto other = written.begin(); other != one; ++other)
      if (!is_apart(*other) && same_file(one->path, other->path))
        return told(*one, *other);
  }
  return {};
}

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
