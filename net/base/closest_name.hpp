#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace seedwalk::net {

/// Levenshtein's distance: insertions, deletions and substitutions from one to the other.
std::size_t edits_between(std::string_view a, std::string_view b);

/// The one of `names` that `typed` most resembles; empty if none is close enough to be meant.
std::string closest_name(std::string_view typed, std::span<const std::string_view> names);

/// `, did you mean "X"?` with the closest name, to stand behind an error; empty if there is none.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names);

} // namespace seedwalk::net
