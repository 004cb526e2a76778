#include "tools/trace/trace_json.hpp"

#include <fmt/format.h>

namespace seedwalk::tools {

nlohmann::json outcome_as_json(const sim::trace& trace) {
  return {{"build", trace.header.build},
          {"again", trace.header.again},
          {"entries", trace.entries.size()},
          {"dropped", trace.dropped},
          {"steps", trace.end.steps},
          {"end_ns", trace.end.at.count()},
          {"hash", fmt::format("{:016x}", trace.end.hash)},
          {"violations", trace.end.violations}};
}

} // namespace seedwalk::tools
