#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/runtime/draws.hpp"
#include "actors/runtime/strategies/ranking.hpp"
#include "actors/runtime/turn_queue.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::sim {

struct actor_entry;
class contest;
class profile_keeper;

/// Something in a simulated world that acts when virtual time comes to it: a link, a timer, a disk.
class event_source {
public:
  virtual ~event_source() = default;

  /// An event that this source put into the schedule has its turn. `payload` is its own.
  virtual void on_due(std::uint64_t payload) = 0;
};

/// Who has events that are not in the schedule yet: timers, which are mostly cancelled before they
/// are due.
class event_feeder {
public:
  virtual ~event_feeder() = default;

  /// When the first of them is due.
  virtual std::optional<net::steady_time> next_due() const = 0;

  /// Puts those into the schedule that are due by `horizon`.
  virtual void feed(net::steady_time horizon) = 0;
};

/// An event, and where its message comes from.
struct event_names {
  std::uint64_t name = 0;
  std::uint64_t origin = 0;
  std::size_t passed_over = 0; ///< See `schedule::turn`.
  std::uint64_t cause = 0;     ///< The same.
};

/// A decision against fifo: `taken` went before `head`, whose turn it would have been.
struct departure {
  std::uint64_t taken = 0;
  std::uint64_t head = 0;
  std::uint64_t after = 0; ///< So many steps of actors.
  friend bool operator==(const departure&, const departure&) = default;
};

/// What a schedule does. Times are virtual.
struct schedule_options {
  sim::strategy strategy = strategy::fifo;
  /// Of `pct` and `pctcp`: the depth of the bugs that are looked for.
  std::uint32_t depth = 3;
  /// What an earlier run tells the strategies that ask for it; null: nothing.
  std::shared_ptr<const run_profile> profile = nullptr;
  /// Of `pairs`: what it tries to make; empty: what the earlier run had not.
  std::vector<message_order> wanted = {};
  /// This run tells a later one: `schedule::profile`.
  bool keeps_profile = false;
  /// Events due within so much from now compete with those that are due. Taking one moves time.
  net::steady_time ahead{0};
  /// Nobody who is due is passed over for longer. `steady_time::max()`: unbounded.
  net::steady_time behind{64'000};
  /// Departures to make again while `strategy` is fifo. Each is made where its head is next and the
  /// event that it took competes; one whose event never comes up stays unused.
  std::vector<departure> given = {};
  /// Departures are written down, and names have texts.
  bool keeps_departures = false;

  friend bool operator==(const schedule_options&, const schedule_options&) = default;
};

/// Who goes next in a simulated world: the one place that decides it, for actors, links, dials,
/// timers, disks and operators alike.
///
/// An event has a name that stays (see `draws`) and a due time. Events of one `lane` keep their
/// order: only the first of them competes. Actors compete in the group of their process, which is
/// occupied while the cost of its last step lasts: until then no actor of that process runs, and
/// nobody else waits for that.
///
/// fifo and uniform are chosen here; where another strategy is asked for, a `contest` chooses, by a
/// `ranking`. Choosing costs O(log n), and O(processes). One thread. It has the time of its world.
class schedule {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

public:
  /// An event that is in the schedule; a stale one is recognised.
  struct handle {
    std::uint32_t slot = none;
    std::uint32_t generation = 0;
  };

  /// An order that is kept, as of the bytes in one direction of one connection. A value: what has
  /// been put under it stays when it goes.
  struct lane {
    std::uint64_t key = 0;   ///< From `name_from`.
    std::uint64_t count = 0; ///< Events put so far.
    net::steady_time last{0};
    handle tail;

    static lane named(std::uint64_t name) {
      lane result;
      result.key = name;
      return result;
    }
  };

  using group = std::uint32_t;

  /// What is next.
  struct turn {
    enum class kind : std::uint8_t {
      time,  ///< Nothing before `when`: time moves there.
      event, ///< `source->on_due(payload)`.
      actor, ///< One message of `actor`.
    };
    kind is = kind::time;
    net::steady_time when{0};
    std::uint64_t name = 0;
    std::uint64_t key = 0;    ///< Of its lane, or the actor's name.
    std::uint64_t origin = 0; ///< Where an actor's message comes from.
    /// So many actors of its group were ready before it, and wait. 0 unless they are counted.
    std::size_t passed_over = 0;
    std::uint64_t cause = 0; ///< See `turn_cause`.
    event_source* source = nullptr;
    std::uint64_t payload = 0;
    actor_entry* actor = nullptr;
    group owning_group = none;
  };

  schedule(std::uint64_t seed, std::chrono::seconds wall, schedule_options options);
  ~schedule();

  /// Steady time, and the wall clock of everybody whose clock is right.
  net::instant now() const { return now_; }
  draws& draw() { return draws_; }
  const draws& draw() const { return draws_; }
  const schedule_options& settings() const { return options_; }

  /// Plans `source.on_due(payload)` for `due`, behind all that is in the lane. The source outlives
  /// the event.
  handle put(net::steady_time due, lane& in, event_source& source, std::uint64_t payload);

  /// For a source that numbers its events itself, as timers are: this is its `nth`. It comes behind
  /// those of the lane that are due no later, and before the others. A lane is filled by this or by
  /// `put`, not by both. `cause` is the number of the turn in which it was started.
  handle put_nth(net::steady_time due, lane& in, event_source& source, std::uint64_t payload,
                 std::uint64_t nth, std::uint64_t cause = 0);

  /// For those who watch: an event that waits was led to by the turn of this number, and not by
  /// that in which it was put. 0 changes nothing.
  void led_to_by(handle event, std::uint64_t number) {
    if (number != 0 && event.slot != none && slots_[event.slot].generation == event.generation)
      slots_[event.slot].cause = number;
  }

  /// Takes an event back; does nothing if it had its turn.
  void cancel(handle event);

  // -- what a world says

  group add_group();
  /// Who of a group can run: `origin` is where the message comes from, the `nth` from there, and
  /// `cause` the number of the turn in which it was sent.
  void ready(group owning_group, actor_entry* actor, std::uint64_t actor_key, std::uint64_t origin,
             std::uint64_t nth, std::uint64_t cause = 0);
  /// The group's next step begins no earlier.
  void occupy(group owning_group, net::steady_time until) {
    groups_[owning_group].busy_until = until;
  }
  /// From now on a turn says how many actors were passed over for it. Costs O(n) a step.
  void count_passed_over() { counts_passed_over_ = true; }
  /// Takes out all actors of a group, in order.
  std::vector<actor_entry*> take_group(group owning_group);
  void add_feeder(event_feeder* feeder) { feeders_.push_back(feeder); }
  void remove_feeder(event_feeder* feeder) { std::erase(feeders_, feeder); }

  /// Time moves.
  void move_to(net::instant to) { now_ = to; }

  /// Who goes next; nothing if nothing will ever happen again. An event or actor has left the
  /// schedule then.
  std::optional<turn> next();

  /// The number of the turn that runs, or of the last one that did; the first is 1. For those who
  /// watch what leads to what: nothing is decided by it, and no draw is keyed by it.
  std::uint64_t turn_number() const { return turns_; }
  /// The number of the turn in which the event that runs was put, or its message sent; 0 if that is
  /// not known.
  std::uint64_t turn_cause() const { return turn_cause_; }

  /// When the first event is due that there is now. Looks through all of them where some compete in
  /// a drawn order.
  std::optional<net::steady_time> next_due();

  /// True if no actor of any group can run.
  bool no_actor_is_ready() const { return actors_ == 0; }

  /// From now on another strategy, with draws of its own seed. Of messages that wait in a mailbox
  /// it hears when they become the first there.
  void switch_to(sim::strategy strategy, std::uint64_t seed) {
    switch_to(strategy, seed, options_.depth);
  }
  void switch_to(sim::strategy strategy, std::uint64_t seed, std::uint32_t depth);

  // -- what strategies and profiles are told besides, before `ready`

  /// Whether somebody wants to hear it.
  bool hears_of_messages() const { return hears_; }
  /// A message is under way to an actor, the `nth` from `origin`. Those that nobody announces are
  /// taken for sent when they become the first of their mailbox.
  void sent(std::uint64_t actor_key, std::uint64_t origin, std::uint64_t nth, std::uint64_t type,
            std::uint64_t kind);
  /// The turn under way leads to the `nth` event of a lane that `put_nth` will put.
  void leads_to(const lane& in, std::uint64_t nth);

  /// What this run tells a later one. Precondition: it keeps a profile.
  const run_profile& profile() const;

  // -- departures

  /// What was decided against fifo so far, in order.
  const std::vector<departure>& departures() const { return log_; }
  /// How many of those given were not made: one of their two events never came up, or the one that
  /// had gone second came too early. That the first has gone first anyway is as good.
  std::size_t unused() const { return given_ - made_; }

  /// Says what a key means, where somebody wants texts.
  template <class Text>
  void label(std::uint64_t key, Text&& text) {
    if (options_.keeps_departures)
      labels_.try_emplace(key, text());
  }
  /// The text of a key; its number in hexadecimal if nobody said what it means.
  std::string label_of(std::uint64_t key) const;
  /// The text of an event that took part in a departure; its number in hexadecimal if unknown.
  std::string text_of(std::uint64_t name) const;

private:
  struct slot {
    std::uint32_t generation = 0;
    std::uint32_t before = none; ///< Before it in its lane.
    std::uint32_t next = none;   ///< Behind it in its lane.
    bool competes = false;       ///< False: waits behind another one.
    group owning_group = none;   ///< Of an actor.
    std::uint64_t name = 0;
    std::uint64_t key = 0;    ///< Of its lane, or of the actor.
    std::uint64_t origin = 0; ///< Of an actor's message.
    std::uint64_t nth = 0;
    std::uint64_t order = 0;
    std::uint64_t cause = 0;
    net::steady_time due{0};
    event_source* source = nullptr;
    std::uint64_t payload = 0;
    actor_entry* actor = nullptr;
  };

  using place = turn_queue::place;

  struct process_group {
    turn_queue ready;
    net::steady_time busy_until{0};
  };

  bool is_ranked() const { return options_.strategy == strategy::uniform; }
  bool keeps_candidates() const { return options_.keeps_departures || given_ != 0; }
  std::uint32_t allocate();
  void release(std::uint32_t at);
  std::uint32_t add(net::steady_time due, const lane& in, event_source& source,
                    std::uint64_t payload, std::uint64_t nth);
  std::uint32_t tail_of(const lane& in) const;
  void link(std::uint32_t at, std::uint32_t before, std::uint32_t behind);
  void compete(std::uint32_t at);
  void stop_competing(std::uint32_t at);
  void begin(sim::strategy strategy, std::uint32_t depth);
  void enter_all();
  void note_candidate(std::uint32_t at);
  void forget_candidate(std::uint32_t at);
  std::uint32_t decide(std::uint32_t head, net::steady_time from);
  void announce(const pending_event& one);
  void announce_put(const slot& s);
  void advance_lane(std::uint32_t next);
  std::int64_t rank_of(const slot& s) const;
  std::int64_t rank_at(net::steady_time from, std::int64_t rank, net::steady_time runs) const;
  place place_of(std::uint32_t at) const;
  const place* top(turn_queue& of);
  net::steady_time due_of(std::uint32_t at) const;
  void promote();
  std::uint32_t choose_from(net::steady_time from);
  bool is_fed(net::steady_time by) const;
  std::optional<std::uint32_t> fifo_head() const;
  std::optional<std::uint32_t> given_instead(std::uint32_t head);
  std::optional<turn> take(std::uint32_t at);
  std::size_t ready_before(const slot& s) const;
  void note_text(const slot& s);
  void note_given(const slot& s);
  void note_turn(std::uint32_t at);

  schedule_options options_;
  draws draws_;
  std::uint64_t rank_seed_;
  bool tracks_ = false; ///< Somebody follows who competes: all that is not needed to choose.
  bool hears_ = false;  ///< Somebody follows which events lead to which.
  net::instant now_;
  std::uint64_t orders_ = 0;
  std::size_t actors_ = 0;
  std::uint64_t steps_ = 0; ///< Turns of actors so far.
  std::uint64_t turns_ = 0; ///< Of actors and events.
  std::uint64_t turn_cause_ = 0;
  bool counts_passed_over_ = false;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_;
  net::steady_time horizon_{0}; ///< What is due by then competes.
  turn_queue waiting_;          ///< Events by due time: all of them, or those beyond the horizon.
  turn_queue ready_;            ///< Ranked ones within the horizon.
  std::vector<process_group> groups_;
  std::vector<event_feeder*> feeders_;
  std::unique_ptr<contest> contest_; ///< Chooses, where neither fifo nor uniform does.
  std::unique_ptr<profile_keeper> profile_;
  std::uint64_t turn_ = 0;        ///< The name of the event whose turn it is.
  std::uint64_t turn_source_ = 0; ///< Its lane or actor.
  // order never seen: asked by name alone
  std::unordered_map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> led_to_; ///< By whom.

  // Where departures are kept or given: every candidate in the order of fifo, and by its name.
  std::set<std::tuple<net::steady_time, std::uint64_t, std::uint32_t>> by_fifo_;
  // order never seen: asked by name alone
  std::unordered_map<std::uint64_t, std::uint32_t> by_name_;
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> given_before_; // order never seen
  std::unordered_map<std::uint64_t, bool> given_taken_; ///< Has it had its turn? Order never seen.
  std::size_t given_ = 0;
  std::size_t made_ = 0;
  std::vector<departure> log_;
  std::unordered_map<std::uint64_t, std::string> labels_; // order never seen: asked by key alone
  std::unordered_map<std::uint64_t, std::string> texts_;  // order never seen: asked by name alone
};

} // namespace seedwalk::sim
