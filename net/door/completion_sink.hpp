#pragma once

#include "net/base/owner.hpp"
#include "net/door/completion.hpp"

namespace seedwalk::net {

/// Where the network door puts what came of its calls. The sink alone delivers to actors, between
/// two steps, so that one place sees every input of a run.
///
/// Threads: any. A sink that is handed completions by other threads keeps the order in which each
/// of them called.
class completion_sink {
public:
  virtual ~completion_sink() = default;
  virtual void deliver(owner to, completion&& what) = 0;
};

} // namespace seedwalk::net
