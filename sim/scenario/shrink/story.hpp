#pragma once

#include <span>
#include <string>

#include "sim/scenario/shrink/shrinker.hpp"

namespace seedwalk::sim {

/// What a person wants to know of a shrunk scenario, as the comment of its file: what is broken,
/// when and by whom, what was taken away, how to repeat it, and the last events.
///
/// `file` is what the file will be called, `from` the command that made the large run.
std::string story_of(const shrink_result& result, const std::string& file, const std::string& from,
                     std::span<const std::string> events);

/// "3 nodes, 1 fault, 0 operations, 2 choices, 14 lines".
std::string to_string(const scenario_size& size);

} // namespace seedwalk::sim
