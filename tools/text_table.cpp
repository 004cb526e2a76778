#include "tools/text_table.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace seedwalk::tools {

text_table::text_table(std::vector<column> columns) : columns_(std::move(columns)) {
  for (const auto& c : columns_)
    widths_.push_back(c.heading.size());
  headed_ = std::ranges::all_of(columns_, [](const column& c) { return c.heading.empty(); });
}

void text_table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i != cells.size(); ++i)
    widths_[i] = std::max(widths_[i], cells[i].size());
  rows_.push_back(std::move(cells));
}

void text_table::print(std::ostream& out) {
  if (!headed_) {
    std::vector<std::string> headings;
    for (const auto& c : columns_)
      headings.push_back(c.heading);
    print_row(out, headings);
    headed_ = true;
  }
  for (const auto& row : rows_)
    print_row(out, row);
  rows_.clear();
}

void text_table::print_row(std::ostream& out, const std::vector<std::string>& cells) const {
  std::string line;
  for (std::size_t i = 0; i != cells.size(); ++i) {
    const auto padding = std::string(widths_[i] - cells[i].size(), ' ');
    line += i == 0 ? "" : "  ";
    line += columns_[i].alignment == align::right ? padding + cells[i] : cells[i] + padding;
  }
  line.resize(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

std::string time_text(std::int64_t seconds_since_1970) {
  // An announced time is 64 bits of anything; what a calendar cannot show is shown as a number.
  constexpr std::int64_t year_10000 = 253'402'300'800;
  if (seconds_since_1970 == 0)
    return "never";
  if (seconds_since_1970 < 0 || seconds_since_1970 >= year_10000)
    return fmt::format("{}", seconds_since_1970);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     fmt::gmtime(static_cast<std::time_t>(seconds_since_1970)));
}

} // namespace seedwalk::tools
