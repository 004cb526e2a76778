#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/runtime/strategies/ranking.hpp"

namespace seedwalk::sim {

/// Partial order sampling (Yuan, Yang and Gu, CAV 2018): each pending event has a priority, the
/// highest runs, and then those that race with it draw anew. An event races with the one that ran
/// if it is of the same source, or if its actor has in this run sent to an actor that the one that
/// ran sent to.
///
/// Of one source only the first event competes, and each that ran makes the rest draw anew: so it
/// is enough to draw when an event becomes the first. A draw costs O(log n) for each that draws
/// anew, and looking for them is O(ready actors) for each message of the step that ran.
class pos final : public ranking {
public:
  explicit pos(std::uint64_t seed) : seed_(seed) {}

  void on_pending(const pending_event& one) override;
  rank_value rank(const candidate& one) override;
  void on_left(const candidate& one) override;
  void on_taken(const candidate& one) override;

private:
  std::uint64_t seed_;
  std::uint64_t ran_ = 0; ///< The event that ran last.
  /// By source: what its next draw is keyed by beside the event's name.
  std::unordered_map<std::uint64_t, std::uint64_t> raced_with_; // order never seen: asked by source
  std::unordered_set<std::uint64_t> has_sent_;   // order never seen: (from, to), asked alone
  std::map<std::uint64_t, std::uint64_t> ready_; ///< Actors, and which event each would run.
};

} // namespace seedwalk::sim
