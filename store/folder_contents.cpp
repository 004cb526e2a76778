#include "store/folder_contents.hpp"

#include <algorithm>
#include <utility>

namespace seedwalk::store {

namespace {

constexpr std::string_view manifest_prefix = "MANIFEST-";
constexpr std::string_view first_manifest = "MANIFEST-000001";
constexpr std::size_t examples_max = 3;

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
    verdict.what = verdict.manifests.empty() ? folder_verdict::kind::foreign
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

} // namespace seedwalk::store
