#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "net/base/stranger_text.hpp"

namespace seedwalk::tools {

/// Rows of text in aligned columns, two spaces between them. The last column is not padded.
///
/// Columns grow and never shrink, so that a long table can be printed in parts.
class text_table {
public:
  enum class align { left, right };

  /// One column each; no header line where all headings are empty.
  struct column {
    std::string heading;
    align alignment = align::left;
  };

  explicit text_table(std::vector<column> columns);

  /// As many cells as there are columns.
  void add(std::vector<std::string> cells);

  /// Prints the rows that were added since the last time, below the headings the first time.
  void print(std::ostream& out);

private:
  void print_row(std::ostream& out, const std::vector<std::string>& cells) const;

  std::vector<column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool headed_ = false;
};

/// What a peer says must not reach a terminal as it is.
using net::printable;

/// "2026-11-21 08:15:00" (UTC); "never" for 0.
std::string time_text(std::int64_t seconds_since_1970);

} // namespace seedwalk::tools
