#pragma once

#include <string>

#include <tl/expected.hpp>

#include "sim/trace/trace.hpp"
#include "tools/exit_code.hpp"

namespace seedwalk::tools {

/// Why a trace could not be read: one line without the program's name, and what to exit with.
struct trace_problem {
  exit_code code = exit_code::usage;
  std::string message;
};

/// Reads the trace that a command was given.
tl::expected<sim::trace, trace_problem> read_trace(const std::string& path);

} // namespace seedwalk::tools
