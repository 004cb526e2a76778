#include "tools/log_output.hpp"

#include <fmt/format.h>

namespace seedwalk::tools {

actors::line_output log_to(console& where) {
  return {[&where](const std::string& text) -> std::error_code {
            if (!where.writer) {
              where.err << text << '\n';
              return {};
            }
            // The log says itself how many of its lines were lost.
            if (where.writer->put(text + '\n', false))
              return {};
            return std::make_error_code(std::errc::resource_unavailable_try_again);
          },
          {}};
}

std::uint64_t finish_log(actors::queued_log_sink& log, console& where) {
  if (!log.finish())
    where.abandoned = true;
  auto lost = log.lost();
  auto why = log.why_lost();
  if (const auto waiting = where.writer ? where.writer->drain() : 0; waiting > 0) {
    lost += waiting;
    why = "nobody reads standard error";
  }
  if (lost > 0)
    where.err << fmt::format("seedwalk: {} log lines were lost: {}\n", lost, why);
  return lost;
}

} // namespace seedwalk::tools
