#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::tools {

/// A corpus on disk: a scenario file for each entry, called by a digest of what it says. So corpora
/// of several searches are one when their files are put into one folder.
///
/// A file is there whole or not at all, whenever the search is killed. One search at a time has a
/// folder.
class corpus_folder {
public:
  /// Makes the folder where there is none. The error is one line that names `--corpus`.
  static tl::expected<corpus_folder, std::string> open(const std::string& path);

  /// What is there, in the order of the names, at most so many. Files that this version cannot read
  /// are passed over, and named in `refused`, a line each.
  std::vector<sim::crawl_scenario> read(std::size_t most, std::vector<std::string>& refused) const;

  /// Writes one, with a comment. False: it could not be written.
  bool keep(const sim::crawl_scenario& s, const std::string& comment) const;
  /// Removes one, if it is there.
  void remove(const sim::crawl_scenario& s) const;

private:
  explicit corpus_folder(std::string path) : path_(std::move(path)) {}
  std::string file_of(const sim::crawl_scenario& s) const;

  std::string path_;
};

/// Writes a whole file, or leaves none. False: it could not be written.
bool write_whole_file(const std::string& path, const std::string& text);

} // namespace seedwalk::tools
