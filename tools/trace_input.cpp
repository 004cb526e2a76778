#include "tools/trace_input.hpp"

#include <utility>

#include <fmt/format.h>

#include "net/base/whole_file.hpp"
#include "sim/trace/trace_file.hpp"

namespace seedwalk::tools {

tl::expected<sim::trace, trace_problem> read_trace(const std::string& path) {
  const auto contents = net::read_whole_file(path, {sim::trace_bytes_max});
  if (!contents)
    return tl::unexpected(
        trace_problem{exit_code::usage, fmt::format("{} {}", path, contents.error().message)});
  auto parsed = sim::parse_trace(*contents);
  if (!parsed)
    return tl::unexpected(
        trace_problem{exit_code::damaged, fmt::format("{} {}", path, parsed.error())});
  return std::move(*parsed);
}

} // namespace seedwalk::tools
