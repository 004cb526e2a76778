#pragma once

#include <atomic>
#include <cstdint>

#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// The numbers that a network door gives, by the rule in net/door/network.hpp: what a call asks for
/// takes the next even number, whatever kind of id it is, and what comes by itself (an accepted
/// connection) the next odd one.
///
/// Threads: `next_asked` from any; `next_accepted` from one.
class network_ids {
public:
  /// 2, 4, 6, ...
  std::uint64_t next_asked() { return 2 * (asked_.fetch_add(1, std::memory_order_relaxed) + 1); }

  /// 1, 3, 5, ...
  std::uint64_t next_accepted() { return 2 * accepted_++ + 1; }

  /// Goes on behind this one, which a call was given.
  void resume(std::uint64_t last_asked) { asked_.store(last_asked / 2, std::memory_order_relaxed); }

  SEEDWALK_INSPECT(network_ids, asked_, accepted_)

private:
  std::atomic<std::uint64_t> asked_ = 0;
  std::uint64_t accepted_ = 0;
};

} // namespace seedwalk::net
