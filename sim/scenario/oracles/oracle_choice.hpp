#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace seedwalk::sim {

/// Which oracles watch a run.
struct oracle_choice {
  bool all = true;                ///< Every one that there is; else those that are named.
  std::vector<std::string> names; ///< In any order.

  bool has(std::string_view name) const;

  /// "all", "none", or names with commas between them. The error is one line.
  static tl::expected<oracle_choice, std::string> parse(std::string_view text);
  std::string to_string() const;

  friend bool operator==(const oracle_choice&, const oracle_choice&) = default;
};

/// What every oracle of ours is called, in the order of their folder.
const std::vector<std::string>& oracle_names();

} // namespace seedwalk::sim
