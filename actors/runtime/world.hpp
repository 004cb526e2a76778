#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/broken_rule.hpp"
#include "actors/runtime/schedule.hpp"
#include "actors/runtime/world_listener.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::sim {

class process;
struct actor_entry;

/// Where processes live: who goes next, what time it is, and who listens.
///
/// A world belongs to one thread and runs its actors one message at a time. It does not know where
/// completions and time come from: a driver calls `advance` and `step` (live, recorded and replayed
/// runs) or lets the schedule decide (`simulation`). Runtimes differ in their drivers and doors
/// alone.
class world final {
public:
  struct options {
    std::uint64_t seed = 1;
    strategy schedule = strategy::fifo; ///< Of a simulation; all others are fifo.
    bool deep = false;                  ///< Message payloads enter the chain too.
    std::chrono::seconds wall{0};       ///< The wall clock at steady time 0.
    /// False: nothing enters a chain, and nobody may listen. What a run does is the same; a
    /// twentieth of a crawl's CPU time is saved where nobody would compare the chain.
    bool chained = true;
    /// True: a timer fires when `process::fire` says so, and not because time has come to it.
    bool fired_by_hand = false;
    schedule_options order{}; ///< Of a simulation, but for `strategy`, which is `schedule`.
  };

  explicit world(options o);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  const options& settings() const { return options_; }

  /// Who goes next in a simulation; what acts in virtual time puts its events there.
  sim::schedule& events() { return events_; }
  const sim::schedule& events() const { return events_; }

  /// The processes that live here, in the order of their making.
  const std::vector<process*>& processes() const { return processes_; }

  // -- what a driver calls, between steps

  /// Runs one message of the actor whose turn it is by fifo, or of one for whom so many others are
  /// passed over; false if there is none.
  bool step(std::size_t passed_over = 0);

  /// True if no actor has a message.
  bool idle() const;

  /// Moves time, and, but in a simulation, fires what is due. Steady time never goes back; wall
  /// time may.
  void advance(net::instant to);

  /// When the first timer is due, in steady time.
  std::optional<net::steady_time> next_timer() const;

  net::instant now() const { return events_.now(); }

  /// From now on the schedule decides: called once, before there are actors.
  void simulate() { scheduled_ = true; }
  bool is_scheduled() const { return scheduled_; }

  /// One event, one step of an actor, or one jump in time, as the schedule decides. False if
  /// nothing will ever happen again. `cost` says what a step costs, by the name of its event.
  /// Precondition: simulated.
  template <class Cost>
  bool take_turn(Cost&& cost) {
    const auto turn = events_.next();
    if (!turn)
      return false;
    move_to(turn->when);
    if (turn->is == sim::schedule::turn::kind::event) {
      origin_ = turn->key;
      tell([&](world_listener& listener) { listener.on_event(turn->name, turn->key); });
      turn->source->on_due(turn->payload);
      origin_ = 0;
      run_unwatched();
    } else if (turn->is == sim::schedule::turn::kind::actor) {
      run(*turn->actor, {turn->name, turn->origin, turn->passed_over, turn->cause});
      events_.occupy(turn->owning_group, turn->when + cost(turn->name));
    }
    return true;
  }

  /// An input like any other: what is drawn for events that begin later comes from another seed.
  void reseed(std::uint64_t seed);

  /// `listener` hears of everything from now on. Precondition: chained.
  void listen(world_listener& listener) { listeners_.push_back(&listener); }
  void ignore(world_listener& listener) { std::erase(listeners_, &listener); }

  /// Steps of all processes.
  std::uint64_t steps() const { return steps_; }

  /// The chain of the only process, or all chains in one number.
  std::uint64_t hash() const;

  /// What went wrong that no actor can be asked about: exceptions, mailboxes over their bound,
  /// observers that spoke.
  const std::vector<broken_rule>& violations() const { return violations_; }
  std::uint64_t failures() const { return failures_; }

  /// Ends every actor of every process, as `process::kill` does.
  void kill();

private:
  friend class process;

  void move_to(net::steady_time to);
  void run(actor_entry& actor, event_names event);
  void run_unwatched();
  void note_violation(broken_rule rule);
  bool has_listeners() const { return !listeners_.empty(); }
  /// Calls `tell` with each listener.
  template <class Tell>
  void tell(Tell&& tell) {
    for (auto* listener : listeners_)
      tell(*listener);
  }

  options options_;
  sim::schedule events_;
  bool scheduled_ = false;
  std::deque<actor_entry*> runnable_; ///< Outside of simulations, in the order of readiness.
  std::uint64_t steps_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t origin_ = 0; ///< The name of what acts right now: an actor, a lane.
  std::size_t unwatched_due_ = 0;
  std::vector<process*> processes_;
  std::vector<world_listener*> listeners_;
  std::vector<broken_rule> violations_;
};

} // namespace seedwalk::sim
