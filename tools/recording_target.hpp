#pragma once

#include <string>

namespace seedwalk::tools {

/// Why nothing may be recorded in that file, in one line that begins with "--record"; empty: it
/// may. What is no recording is never replaced, and a recording only if that was asked for.
std::string problem_with_recording(const std::string& path, bool overwrite);

} // namespace seedwalk::tools
