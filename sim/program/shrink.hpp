#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace seedwalk::sim {

/// As few of `parts` as still fail, in their order: none of them can be left out any more. Parts
/// are faults, departures, hosts: whatever a run is made of and goes on without.
///
///     const auto faults = sim::fewest_that_fail(all, [&](const auto& some) { return fails(some);
///     });
///
/// Leaves out halves, then quarters, and so on down to single ones (delta debugging, as Zeller and
/// Hildebrandt describe it, by complements alone). `fails` is asked O(n log n) times where few
/// parts matter, O(n^2) times at most. Precondition: `fails(parts)`.
template <class Part, class Fails>
std::vector<Part> fewest_that_fail(std::vector<Part> parts, const Fails& fails) {
  if (fails(std::vector<Part>{}))
    return {};
  for (std::size_t size = (parts.size() + 1) / 2; size != 0;) {
    bool smaller = false;
    for (std::size_t begin = 0; begin < parts.size();) {
      const auto end = std::min(begin + size, parts.size());
      std::vector<Part> rest{parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(begin)};
      rest.insert(rest.end(), parts.begin() + static_cast<std::ptrdiff_t>(end), parts.end());
      if (rest.size() != parts.size() && fails(rest)) {
        parts = std::move(rest);
        smaller = true;
      } else {
        begin = end;
      }
    }
    if (size > 1)
      size = (size + 1) / 2;
    else if (!smaller)
      break;
  }
  return parts;
}

} // namespace seedwalk::sim
