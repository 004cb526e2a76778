#pragma once

#include <string>

#include "sim/scenario/shrink/shrinker.hpp"

namespace seedwalk::tools {

/// The file of a shrunk scenario, with its story: `file` is what it will be called, `from` made the
/// large run. The small one is run again, in this process, for its last events.
std::string text_of_shrunk(const sim::shrink_result& result, const std::string& file,
                           const std::string& from);

} // namespace seedwalk::tools
