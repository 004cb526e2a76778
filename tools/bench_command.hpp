#pragma once

#include "tools/command.hpp"

namespace seedwalk::tools {

/// `seedwalk bench NAME`: runs one benchmark and prints its figures, each beside its baseline of
/// the same run. exit_code::done whether or not goals were reached: machines differ.
exit_code run_bench(invocation& invoked);

} // namespace seedwalk::tools
