#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>

#include "actors/runtime/runtime.hpp"
#include "actors/runtime/schedule.hpp"
#include "net/base/fifo.hpp"

namespace seedwalk::sim {

class process;

/// How many messages came from each origin: what makes the names of an actor's events. Most actors
/// hear from four or five others, a few from thousands.
class origin_counts {
public:
  /// One more; how many there were before.
  std::uint64_t next(std::uint64_t origin) {
    if (!many_.empty())
      return many_[origin]++;
    for (auto& [known, count] : few_)
      if (known == origin)
        return count++;
    if (few_.size() < few_max) {
      few_.emplace_back(origin, 1);
      return 0;
    }
    many_.insert(few_.begin(), few_.end());
    few_.clear();
    return many_[origin]++;
  }

  /// An origin that never comes again.
  void forget(std::uint64_t origin) { many_.erase(origin); }

  /// True where forgetting is worth while.
  bool is_large() const { return !many_.empty(); }

private:
  static constexpr std::size_t few_max = 16;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> few_;
  std::unordered_map<std::uint64_t, std::uint64_t> many_; // order never seen: asked by origin alone
};

/// Where a message in a mailbox comes from: the `nth` from there.
struct message_origin {
  std::uint64_t origin = 0;
  std::uint64_t nth = 0;
};

/// What the names of an actor's events go on from.
struct event_counts {
  origin_counts heard;
  std::uint64_t timers_started = 0;
};

/// What a process knows of one actor.
struct actor_entry {
  /// `id` is `nobody` for an actor that never enrolled; its name is CAF's and an ordinal.
  net::enrolment enrolled;
  process* home = nullptr;
  std::uint64_t born = 0; ///< In the order in which the process came to know its actors.
  std::uint64_t name_hash = 0;
  std::size_t waiting = 0; ///< Messages sent by `runtime::send` and not yet taken.
  caf::weak_actor_ptr weak;
  caf::scheduled_actor* actor = nullptr; ///< Valid while runnable or enrolled.
  bool retired = false;
  bool internal = false; ///< One of the two that CAF runs for itself in every actor system.

  // In simulated worlds alone: what names its events.
  origin_counts heard;
  net::fifo<message_origin> origins; ///< Of the messages that wait, sent by `runtime::send`.
  schedule::lane timers;
  std::uint64_t timers_started = 0;

  const std::string& name() const { return enrolled.name; }

  /// True if its messages are no steps.
  bool unwatched() const { return internal || enrolled.observer; }
};

} // namespace seedwalk::sim
