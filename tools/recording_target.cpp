#include "tools/recording_target.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "net/base/bytes.hpp"
#include "sim/record/image_file.hpp"
#include "sim/record/recording_format.hpp"
#include "sim/trace/trace_file.hpp"
#include "store/folder_contents.hpp"

namespace seedwalk::tools {

namespace {

std::string problem_with_place(std::string_view option, const std::string& path) {
  if (store::is_part_of_database(path))
    return fmt::format("{} {}: is a part of the database in its folder; name another file", option,
                       path);
  return {};
}

/// Whether there is a file that holds something.
bool is_taken(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) &&
         std::filesystem::file_size(path, ignored) != 0;
}

bool begins_with(const std::string& path, std::string_view magic) {
  std::string begin(magic.size(), '\0');
  std::ifstream{path, std::ios::binary}.read(begin.data(),
                                             static_cast<std::streamsize>(begin.size()));
  return begin == magic;
}

} // namespace

std::string problem_with_recording(const std::string& path, bool overwrite) {
  if (auto problem = problem_with_place("--record", path); !problem.empty() || !is_taken(path))
    return problem;
  if (!begins_with(path, net::as_text(sim::recording_magic)))
    return fmt::format("--record {}: there is a file that is no recording; name another", path);
  if (!overwrite)
    return fmt::format(
        "--record {}: there is a recording already; name another file, or add --overwrite", path);
  return {};
}

std::string problem_with_image(const std::string& path) {
  if (auto problem = problem_with_place("--image", path); !problem.empty() || !is_taken(path))
    return problem;
  if (!begins_with(path, sim::image_magic))
    return fmt::format("--image {}: there is a file that is no image; name another", path);
  return {};
}

std::string problem_with_trace(const std::string& path) {
  if (auto problem = problem_with_place("--trace", path); !problem.empty() || !is_taken(path))
    return problem;
  if (!begins_with(path, sim::trace_magic))
    return fmt::format("--trace {}: there is a file that is no trace; name another", path);
  return {};
}

} // namespace seedwalk::tools
