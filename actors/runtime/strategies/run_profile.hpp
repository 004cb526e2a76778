#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/runtime/strategies/ranking.hpp"

namespace seedwalk::sim {

/// What one run tells a later one: which events there were, by name, and which led to which. `pct`
/// and `pctcp` ask how many, `urw` and `surw` what each led to. A value; it costs some 80 bytes an
/// event.
///
///     world::options o{.seed = 1, .order = {.keeps_profile = true}};
///     ...                                                    // run it
///     o.order.profile = std::make_shared<const run_profile>(world.events().profile());
///     o.order.keeps_profile = false;
///     o.schedule = strategy::urw;                            // and run another
class run_profile {
public:
  /// Of an event, or a mean.
  using weight = std::uint32_t;

  /// A number for each event of the run, found by its name; for others the mean of their kind.
  class weights {
  public:
    weight of(const pending_event& one) const;

  private:
    friend class run_profile;
    const run_profile* of_ = nullptr;
    std::vector<weight> by_index_;
    std::unordered_map<std::uint64_t, weight> by_kind_; // order never seen: asked by kind alone
    weight mean_ = 0;
  };

  /// What may be aimed at: an actor, or the messages of one type to it.
  struct target {
    std::uint64_t source = 0;
    std::uint64_t type = 0; ///< 0: all of them.
    std::uint64_t name() const;
    bool includes(std::uint64_t to, std::uint64_t of_type) const {
      return to == source && (type == 0 || of_type == type);
    }
  };

  /// How many events had a turn.
  std::uint64_t turns() const { return turns_; }

  /// How many events each led to in the end, itself included.
  weights led_to() const { return weigh(nullptr); }
  /// How many messages to `aim` each led to in the end, itself not included.
  weights led_to(const target& aim) const { return weigh(&aim); }

  /// Actors, and types of their messages, that got two messages whose order was not settled, in the
  /// order of the second: two of different senders, and one did not lead to the other.
  std::vector<target> targets() const;

  /// What each actor took directly before what; each order once.
  std::vector<message_order> orders() const;
  /// Orders of two kinds of messages, or of one with itself, that were not settled, in both
  /// directions; each once.
  std::vector<message_order> races() const;

  /// Events whose turn sent a message of this kind to this actor.
  struct senders {
    std::unordered_set<std::uint64_t> names; // order never seen: asked by name
    /// For events that the run had not: of the same source and kind. Order never seen, either.
    std::unordered_set<std::uint64_t> alike;
    static std::uint64_t likeness(std::uint64_t source, std::uint64_t kind) {
      return name_from("alike", source, kind);
    }
  };
  senders senders_of(std::uint64_t actor, std::uint64_t kind) const;
  /// Whether an event of that name was there.
  bool has(std::uint64_t name) const { return by_name_.contains(name); }

private:
  friend class profile_keeper;
  class descent;

  struct event {
    std::uint64_t source = 0;
    std::uint64_t sender = 0;
    std::uint64_t type = 0;
    std::uint64_t kind = 0;
    std::uint32_t cause = 0; ///< Where it stands here, and one more; 0: none.
    bool is_step = false;
    bool had_turn = false;
  };

  weights weigh(const target* aim) const;

  std::uint64_t turns_ = 0;
  std::vector<event> events_;                                ///< Behind their causes.
  std::unordered_map<std::uint64_t, std::uint32_t> by_name_; // order never seen: asked by name
};

/// Makes the profile of a run while it runs.
class profile_keeper {
public:
  void on_pending(const pending_event& one);
  void on_taken(std::uint64_t name);
  const run_profile& profile() const { return profile_; }

private:
  run_profile profile_;
};

} // namespace seedwalk::sim
