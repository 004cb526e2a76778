#pragma once

#include <cstdint>

#include "net/base/owner.hpp"

namespace seedwalk::net {

/// Where a door puts what came of its calls: `Completion` is the door's own type, a variant of all
/// that it can say. The sink alone delivers to actors, between two steps, so that one place sees
/// every input of a run.
///
/// Threads: any. A sink that is handed completions by other threads keeps the order in which each
/// of them called.
template <class Completion>
class sink {
public:
  virtual ~sink() = default;
  virtual void deliver(owner to, Completion&& completion) = 0;
};

/// The number of the door whose completions are of this type. Each door specialises it beside that
/// type. Recordings store the numbers, so each is given once and for ever:
/// 0 network, 1 storage, 2 control; those from 128 on are for doors of other programs.
template <class Completion>
struct not_a_door; // said of a type for which `door_number` was not specialised
template <class Completion>
inline constexpr std::uint8_t door_number = not_a_door<Completion>::number;

} // namespace seedwalk::net
