#pragma once

#include <string>

#include "tools/console.hpp"
#include "tools/live_crawl.hpp"

namespace seedwalk::tools {

/// The document with which `crawl --json` ends: network, tried, good, failed, known, duration_s,
/// nodes_per_s, peak_connections, log_lines_lost, outcomes{name: count}; and hash, steps,
/// recording_bytes where it was recorded, recording_problem where the recording ended before it.
std::string crawl_report_json(const live_crawl_result& result, const std::string& network,
                              bool recorded);

/// The same for a person: what was found, how the visits ended, and where it is now.
std::string crawl_report_text(const live_crawl_result& result, const live_crawl_options& options,
                              const tools::console& console);

} // namespace seedwalk::tools
