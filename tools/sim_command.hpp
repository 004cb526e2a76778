#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk sim run|check|sweep`: crawls in the simulator.
exit_code run_sim(invocation& invoked);

} // namespace seedwalk::tools
