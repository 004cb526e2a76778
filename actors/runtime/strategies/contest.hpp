#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/runtime/strategies/ranking.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::sim {

/// Who competes where a `ranking` decides, in order: it knows when each may be chosen, and the
/// ranking how they compare. A part of `schedule`, which tells it of everything.
///
/// A candidate is known by its slot of the schedule, and belongs to a group, a process, or to none.
/// Choosing costs O(log n), and O(groups); an event that may not be chosen because of `behind` can
/// cost O(log n) more than once, each time that the first due time goes back.
class contest {
public:
  static constexpr std::uint32_t no_group = UINT32_MAX;

  struct entrant {
    std::uint32_t slot = 0;
    std::uint32_t group = no_group;
    std::uint64_t order = 0; ///< Breaks ties.
    net::steady_time due{0};
    candidate event;
  };

  /// When who may be chosen.
  struct window {
    net::steady_time now{0};
    net::steady_time head{0};    ///< When the first who competes would run.
    net::steady_time horizon{0}; ///< What is due by then competes.
    net::steady_time behind{0};  ///< As `schedule_options` have it.
  };

  explicit contest(std::unique_ptr<ranking> by) : by_(std::move(by)) {}

  /// The same event may be announced twice.
  void announce(const pending_event& one);
  bool is_announced(std::uint64_t name) const { return announced_.contains(name); }
  void withdraw(const candidate& one);

  void enter(const entrant& one);
  /// It is no candidate any more.
  void leave(std::uint32_t slot);
  /// It has its turn: behind this comes `leave`, before anything that it causes.
  void take(std::uint32_t slot);

  /// Whose turn it is. `busy_until(group)` says when a group can run. Precondition: who would run
  /// at `head` has entered.
  std::uint32_t pick(const window& when,
                     const std::function<net::steady_time(std::uint32_t)>& busy_until);

private:
  struct place {
    std::uint64_t rank = 0;
    std::uint64_t order = 0;
    std::uint32_t slot = 0;
    std::uint64_t stamp = 0;
    bool operator>(const place& other) const {
      return rank != other.rank ? rank > other.rank : order > other.order;
    }
  };
  using queue = std::priority_queue<place, std::vector<place>, std::greater<>>;

  /// Candidates of one process, or of none.
  struct team {
    queue waiting; ///< By due time: those that may not be chosen yet.
    queue ranked;  ///< By what the ranking says.
    queue racing;  ///< By when they are through, by this team's clock.
    std::uint64_t clock = 0;
  };

  struct known_entrant {
    entrant is{};
    std::uint64_t stamp = 0; ///< 0: none is in this slot. Places with another one are stale.
    bool is_waiting = false;
  };

  /// The best of a team, and of those seen so far.
  struct best_places {
    std::optional<place> ranked;
    std::optional<place> racing; ///< Its rank is how long it still takes.
  };

  team& team_of(std::uint32_t group);
  void push_ranked(known_entrant& one);
  void push_waiting(known_entrant& one);
  void rank_changed();
  const place* top(queue& of);
  const place* top_by(queue& of, net::steady_time limit);
  std::uint32_t first(const window& when,
                      const std::function<net::steady_time(std::uint32_t)>& busy_until);
  void consider(team& of, net::steady_time limit, best_places& best);

  std::unique_ptr<ranking> by_;
  std::vector<known_entrant> entrants_;                        ///< By slot.
  std::vector<team> teams_;                                    ///< That of no group first.
  std::vector<team*> eligible_;                                ///< In the choice under way.
  std::unordered_map<std::uint64_t, std::uint32_t> by_source_; // order never seen: asked by source
  std::unordered_set<std::uint64_t> announced_;                // order never seen: asked by name
  std::uint64_t stamps_ = 0;
};

} // namespace seedwalk::sim
