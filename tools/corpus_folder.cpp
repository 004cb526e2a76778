#include "tools/corpus_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "net/base/bytes.hpp"
#include "net/base/output_file.hpp"
#include "net/base/random.hpp"
#include "net/base/whole_file.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::tools {

tl::expected<corpus_folder, std::string> corpus_folder::open(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (!failed && ::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
    failed = {errno, std::generic_category()};
  if (failed)
    return tl::unexpected(fmt::format("--corpus {}: {}", path, failed.message()));
  return corpus_folder{path};
}

std::vector<sim::crawl_scenario> corpus_folder::read(std::size_t most,
                                                     std::vector<std::string>& refused) const {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator{path_})
    if (entry.path().extension() == ".toml")
      files.push_back(entry.path().string());
  std::ranges::sort(files);
  std::vector<sim::crawl_scenario> all;
  for (const auto& file : files) {
    if (all.size() == most)
      break;
    const auto text = net::read_whole_file(file, {sim::scenario_bytes_max});
    if (!text) {
      refused.push_back(fmt::format("{}: {}", file, text.error().message));
      continue;
    }
    auto parsed = sim::parse_scenario(*text, file);
    if (parsed)
      all.push_back(std::move(*parsed));
    else
      refused.push_back(std::move(parsed.error()));
  }
  return all;
}

std::string corpus_folder::file_of(const sim::crawl_scenario& s) const {
  const auto text = sim::write_scenario(s);
  const auto digest = net::keyed_hash(0, "corpus", net::as_bytes(text));
  return (std::filesystem::path{path_} / fmt::format("{:016x}.toml", digest)).string();
}

bool corpus_folder::keep(const sim::crawl_scenario& s, const std::string& comment) const {
  return write_whole_file(file_of(s), sim::write_scenario(s, comment));
}

void corpus_folder::remove(const sim::crawl_scenario& s) const {
  std::error_code ignored;
  std::filesystem::remove(file_of(s), ignored);
}

bool write_whole_file(const std::string& path, const std::string& text) {
  const auto part = path + ".part";
  const auto opened = net::open_output_file(part);
  if (!opened)
    return false;
  const bool is_written = !net::write_all(*opened, net::as_bytes(text));
  const bool is_closed = ::close(*opened) == 0;
  std::error_code failed;
  if (is_written && is_closed) {
    std::filesystem::rename(part, path, failed);
    return !failed;
  }
  std::filesystem::remove(part, failed);
  return false;
}

} // namespace seedwalk::tools
