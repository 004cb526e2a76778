#pragma once

#include <vector>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

/// What `expect` of a scenario says, and a run that is over has not kept: every violation that is
/// not expected, every one that is expected and did not come, and all else, each as one line that
/// says what is promised and what was found. Looks into the databases, which takes no virtual time.
std::vector<broken_promise> broken_promises(crawl_world& world, const crawl_verdict& verdict);

/// Those of the violations that are neither expected nor allowed.
std::vector<broken_promise> unexpected(const std::vector<broken_promise>& violations,
                                       const expectations& expect);

} // namespace seedwalk::sim
