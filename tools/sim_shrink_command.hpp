#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk sim shrink`: makes a world that breaks a promise as small as it can be.
exit_code shrink(invocation& invoked);

} // namespace seedwalk::tools
