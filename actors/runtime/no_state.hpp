#pragma once

#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// The `state` of an actor that need not remember anything.
struct no_state {
  template <inspector F>
  friend auto inspect(F& f, no_state&) {
    return f();
  }
};

} // namespace seedwalk::net
