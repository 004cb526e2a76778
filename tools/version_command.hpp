#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk version [--json]`: what `--version` prints, and with what it was built.
exit_code run_version(invocation& invoked);

} // namespace seedwalk::tools
