#pragma once

#include <nlohmann/json.hpp>

#include "sim/trace/trace.hpp"

namespace seedwalk::tools {

/// How a traced run was made and what it came to, as both `trace show --json` and the page have it:
/// `build`, `again`, `entries` (kept), `dropped`, `steps`, `end_ns`, `hash` (16 hexadecimal
/// digits), `violations` (`oracle`, `place`, `text`).
nlohmann::json outcome_as_json(const sim::trace& trace);

} // namespace seedwalk::tools
