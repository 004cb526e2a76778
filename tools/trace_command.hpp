#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk trace`: shows, compares and exports what `--trace` wrote.
exit_code run_trace(invocation& invoked);

} // namespace seedwalk::tools
