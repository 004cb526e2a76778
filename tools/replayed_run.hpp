#pragma once

#include <string>

#include "sim/scenario/crawl_scenario.hpp"
#include "tools/sweep_results.hpp"

namespace seedwalk::tools {

/// Runs a scenario, records its first crawler, and replays that: a replay that differs breaks the
/// promise that a recording has all that a run is a function of (oracle "replay"), beside all that
/// the run itself breaks. A scenario in which a process dies is run alone: its recording would have
/// one life of several.
///
/// The recording is a file of this process in `folder`; it is gone afterwards, unless the process
/// is killed. One that cannot be written is a failure, too.
seed_result run_and_replay(const sim::crawl_scenario& s, const std::string& folder);

} // namespace seedwalk::tools
