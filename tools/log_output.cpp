#include "tools/log_output.hpp"

#include <fmt/format.h>

namespace seedwalk::tools {

actors::line_output log_to(tools::console& console) {
  return {[&console](const std::string& text) -> std::error_code {
            if (!console.writer) {
              console.err << text << '\n';
              return {};
            }
            // The log says itself how many of its lines were lost.
            if (console.writer->put(text + '\n', false))
              return {};
            return std::make_error_code(std::errc::resource_unavailable_try_again);
          },
          {}};
}

std::uint64_t finish_log(actors::queued_log_sink& log, tools::console& console) {
  if (!log.finish())
    console.abandoned = true;
  auto lost = log.lost();
  auto reason = log.why_lost();
  if (const auto waiting = console.writer ? console.writer->drain() : 0; waiting > 0) {
    lost += waiting;
    reason = "nobody reads standard error";
  }
  if (lost > 0)
    console.err << fmt::format("seedwalk: {} log lines were lost: {}\n", lost, reason);
  return lost;
}

} // namespace seedwalk::tools
