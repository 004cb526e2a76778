#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk db stats|get|list|export|check|digest`: what a database holds, also that of a crawl
/// that runs.
exit_code run_db(invocation& invoked);

} // namespace seedwalk::tools
