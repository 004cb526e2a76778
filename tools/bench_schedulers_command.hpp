#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk bench schedulers`: which strategies find which planted bugs, and how fast.
exit_code run_schedulers_benchmark(invocation& invoked);

} // namespace seedwalk::tools
