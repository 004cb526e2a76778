#pragma once

#include <compare>
#include <cstdint>

#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// Names the actor that a completion or a message is for: the number under which a `runtime` knows
/// it.
///
/// Numbers are given in the order of spawning, which is the same in every run of the same inputs,
/// and never twice. 0 is nobody: what is addressed to it is dropped.
struct owner {
  std::uint64_t id = 0;

  friend auto operator<=>(const owner&, const owner&) = default;

  SEEDWALK_INSPECT(owner, id)
};

inline constexpr owner nobody{};

} // namespace seedwalk::net
