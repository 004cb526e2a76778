#pragma once

#include <string>

#include "tools/console.hpp"
#include "tools/live_crawl.hpp"

namespace seedwalk::tools {

/// The document with which `crawl --json` ends: network, census, resumed, finished, tried, good,
/// failed, known, addresses, duration_s, nodes_per_s, peak_connections, peak_unwritten_bytes,
/// log_lines_lost; counts by name in not_dialled, outcomes, collections and local_failures. Where
/// it was recorded: hash, steps, recording_bytes; recording_problem where the recording ended
/// before it; image or image_problem where an image was asked for.
std::string crawl_report_json(const live_crawl_result& result, const std::string& network,
                              bool recorded);

/// The same for a person: what was found, how the visits ended, and where it is now.
std::string crawl_report_text(const live_crawl_result& result, const live_crawl_options& options,
                              const tools::console& console);

} // namespace seedwalk::tools
