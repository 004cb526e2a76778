#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk wire decode|encode`: between the bytes of a stream and JSON lines.
exit_code run_wire(invocation& invoked);

} // namespace seedwalk::tools
