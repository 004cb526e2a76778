#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/runtime/actor_entry.hpp"
#include "actors/runtime/chain.hpp"
#include "actors/runtime/channel.hpp"
#include "actors/runtime/effect_kind.hpp"
#include "actors/runtime/image.hpp"
#include "actors/runtime/runtime.hpp"
#include "actors/runtime/schedule.hpp"
#include "actors/runtime/timer_queue.hpp"
#include "actors/runtime/timers.hpp"
#include "actors/runtime/world.hpp"
#include "net/base/archive.hpp"

namespace seedwalk::sim {

class coordinator;

/// The wall clock of a simulated machine is set: from `at` on it says so much more than it would
/// have. What time it really is nodes know, who have clocks of their own.
struct clock_step {
  net::steady_time at{0};
  std::chrono::seconds by{0};

  friend bool operator==(const clock_step&, const clock_step&) = default;
};

/// One program that runs in a world: an actor system, the names, numbers, timers and mailboxes'
/// bounds of its actors, and its chain. It is the runtime that its actors spawn through, their time
/// door, and, through `channels`, the sink of its doors.
///
/// It can be ended at any moment between two steps, as a crash or a power cut would, and started
/// again: under a new incarnation (`restart`), or as the same (`start`), to restore a captured
/// moment. Other processes of the world do not notice.
///
/// Actors of any CAF program can live here: those that were not spawned by `net::spawn` get the
/// name that CAF knows them by and an ordinal, and their `delayed_send`s and request timeouts
/// follow this world's time. They can be run, scheduled, hashed and killed; captured only what was
/// spawned by `net::spawn`.
///
/// The world outlives it. Threads: that of the world.
class process final : public net::runtime,
                      public net::timers,
                      public channels<process>,
                      private event_source,
                      private event_feeder {
public:
  struct options {
    /// What its actors' names begin with, where there are several: "a" gives `a/`, and `a.2/` after
    /// a restart. Empty: nothing, and `.2/`.
    std::string name;
    std::vector<clock_step>
        wall_steps; ///< When its wall clock is set, in the order of their times.
  };

  /// Starts it; no actor lives in it yet.
  explicit process(sim::world& world) : process(world, options{}) {}
  process(sim::world& world, options o);

  /// Kills what still lives.
  ~process() override;

  process(const process&) = delete;
  process& operator=(const process&) = delete;

  sim::world& world() { return world_; }
  const sim::world& world() const { return world_; }
  const std::string& name() const { return options_.name; }
  /// What the names of its root actors begin with.
  std::string prefix() const;
  /// 1, and one more with each restart.
  std::uint32_t incarnation() const { return incarnation_; }
  /// Whether it runs: between `start` and `kill`.
  bool is_up() const { return system_.has_value(); }

  /// Ends every actor at once, wherever it is; no behaviour of theirs runs, nothing leaks. What
  /// doors still deliver is dropped.
  ///
  /// Timers and numbers stay as they are, so that a captured moment can be restored.
  void kill();

  /// Starts it again, empty. Precondition: it was killed.
  void start();

  /// The same as another incarnation: nothing is left of the one before, and names are new.
  void restart();

  /// Fires a timer now; false if there is none. For a world whose timers are fired by hand.
  bool fire(net::timer_id timer);

  /// Forgets the timers of actors that are gone: after a kill that nothing is restored from.
  void drop_timers_of_the_dead();

  /// Hands a completion of any door to its owner: its bytes enter the chain, the message is the
  /// alternative that it holds.
  template <class Completion>
  void deliver(net::owner to, Completion&& completion) {
    if (!chained_)
      return pass_on(to, completion);
    scratch_.clear();
    net::byte_writer{scratch_}(completion);
    deliver_archived(to, std::forward<Completion>(completion), scratch_);
  }

  /// The same for a driver that has the archived bytes at hand.
  template <class Completion>
  void deliver_archived(net::owner to, Completion&& completion, net::byte_view archived) {
    note_completion(to, net::door_number<std::remove_cvref_t<Completion>>, archived);
    pass_on(to, completion);
  }

  // -- the chain: what its actors did and were told

  /// Adds an effect: called by the doors' decorators.
  void note_effect(effect_kind kind, std::uint64_t a, std::uint64_t b = 0) {
    if (!chained_)
      return;
    chain_.mix(static_cast<std::uint64_t>(kind));
    chain_.mix(a);
    chain_.mix(b);
  }
  void note_effect(net::byte_view data) {
    if (chained_)
      chain_.mix(data);
  }

  /// Adds an effect that is more than two numbers.
  template <class... Ts>
  void note_archived(effect_kind kind, const Ts&... arguments) {
    if (!chained_)
      return;
    chain_.mix(static_cast<std::uint64_t>(kind));
    chain_writer{chain_}(arguments...);
  }

  const chain& run_chain() const { return chain_; }
  std::uint64_t steps() const { return steps_; }

  /// Actors alive and enrolled, observers included.
  std::size_t actors() const { return by_owner_.size(); }
  /// Actors of any kind that it keeps account of; the dead among them go in time.
  std::size_t known() const { return by_actor_.size(); }
  /// The name of an enrolled actor; empty if unknown.
  std::string name_of(net::owner owner) const;
  /// All that an enrolled actor knows, as JSON; empty if unknown. Between steps.
  std::string state_of(net::owner owner) const;

  // -- capture and restore

  /// Whether a capture has the observers too: what restores a moment wants them, what compares two
  /// moments does not.
  enum class captured_set : std::uint8_t { without_observers, with_observers };

  /// The states of all enrolled actors, by number. Precondition: the world is idle.
  std::vector<captured_actor>
  capture(captured_set captured = captured_set::without_observers) const;

  /// All that it knows but its observers, right after a step. `parts` belong to it. Precondition:
  /// the world is idle.
  process_image image(const image_parts& parts) const;

  /// Goes on from an image: all of it but the actors, who are to be brought back next, and the
  /// parts. Precondition: no actor has lived in it, it is the only process of its world, and no
  /// schedule decides there.
  void restore(const process_image& from);

  /// Makes the next `enrol` of `id` go on with these counts.
  void resume_counts(net::owner id, event_counts counts) { resumed_[id.id] = std::move(counts); }

  // -- net::timers
  net::instant now() const override;
  net::timer_id start(std::chrono::nanoseconds delay, net::owner owner) override;
  void cancel(net::timer_id id) override;

  // -- net::runtime
  caf::actor_system& system() override { return *system_; }
  net::owner next_owner() override { return net::owner{++last_owner_}; }
  void enrol(net::enrolment actor) override;
  void started(net::owner) override {} // messages wait for a step of their own anyway
  void retire(net::owner owner) override;
  void note_failure(net::owner owner, std::string_view text) override;

protected:
  bool wants_payloads(net::owner to) const override;
  void note_payload(const net::bytes& payload) override { chain_.mix(payload); }
  void enqueue(net::owner to, caf::mailbox_element_ptr message) override;

private:
  friend class coordinator;
  friend class world;

  /// A timer whose turn is in the schedule's hands.
  struct imminent_timer {
    timer_queue::due_timer timer;
    schedule::handle event;
  };

  // event_source and event_feeder: timers
  void on_due(std::uint64_t timer) override;
  std::optional<net::steady_time> next_due() const override;
  void feed(net::steady_time horizon) override;

  void advance(net::instant to);
  void became_runnable(caf::resumable* resumable);
  void push(actor_entry& actor);
  message_origin origin_of_next(actor_entry& actor);
  message_origin count(actor_entry* from, std::uint64_t origin, actor_entry& to);
  void run(actor_entry& actor, event_names event);
  void run_unwatched();
  void resume(actor_entry& actor);
  void close();
  void release_graveyard();
  void drop_dead_entries();
  void forget(actor_entry& actor);
  void label(const actor_entry& entry);
  void announce(const actor_entry& to, const message_origin& from,
                const caf::mailbox_element& message);
  std::vector<actor_entry*> take_runnable();
  void note_now();
  void note_loud_observer(const actor_entry& to);
  void note_full_mailbox(const actor_entry& of);
  void note_completion(net::owner to, std::uint8_t door, net::byte_view bytes);
  void add_unwatched(actor_entry* actor);
  actor_entry& entry_of(caf::scheduled_actor& actor);
  actor_entry* find(net::owner owner);
  const char* name_message(actor_entry& actor, std::uint64_t& hash,
                           const caf::type_erased_tuple*& content);
  template <class Completion>
  void pass_on(net::owner to, Completion& completion) {
    std::visit([&](auto& message) { send(to, std::move(message)); }, completion);
  }

  sim::world& world_;
  const options options_;
  const bool chained_;
  const schedule::group group_;
  std::uint32_t incarnation_ = 1;
  std::unique_ptr<caf::actor_system_config> config_;
  std::optional<caf::actor_system> system_;
  coordinator* coordinator_ = nullptr; ///< Of the actor system, while there is one.

  chain chain_;
  net::instant noted_now_; ///< What the chain has of time.
  std::uint64_t steps_ = 0;
  timer_queue timers_;
  // order never seen: asked by number; code that needs an order sorts
  std::unordered_map<std::uint64_t, imminent_timer> imminent_;
  std::uint64_t last_owner_ = 0;
  std::uint64_t born_ = 0;
  std::size_t wall_steps_made_ = 0;
  std::chrono::seconds wall_ahead_{0}; ///< By them.
  bool is_dying_ = false;
  bool is_closing_ = false;
  bool in_observer_ = false;
  actor_entry* receiver_ = nullptr;        ///< Who is being sent to right now: not looked up twice.
  std::size_t entries_before_drop_ = 1024; ///< Dead entries are looked for beyond so many.
  net::bytes scratch_;
  actor_entry* running_ = nullptr; ///< Whose step runs.
  std::string running_name_;       ///< Of the actor whose step runs, kept for listeners.

  // Order never seen: asked by number only; code that needs one sorts.
  std::unordered_map<std::uint64_t, actor_entry*> by_owner_;
  std::unordered_map<const caf::resumable*, std::unique_ptr<actor_entry>> by_actor_;
  std::unordered_map<std::uint64_t, event_counts> resumed_;
  std::map<std::string, std::uint64_t> ordinals_;
  std::vector<actor_entry*> unwatched_due_;
  std::vector<actor_entry*> large_; ///< Those that hear from many: who is gone is forgotten there.
  std::vector<caf::resumable*> graveyard_;
};

} // namespace seedwalk::sim
