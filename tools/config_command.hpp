#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk config show|check`: the configuration that a crawl with the same flags, environment
/// and file would have, and whether it would run on it.
exit_code run_config(invocation& invoked);

} // namespace seedwalk::tools
