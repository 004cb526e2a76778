#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk crawl`: walks a network into a database.
exit_code run_crawl(invocation& invoked);

} // namespace seedwalk::tools
