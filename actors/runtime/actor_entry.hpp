#pragma once

#include <cstdint>
#include <string>

#include <caf/actor_control_block.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>

#include "actors/runtime/runtime.hpp"

namespace seedwalk::sim {

/// What a world knows of one actor.
struct actor_entry {
  /// `id` is `nobody` for an actor that never enrolled; its name is CAF's and an ordinal.
  net::enrolment enrolled;
  std::uint64_t born = 0; ///< In the order in which the world came to know its actors.
  std::uint64_t name_hash = 0;
  std::uint64_t activations = 0; ///< How often it became runnable.
  std::size_t waiting = 0;       ///< Messages sent by `runtime::send` and not yet taken.
  caf::weak_actor_ptr weak;
  caf::scheduled_actor* actor = nullptr; ///< Valid while runnable or enrolled.
  caf::execution_unit* unit = nullptr;   ///< Of the actor system it lives in.
  bool retired = false;
  bool internal = false; ///< One of the two that CAF runs for itself in every actor system.

  const std::string& name() const { return enrolled.name; }

  /// True if its messages are no steps.
  bool unwatched() const { return internal || enrolled.observer; }
};

} // namespace seedwalk::sim
