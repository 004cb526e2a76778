#include "net/base/closest_name.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace seedwalk::net {

std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j != row.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string closest_name(std::string_view typed, std::span<const std::string_view> names) {
  // Nothing of ours has a name that long, and the distance costs the product of both lengths.
  constexpr std::size_t longest_typed = 100;
  if (typed.size() > longest_typed)
    return {};
  std::string_view best;
  // Half of the letters wrong may be a slip (two letters that changed places are two wrong ones);
  // more is another word.
  std::size_t fewest = std::max<std::size_t>(typed.size() / 2, 1) + 1;
  for (const auto name : names) {
    const auto edits = edits_between(typed, name);
    if (edits < fewest) {
      fewest = edits;
      best = name;
    }
  }
  return std::string{best};
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names) {
  const auto meant = closest_name(typed, names);
  return meant.empty() ? std::string{} : fmt::format(", did you mean \"{}\"?", meant);
}

} // namespace seedwalk::net
