#pragma once

#include "actors/logging/log_sink.hpp"
#include "tools/console.hpp"

namespace seedwalk::tools {

/// Log lines among all else that goes to `console.err`. The console outlives it.
actors::line_output log_to(tools::console& console);

/// Ends a log: says on `console.err` how many lines were lost, if any were, and gives their number.
/// A thread that is left waiting is noted in `console.abandoned`.
std::uint64_t finish_log(actors::queued_log_sink& log, tools::console& console);

} // namespace seedwalk::tools
