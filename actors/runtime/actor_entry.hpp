#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>

#include "actors/runtime/runtime.hpp"
#include "actors/runtime/schedule.hpp"
#include "net/base/fifo.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::sim {

class process;

/// Counts by name, for a few names.
class few_counts {
public:
  static constexpr std::size_t most = 16;

  /// One more of `name`; how many there were before. Nothing if it is one more name than fit.
  std::optional<std::uint64_t> next(std::uint64_t name) {
    for (auto& [known, count] : counts_)
      if (known == name)
        return count++;
    if (counts_.size() == most)
      return std::nullopt;
    if (counts_.empty())
      counts_.reserve(4);
    counts_.emplace_back(name, 1);
    return 0;
  }

  auto begin() const { return counts_.begin(); }
  auto end() const { return counts_.end(); }
  void clear() { counts_.clear(); }

  SEEDWALK_INSPECT(few_counts, counts_)

private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> counts_;
};

/// How many messages came from each origin: what makes the names of an actor's events.
class origin_counts {
public:
  /// One more; how many there were before.
  std::uint64_t next(std::uint64_t origin) {
    if (!many_.empty())
      return many_[origin]++;
    if (const auto known = few_.next(origin))
      return *known;
    many_.insert(few_.begin(), few_.end());
    few_.clear();
    return many_[origin]++;
  }

  /// An origin that never comes again.
  void forget(std::uint64_t origin) { many_.erase(origin); }

  /// True where forgetting is worth while.
  bool is_large() const { return !many_.empty(); }

  SEEDWALK_INSPECT(origin_counts, few_, many_)

private:
  few_counts few_;
  std::unordered_map<std::uint64_t, std::uint64_t> many_; // order never seen: asked by origin alone
};

/// Where a message in a mailbox comes from: the `nth` from there.
struct message_origin {
  std::uint64_t origin = 0;
  std::uint64_t nth = 0;
  std::uint64_t cause = 0; ///< The number of the turn that sent it: see `schedule::turn_cause`.
};

/// What the names of an actor's events go on from.
struct event_counts {
  few_counts told;
  origin_counts heard;
  std::uint64_t timers_started = 0;

  SEEDWALK_INSPECT(event_counts, told, heard, timers_started)
};

/// What a process knows of one actor.
struct actor_entry {
  /// `id` is `nobody` for an actor that never enrolled; its name is CAF's and an ordinal.
  net::enrolment enrolled;
  sim::process* process = nullptr;
  std::uint64_t born = 0; ///< In the order in which the process came to know its actors.
  std::uint64_t name_hash = 0;
  std::size_t waiting = 0; ///< Messages sent by `runtime::send` and not yet taken.
  caf::weak_actor_ptr weak;
  caf::scheduled_actor* actor = nullptr; ///< Valid while runnable or enrolled.
  bool retired = false;
  bool internal = false; ///< One of the two that CAF runs for itself in every actor system.

  // In simulated worlds alone: what names its events. How many messages came from an actor, that
  // one counts for its first receivers, since a connection tells few, and the manager hears from
  // thousands; the receiver counts all others.
  few_counts told;
  origin_counts heard;
  net::fifo<message_origin> origins; ///< Of the messages that wait, sent by `runtime::send`.
  schedule::lane timers;
  std::uint64_t timers_started = 0;

  const std::string& name() const { return enrolled.name; }
  /// What it is one of; CAF's name for those that never enrolled.
  std::string_view kind() const {
    return enrolled.kind.empty() ? std::string_view{actor->name()} : enrolled.kind;
  }

  /// True if its messages are no steps.
  bool unwatched() const { return internal || enrolled.observer; }
};

} // namespace seedwalk::sim
