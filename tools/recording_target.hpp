#pragma once

#include <string>

namespace seedwalk::tools {

/// Why nothing may be recorded in that file, in one line that begins with "--record"; empty: it
/// may. What is no recording is never replaced, and a recording only if that was asked for.
std::string problem_with_recording(const std::string& path, bool overwrite);

/// The same of an image, in one line that begins with "--image". An image of before is replaced.
std::string problem_with_image(const std::string& path);

/// The same of a trace, in one line that begins with "--trace". A trace of before is replaced.
std::string problem_with_trace(const std::string& path);

} // namespace seedwalk::tools
