#pragma once

#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// The `state` of an actor that need not remember anything.
struct no_state {
  SEEDWALK_INSPECT(no_state)
};

} // namespace seedwalk::net
