#pragma once

#include <cstdint>
#include <string_view>

#include <caf/message.hpp>

#include "actors/runtime/broken_rule.hpp"
#include "actors/runtime/timers.hpp"
#include "net/base/bytes.hpp"
#include "net/base/instant.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::sim {

class chain;
class process;

/// A step, for listeners. Views are valid during the call.
struct step_view {
  std::uint64_t number = 0; ///< Of all steps of the world; the first is 1.
  process& in;
  const chain& so_far;      ///< Its chain; in `on_step` with this step in it.
  net::owner owner;         ///< `nobody` for an actor that was not spawned by `net::spawn`.
  std::string_view actor;   ///< Its stable name.
  std::string_view kind;    ///< Names the factory of such actors; empty as `owner`.
  std::string_view message; ///< The type of the message; empty if there is none.
  std::uint64_t event = 0;  ///< The event's name; 0 outside of simulations.
  std::uint64_t origin = 0; ///< The name of where the message comes from; as `event`.
  /// So many actors of its process were ready before it, and wait. Only where they are counted.
  std::size_t passed_over = 0;
  std::uint64_t cause = 0; ///< The number of the turn that sent the message; 0 outside simulations.
  const caf::type_erased_tuple* content = nullptr; ///< In `before_step` alone: the message.

  /// The message, if it is a T; in `before_step` alone.
  template <class T>
  const T* message_as() const {
    if (content == nullptr || content->size() != 1 || !content->match_element<T>(0))
      return nullptr;
    return &content->get_as<T>(0);
  }
};

/// Hears of everything that enters a world and of each step: a recorder, an oracle, a trace. Any
/// number of them may listen; each overrides what it wants to hear of.
class world_listener {
public:
  virtual ~world_listener() = default;

  /// Time has moved to `now`, before the step with number `next_step`.
  virtual void on_advance(std::uint64_t /*next_step*/, net::instant /*now*/) {}

  /// A completion, as archived, for `to` in a process; `door` is its `net::door_number`.
  virtual void on_completion(std::uint64_t /*next_step*/, process& /*in*/, net::owner /*to*/,
                             std::uint8_t /*door*/, net::byte_view /*what*/) {}

  /// A timer of a simulated process fires. Elsewhere they fire as time comes to them.
  virtual void on_timer(std::uint64_t /*next_step*/, process& /*in*/, net::timer_id /*timer*/) {}

  /// The world was told a new seed.
  virtual void on_reseed(std::uint64_t /*next_step*/, std::uint64_t /*seed*/) {}

  /// An event that is no step has its turn: its name, and that of the lane it is in.
  virtual void on_event(std::uint64_t /*event*/, std::uint64_t /*lane*/) {}

  /// An actor is about to take a message.
  virtual void before_step(const step_view&) {}

  /// A rule is broken that no actor can be asked about, as `world::violations` has it.
  virtual void on_violation(const broken_rule&) {}

  /// The step is over.
  virtual void on_step(const step_view&) {}
};

} // namespace seedwalk::sim
