#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk ctl`: talks to a running crawl through the control socket in its database's folder.
exit_code run_ctl(invocation& invoked);

} // namespace seedwalk::tools
