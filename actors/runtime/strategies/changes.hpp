#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

/// The changes of priority of `pct` and `pctcp`: at depth - 1 events, before each has its turn, its
/// source or chain drops to the bottom.
///
/// Each of the depth - 1 changes is drawn for each event, by its name, with chance 1 in `turns`;
/// the first event that draws it has it. So a change is made at a given event with probability at
/// least 1 in e * turns, and in about a third of all runs it is not made at all.
class drawn_changes {
public:
  drawn_changes(std::uint64_t seed, std::uint32_t depth, std::uint64_t turns)
      : seed_(seed), limit_(UINT64_MAX / (turns == 0 ? 1 : turns)),
        is_made_(depth == 0 ? 0 : depth - 1, false) {}

  /// The rank of who drops at this event; nothing if nobody does. Which change is the lowest has
  /// nothing to do with which comes first.
  std::optional<std::uint64_t> at(std::uint64_t event) {
    std::optional<std::uint64_t> result;
    for (std::size_t nth = 0; nth != is_made_.size(); ++nth) {
      if (is_made_[nth] || drawn(seed_, "pct change", name_from("change", event, nth)) > limit_)
        continue;
      is_made_[nth] = true;
      result = bottom + nth;
    }
    return result;
  }

  /// A rank above all of those, drawn for a name.
  std::uint64_t initial(std::uint64_t name) const {
    return drawn(seed_, "pct priority", name) % bottom;
  }

private:
  static constexpr std::uint64_t bottom = std::uint64_t{1} << 63;

  std::uint64_t seed_;
  std::uint64_t limit_;
  std::vector<bool> is_made_;
};

} // namespace seedwalk::sim
