#include "tools/trace/trace_json.hpp"

#include <fmt/format.h>

namespace seedwalk::tools {

nlohmann::json outcome_as_json(const sim::trace& trace) {
  auto violations = nlohmann::json::array();
  for (const auto& one : trace.end.violations)
    violations.push_back({{"oracle", one.oracle}, {"place", one.place}, {"text", one.text}});
  return {{"build", trace.header.build},
          {"again", trace.header.again},
          {"entries", trace.entries.size()},
          {"dropped", trace.dropped},
          {"steps", trace.end.steps},
          {"end_ns", trace.end.at.count()},
          {"hash", fmt::format("{:016x}", trace.end.hash)},
          {"violations", std::move(violations)}};
}

} // namespace seedwalk::tools
