// Files that documents and help texts name are there: who copies a command from a help text has it
// work.

#include <filesystem>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "tests/tools/run_program.hpp"

namespace seedwalk::tools {
namespace {

namespace fs = std::filesystem;

/// Of documents (.md), or of what makes help texts (.cpp of tools).
std::vector<fs::path> sources_of(const std::string& folder, const std::string& extension) {
  std::vector<fs::path> all;
  for (const auto& entry :
       fs::recursive_directory_iterator{std::string{SEEDWALK_SOURCES} + "/" + folder}) {
    const auto path = entry.path().string();
    const bool is_made = path.find("/build/") != std::string::npos;
    if (!is_made && entry.path().extension() == extension)
      all.push_back(entry.path());
  }
  return all;
}

std::set<std::string> matches_in(const fs::path& file, const std::regex& pattern) {
  const auto text = text_of_file(file.string());
  std::set<std::string> all;
  for (auto i = std::sregex_iterator(text.begin(), text.end(), pattern);
       i != std::sregex_iterator(); ++i)
    all.insert((*i)[1].str());
  return all;
}

/// From the top, or from the document's own folder.
const std::regex path_of_ours{R"((?:^|[^\w/.-])((?:tests|sim|tools|actors|net|store|cmake))"
                              R"(/[\w./-]*\.(?:toml|hpp|cpp|md|py)))"};

TEST(named_files, those_of_documents_are_there) {
  const std::regex link{R"(\]\(([^)#\s:]*[./][^)#\s:]*)[)#])"};
  std::size_t found = 0;
  for (const auto* folder : {"", "tests", "sim", "tools", "actors", "net", "store"}) {
    std::vector<fs::path> documents;
    if (*folder != '\0')
      documents = sources_of(folder, ".md");
    else
      for (const auto* name : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"})
        documents.emplace_back(std::string{SEEDWALK_SOURCES} + "/" + name);
    for (const auto& document : documents) {
      for (const auto& named : matches_in(document, link)) {
        EXPECT_TRUE(fs::exists(document.parent_path() / named)) << document << ": " << named;
        ++found;
      }
      for (const auto& named : matches_in(document, path_of_ours)) {
        const bool is_of_a_recipe =
            named.find("foo_") != std::string::npos || named.find("NAME") != std::string::npos;
        EXPECT_TRUE(is_of_a_recipe || fs::exists(fs::path{SEEDWALK_SOURCES} / named) ||
                    fs::exists(document.parent_path() / named))
            << document << ": " << named;
        ++found;
      }
    }
  }
  EXPECT_GT(found, 30u);
}

TEST(named_files, scenarios_of_help_texts_are_there) {
  const std::regex scenario{R"((?:^|[^\w/.-])((?:tests|tools)/[\w./-]*\.toml))"};
  std::size_t found = 0;
  for (const auto& source : sources_of("tools", ".cpp"))
    for (const auto& named : matches_in(source, scenario)) {
      EXPECT_TRUE(fs::exists(fs::path{SEEDWALK_SOURCES} / named)) << source << ": " << named;
      ++found;
    }
  EXPECT_GE(found, 2u);
}

} // namespace
} // namespace seedwalk::tools
