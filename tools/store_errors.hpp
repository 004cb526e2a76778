#pragma once

#include "store/error.hpp"
#include "tools/exit_code.hpp"

namespace seedwalk::tools {

/// What a command ends with that could not use its database: `damaged` where the database is,
/// `usage` where another path, other rights or another program would do, `failed` for the rest.
constexpr exit_code exit_code_of(store::error_code code) {
  if (store::damaged(code))
    return exit_code::damaged;
  const bool ended = code == store::error_code::stopped || code == store::error_code::gone;
  return ended || store::transient(code) ? exit_code::failed : exit_code::usage;
}

} // namespace seedwalk::tools
