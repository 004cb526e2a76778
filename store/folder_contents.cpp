#include "store/folder_contents.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "store/log_format.hpp"

namespace seedwalk::store {

namespace {

constexpr std::string_view manifest_prefix = "MANIFEST-";
constexpr std::string_view first_manifest = "MANIFEST-000001";
constexpr std::size_t examples_max = 3;

/// Where in a block a record should begin, and bytes stand that are no header of one.
std::optional<std::size_t> find_gap_in_block(std::string_view block) {
  std::size_t at = 0;
  while (const auto header = read_log_header(block, at)) {
    if ((header->length == 0 && header->type == 0) || header->type > last_record_type)
      return at;
    at += log_header_bytes + header->length;
  }
  return std::nullopt;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

file_kind kind_of_file(std::string_view name) {
  if (name == "CURRENT")
    return file_kind::current;
  if (name == "LOCK")
    return file_kind::lock;
  if (name == "LOG" || name == "LOG.old")
    return file_kind::info_log;
  if (name.starts_with(manifest_prefix))
    return is_number(name.substr(manifest_prefix.size())) ? file_kind::manifest
                                                          : file_kind::foreign;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos || !is_number(name.substr(0, dot)))
    return file_kind::foreign;
  const auto suffix = name.substr(dot);
  if (suffix == ".log")
    return file_kind::log;
  if (suffix == ".ldb" || suffix == ".sst")
    return file_kind::table;
  return suffix == ".dbtmp" ? file_kind::temporary : file_kind::foreign;
}

bool is_part_of_database(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const auto file = fs::weakly_canonical(path, ignored);
  return kind_of_file(file.filename().string()) != file_kind::foreign &&
         fs::is_regular_file(file.parent_path() / "CURRENT", ignored);
}

folder_verdict judge_without_current(const std::vector<std::string>& names) {
  folder_verdict verdict;
  bool data = false;
  for (const auto& name : names) {
    const auto kind = kind_of_file(name);
    if (kind == file_kind::manifest) {
      verdict.manifests.push_back(name);
      data = data || name != first_manifest;
    }
    if (kind == file_kind::log || kind == file_kind::table) {
      data = true;
      verdict.examples.push_back(name);
    }
  }
  // The numbers have six digits, and more only beyond a million.
  std::ranges::sort(verdict.manifests, {}, [](const std::string& name) {
    return std::pair{name.size(), std::string_view{name}};
  });
  std::ranges::sort(verdict.examples);
  verdict.examples.resize(std::min(verdict.examples.size(), examples_max));
  if (data)
    verdict.type = verdict.manifests.empty() ? folder_verdict::kind::foreign
                                             : folder_verdict::kind::incomplete;
  return verdict;
}

bool lacks_its_log(const std::vector<std::string>& names) {
  const auto has = [&](auto&& wanted) { return std::ranges::any_of(names, wanted); };
  return !has([](const auto& name) { return kind_of_file(name) == file_kind::log; }) &&
         has([](const auto& name) {
           return kind_of_file(name) == file_kind::manifest && name != first_manifest;
         });
}

std::optional<std::uint64_t> find_log_gap(leveldb::Env& env, const std::string& file) {
  leveldb::SequentialFile* opened = nullptr;
  if (!env.NewSequentialFile(file, &opened).ok())
    return std::nullopt;
  const std::unique_ptr<leveldb::SequentialFile> log{opened};
  std::string scratch(log_block_bytes, '\0');
  for (std::uint64_t begin = 0;; begin += log_block_bytes) {
    leveldb::Slice block;
    if (!log->Read(log_block_bytes, &block, scratch.data()).ok() || block.empty())
      return std::nullopt;
    if (const auto at = find_gap_in_block({block.data(), block.size()}))
      return begin + *at;
  }
}

} // namespace seedwalk::store
