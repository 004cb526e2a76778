#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk replay`: runs a recorded crawl again, without network and database, and compares every
/// step.
exit_code run_replay(invocation& invoked);

} // namespace seedwalk::tools
