#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk sim sweep`: one world with many seeds, on several processes.
exit_code sweep(invocation& invoked);

} // namespace seedwalk::tools
