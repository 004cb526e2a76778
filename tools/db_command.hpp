#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk db stats|get|list|export|censuses|check|digest|migrate`: what a database holds, also
/// that of a crawl that runs; only `migrate` writes.
exit_code run_db(invocation& invoked);

} // namespace seedwalk::tools
