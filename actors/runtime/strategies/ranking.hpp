#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "actors/runtime/strategies/message_order.hpp"

namespace seedwalk::sim {

class run_profile;

/// How the next event is chosen among those that compete. Stored by number: append only.
enum class strategy : std::uint8_t {
  fifo,      ///< By due time, then in the order in which they came up: what production does.
  uniform,   ///< By due time and a draw below `behind`, keyed by the event's name.
  pct,       ///< A priority for each source; a few drawn events drop theirs (`pct.hpp`).
  pctcp,     ///< The same for chains of causes (`pctcp.hpp`).
  pos,       ///< A priority for each event, drawn anew after a race (`pos.hpp`).
  urw,       ///< By the number of events that each led to in an earlier run (`walk.hpp`).
  surw,      ///< The same, of messages to one drawn target alone (`walk.hpp`).
  pairs,     ///< Makes orders of messages that no run had yet (`pairs.hpp`).
  portfolio, ///< One of the others, drawn by the seed (`portfolio.hpp`).
};

/// An event that is there: a message that was sent, or something put into a lane.
struct pending_event {
  std::uint64_t name = 0;
  std::uint64_t source = 0;   ///< The receiving actor's name, or the key of its lane.
  std::uint64_t sender = 0;   ///< The actor or lane whose turn sent it; 0: nobody's.
  std::uint64_t cause = 0;    ///< The event in whose turn that was; 0: none.
  std::uint64_t previous = 0; ///< The one before it that has to come first; 0: none.
  std::uint64_t type = 0;     ///< Of the message; 0 of a lane's.
  std::uint64_t kind = 0;     ///< Of the receiver and the message, without who it is.
  bool is_step = false;       ///< A message to an actor.
};

/// One that may be chosen: the next of its source.
struct candidate {
  std::uint64_t name = 0;
  std::uint64_t source = 0;
  bool is_step = false;
};

/// What a ranking says of a candidate. The least goes first.
struct rank_value {
  std::uint64_t value = 0;
  /// Of those that race, `value` is how long they still take: it runs while they may be chosen, and
  /// the one that is through first goes. One alone of them competes with those that do not race, by
  /// `ranking::rank_in_race`.
  bool races = false;
};

/// A strategy that ranks: told what happens, it says how candidates compare. Which of them may be
/// chosen now, as time and `behind` have it, is not its concern: `contest` holds them in order.
///
/// All that it draws is drawn from its own seed and the names of events and sources. Each call is
/// O(log n). One thread.
class ranking {
public:
  virtual ~ranking() = default;

  /// An event is there; its cause is the event whose turn it is.
  virtual void on_pending(const pending_event&) {}
  /// It was taken back and never has a turn.
  virtual void on_withdrawn(const candidate&) {}
  /// From now on a candidate may be chosen.
  virtual rank_value rank(const candidate& one) = 0;
  /// A candidate is none any more, and has no turn now.
  virtual void on_left(const candidate&) {}
  /// It is the first. True: its rank is another now, and the choice is made again; each candidate
  /// can be put off a bounded number of times.
  virtual bool puts_off(const candidate&) { return false; }
  /// It has its turn now.
  virtual void on_taken(const candidate&) {}
  /// See `rank_value`.
  virtual std::uint64_t rank_in_race(std::uint64_t) const { return 0; }

  /// Sources whose candidates, if they have any, are to be ranked anew; the list is emptied.
  std::vector<std::uint64_t> take_changed() { return std::exchange(changed_, {}); }
  bool has_changed() const { return !changed_.empty(); }

protected:
  std::vector<std::uint64_t> changed_;
};

/// What a ranking begins with.
struct ranking_options {
  sim::strategy strategy = strategy::pct;
  std::uint64_t seed = 1;
  std::uint32_t depth = 3;
  /// Of an earlier run; null: nothing is known of any.
  std::shared_ptr<const run_profile> profile = nullptr;
  std::vector<message_order> wanted = {}; ///< Of `pairs`.
};

/// Null for fifo and uniform, which `schedule` does itself.
std::unique_ptr<ranking> make_ranking(const ranking_options& o);

} // namespace seedwalk::sim
