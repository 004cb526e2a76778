#include "tools/recording_target.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "sim/record/recording_format.hpp"
#include "store/folder_contents.hpp"

namespace seedwalk::tools {

std::string problem_with_recording(const std::string& path, bool overwrite) {
  if (store::is_part_of_database(path))
    return fmt::format("--record {}: is a part of the database in its folder; name another file",
                       path);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored) ||
      std::filesystem::file_size(path, ignored) == 0)
    return {};
  std::array<char, sim::recording_magic.size()> begin{};
  std::ifstream{path, std::ios::binary}.read(begin.data(), begin.size());
  if (!std::ranges::equal(begin, sim::recording_magic, [](char a, auto b) {
        return static_cast<unsigned char>(a) == static_cast<unsigned char>(b);
      }))
    return fmt::format("--record {}: there is a file that is no recording; name another", path);
  if (!overwrite)
    return fmt::format(
        "--record {}: there is a recording already; name another file, or add --overwrite", path);
  return {};
}

} // namespace seedwalk::tools
