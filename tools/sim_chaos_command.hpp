#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk sim chaos`: draws scenarios, makes others of those that reached something new, and
/// shrinks what breaks a promise.
exit_code chaos(invocation& invoked);

} // namespace seedwalk::tools
