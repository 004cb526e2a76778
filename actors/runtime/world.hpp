#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/runtime/actor_entry.hpp"
#include "actors/runtime/chain.hpp"
#include "actors/runtime/channel.hpp"
#include "actors/runtime/effect_kind.hpp"
#include "actors/runtime/run_queue.hpp"
#include "actors/runtime/runtime.hpp"
#include "actors/runtime/timer_queue.hpp"
#include "actors/runtime/timers.hpp"

namespace caf {
class actor_system_config;
}

namespace seedwalk::sim {

class coordinator;

/// Hears of everything that enters a world and of each step: a recorder, a trace.
class world_listener {
public:
  virtual ~world_listener() = default;
  /// Time moves to `now`, before the step with number `next_step`.
  virtual void on_advance(std::uint64_t next_step, net::instant now) = 0;
  /// A completion, as archived, for `to`; `door` is its `net::door_number`.
  virtual void on_completion(std::uint64_t next_step, net::owner to, std::uint8_t door,
                             net::byte_view what) = 0;
  /// The step is over. `actor` and `message` name who did what.
  virtual void on_step(std::uint64_t step, const chain& so_far, std::string_view actor,
                       std::string_view message) = 0;
};

/// Where actors live: names, mailboxes' bounds, the order of their steps, their timers, and the
/// run's chain.
///
/// A world belongs to one thread and runs its actors one message at a time. It takes the place of
/// CAF's scheduler in one or several actor systems (`attach`), and it does not know where
/// completions and time come from: a driver calls `advance`, `deliver` and `step`, in an order that
/// makes the run what it is. Live, recorded, simulated and replayed runs differ in their drivers
/// and doors alone.
///
/// Actors of any CAF program can live here: those that were not spawned by `net::spawn` get the
/// name that CAF knows them by and an ordinal, and their `delayed_send`s and request timeouts
/// follow this world's time. They can be run, scheduled, hashed and killed; captured only what was
/// spawned by `net::spawn`.
class world final : public net::runtime, public net::timers, public channels<world> {
public:
  struct options {
    std::uint64_t seed = 1;
    strategy schedule = strategy::fifo;
    bool deep = false;            ///< Message payloads enter the chain too.
    std::chrono::seconds wall{0}; ///< The wall clock at steady time 0.
    /// False: nothing enters the chain, and nobody may listen. What a run does is the same; a
    /// twentieth of a crawl's CPU time is saved where nobody would compare the chain.
    bool chained = true;
  };

  explicit world(options o);
  ~world() override;
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  /// Makes this world the scheduler of the actor system built from `config`. The world must outlive
  /// that system.
  void attach(caf::actor_system_config& config);

  const options& settings() const { return options_; }

  // -- what a driver calls, between steps

  /// Runs one message of one actor; false if no actor has one.
  bool step();

  /// True if no actor has a message.
  bool idle() const { return queue_.empty() && unwatched_due_.empty(); }

  /// Moves time, and fires what is due. Steady time never goes back; wall time may.
  void advance(net::instant to);

  /// When the first timer is due, in steady time.
  std::optional<net::steady_time> next_timer() const;

  /// Hands a completion of any door to its owner: its bytes enter the chain, the message is the
  /// alternative that it holds.
  template <class Completion>
  void deliver(net::owner to, Completion&& what) {
    if (!options_.chained)
      return pass_on(to, what);
    scratch_.clear();
    net::byte_writer{scratch_}(what);
    deliver_archived(to, std::forward<Completion>(what), scratch_);
  }

  /// The same for a driver that has the archived bytes at hand.
  template <class Completion>
  void deliver_archived(net::owner to, Completion&& what, net::byte_view archived) {
    note_completion(to, net::door_number<std::remove_cvref_t<Completion>>, archived);
    pass_on(to, what);
  }

  /// Adds an effect to the chain: called by the doors' decorators.
  void note_effect(effect_kind kind, std::uint64_t a, std::uint64_t b = 0) {
    if (!options_.chained)
      return;
    chain_.mix(static_cast<std::uint64_t>(kind));
    chain_.mix(a);
    chain_.mix(b);
  }
  void note_effect(net::byte_view data) {
    if (options_.chained)
      chain_.mix(data);
  }

  /// Adds an effect that is more than two numbers.
  template <class... Ts>
  void note_archived(effect_kind kind, const Ts&... arguments) {
    if (!options_.chained)
      return;
    chain_.mix(static_cast<std::uint64_t>(kind));
    chain_writer{chain_}(arguments...);
  }

  /// `listener` (null: nobody) hears of everything from now on. Precondition: null, or chained.
  void listen(world_listener* listener) { listener_ = listener; }

  std::uint64_t steps() const { return steps_; }

  /// The newest step by names that stay when others go: the actor's hash and its nth activation.
  /// What is drawn for a step is keyed by this, and not by the step's number.
  struct step_key {
    std::uint64_t actor = 0;
    std::uint64_t activation = 0;
  };
  const step_key& last_step() const { return last_step_; }
  std::uint64_t hash() const { return chain_.value(); }
  const chain& run_chain() const { return chain_; }

  /// What went wrong that no actor can be asked about: exceptions, mailboxes over their bound,
  /// observers that spoke.
  const std::vector<std::string>& violations() const { return violations_; }
  std::uint64_t failures() const { return failures_; }

  /// Actors alive and enrolled, observers included.
  std::size_t actors() const { return by_owner_.size(); }
  /// Actors of any kind that the world keeps account of; the dead among them go in time.
  std::size_t known() const { return by_actor_.size(); }
  /// The name of an enrolled actor; empty if unknown.
  std::string name_of(net::owner who) const;

  // -- capture and restore

  /// One captured actor.
  struct captured_actor {
    net::owner id;
    std::string name;
    std::string kind;
    std::uint64_t activations = 0;
    net::bytes state;
  };

  /// Whether a capture has the observers too: what restores a moment wants them, what compares two
  /// moments does not.
  enum class captured_set : std::uint8_t { without_observers, with_observers };

  /// The states of all enrolled actors, by number. Precondition: idle().
  std::vector<captured_actor> capture(captured_set who = captured_set::without_observers) const;

  /// Ends every actor of every attached system at once, wherever it is; no behaviour of theirs
  /// runs, nothing leaks. The systems can then be destroyed. What doors still deliver is dropped.
  ///
  /// Timers and numbers stay as they are, so that a captured moment can be restored in a new
  /// system.
  void kill();

  /// The same for the actors of one system; the others do not notice.
  void kill(const caf::actor_system& which);

  /// Forgets the timers of actors that are gone: after a kill that nothing is restored from.
  void drop_timers_of_the_dead();

  /// Makes the next `enrol` of `id` carry on its count of activations, so that keyed draws go on
  /// where they were.
  void resume_activations(net::owner id, std::uint64_t activations) {
    resumed_[id.id] = activations;
  }

  // -- net::timers
  net::instant now() const override { return now_; }
  net::timer_id start(std::chrono::nanoseconds delay, net::owner who) override;
  void cancel(net::timer_id id) override;

  // -- net::runtime
  caf::actor_system& system() override;
  net::owner next_owner() override { return net::owner{++last_owner_}; }
  void enrol(net::enrolment actor) override;
  void started(net::owner) override {} // messages wait for a step of their own anyway
  void retire(net::owner who) override;
  void note_failure(net::owner who, std::string_view what) override;

protected:
  bool wants_payloads(net::owner to) const override;
  void note_payload(const net::bytes& payload) override { chain_.mix(payload); }
  void enqueue(net::owner to, caf::mailbox_element_ptr message) override;

private:
  friend class coordinator;

  void became_runnable(caf::resumable* what, coordinator& where);
  void run_unwatched();
  void resume(actor_entry& actor);
  void close(coordinator& which);
  void kill(coordinator& which);
  void release_graveyard();
  void drop_dead_entries();
  void note_violation(std::string what);
  void forget(actor_entry& actor);
  template <class Completion>
  void pass_on(net::owner to, Completion& what) {
    std::visit([&](auto& message) { send(to, std::move(message)); }, what);
  }
  void note_completion(net::owner to, std::uint8_t door, net::byte_view what);
  actor_entry& entry_of(caf::scheduled_actor& actor, coordinator& where);
  const char* name_message(caf::scheduled_actor& actor, std::uint64_t& hash);

  options options_;
  run_queue queue_;
  timer_queue timers_;
  net::instant now_;
  chain chain_;
  std::uint64_t steps_ = 0;
  step_key last_step_;
  std::uint64_t last_owner_ = 0;
  std::uint64_t failures_ = 0;
  coordinator* killed_ = nullptr; ///< Whose actors are being ended right now.
  bool in_observer_ = false;
  actor_entry* receiver_ = nullptr; ///< Who is being sent to right now: not looked up twice.
  coordinator* closing_ = nullptr;
  std::uint64_t born_ = 0;
  std::size_t entries_before_drop_ = 1024; ///< Dead entries are looked for beyond so many.
  world_listener* listener_ = nullptr;
  net::bytes scratch_;
  std::string running_name_; ///< Of the actor whose step runs, kept for the listener.

  std::vector<coordinator*> coordinators_; ///< The last one attached takes new actors.
  // Order never seen: asked by number only; whoever needs one sorts.
  std::unordered_map<std::uint64_t, actor_entry*> by_owner_;
  std::unordered_map<const caf::resumable*, std::unique_ptr<actor_entry>> by_actor_;
  std::unordered_map<std::uint64_t, std::uint64_t> resumed_;
  std::map<std::string, std::uint64_t> ordinals_;
  std::vector<actor_entry*> unwatched_due_;
  std::vector<caf::resumable*> graveyard_;
  std::vector<std::string> violations_;
};

} // namespace seedwalk::sim
