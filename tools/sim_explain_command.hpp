#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk sim explain`: says when a broken promise became inevitable, and through what.
exit_code explain(invocation& invoked);

} // namespace seedwalk::tools
