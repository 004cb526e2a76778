#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "store/query.hpp"
#include "store/schedule.hpp"

namespace seedwalk::actors {

/// When the database is asked who is due, for which classes, and from where on. One question is
/// under way at a time.
///
/// An answer gives the first so many of a class, and the place behind them. So a class is gone
/// through a page at a time, as slots take those who wait, and at its end it rests until the next
/// of them is due. What happens meanwhile is noted here, because it may put somebody before the
/// place: each class is in one of these stages.
///
///     resting --note, or its time has come--> front
///     front, onward --ask--> asked --note--> overtaken
///     asked --answer--> onward (there are more) | resting
///     overtaken --answer--> onward | front
///     asked, overtaken --look_from_front--> outdated --answer--> front
///     resting, onward --look_from_front--> front
///     asked, overtaken --answer that failed--> as before the question; the time of all is a second
///         from then
///
/// A crawl that is to end would not, where a pass over all endpoints takes longer than the first of
/// them stay away. So it has a last moment, and of those who were tried before it asks only for who
/// is due by then.
///
/// Bounded: three classes, one place each. A value: no clock, no draws. Threads: one at a time.
class due_questions {
public:
  /// So many due endpoints of a class are fetched ahead of their dials, for each slot ...
  static constexpr std::uint32_t fetched_per_slot = 2;
  /// ... but at least so many, ...
  static constexpr std::uint32_t fetched_min = 64;
  /// ... and the next are fetched when no more than one in this many are left: who waits keeps the
  /// slots busy, and a question is worth its price when it brings many.
  static constexpr std::uint32_t refill_fraction = 8;
  /// After an answer that failed.
  static constexpr std::chrono::seconds retry_after{1};

  /// What a question depends on, beside what is known here.
  struct moment {
    store::timestamp now{};
    std::uint32_t slots = 0;
    std::array<std::uint32_t, store::dialled_class_count> waiting{}; ///< For a dial, by dial_class.
    std::uint32_t in_pool = 0; ///< From the front of a class those come again: they are still due.
    bool quiet = false;        ///< Nobody is in the pool, and all is written.
    bool ends = false;         ///< The crawl is to end: its last moment counts.
  };

  /// The crawl begins. Who is visited from now on is due again behind its last moment.
  void begin(store::timestamp now, const store::schedule_options& schedule);

  /// The last moment is no later than if the crawl began now: the clock was set back, or intervals
  /// have changed. Of one that went on until now, and may be told to end, it is that.
  void begin_no_later(store::timestamp now, const store::schedule_options& schedule);

  /// The question to ask now, which is under way then; nothing: none is worth asking, or one is
  /// under way.
  std::optional<store::due_query> ask(const moment& at);

  /// What came back. Where nobody is due, nobody is before `not_before`.
  void answered(const store::due_answer& answer, store::timestamp not_before);

  /// Nothing could be read. True: for the first time since an answer.
  bool failed(const net::instant& now);

  /// For how long nothing could be read; 0: the last answer was one.
  net::steady_time failing_for(net::steady_time now) const;

  /// Somebody of this class became due, or may have; of any class.
  void note(store::dial_class queue);
  void note_all();

  /// Somebody may be due before the place, also that of an answer which is under way.
  void look_from_front(store::dial_class queue);

  /// The same of all classes; they were made due now, and are asked for in any case.
  void look_from_front(store::timestamp now);

  /// The wall clock was set, and times mean nothing any more.
  void clock_was_set();

  /// Somebody is dialled, waits for that or is written down: what follows from it is not known, so
  /// there will be a last look.
  void somebody_is_busy() { outlook_ = outlook::open; }

  bool asking() const;

  /// A class is being looked at, or is to be.
  bool more_may_be_due() const;

  /// The last look, from the front of each class and with nobody left who was dialled or written
  /// down, brought nobody, and nothing was noted since.
  bool nobody_is_due() const;

  /// When to look again if nothing is noted; never: nobody waits.
  store::timestamp next_due() const;

  SEEDWALK_INSPECT(due_questions, queues_, outlook_, asked_at_, last_moment_, ends_, failing_since_)

private:
  enum class stage : std::uint8_t {
    resting = 0, ///< Its end was reached.
    front,       ///< To be looked at from the front.
    onward,      ///< To be looked at behind `place`.
    asked,       ///< A question is under way, from `place` on.
    overtaken,   ///< The same, and somebody may have become due since.
    outdated,    ///< The same, and somebody may stand before what it will come to.
  };

  /// Whether anybody will be due without a visit or a note: what a crawl with an end waits for.
  enum class outlook : std::uint8_t {
    open = 0,  ///< Somebody was dialled or written since the last question.
    last_look, ///< It was asked with nobody left.
    nobody,    ///< And brought nobody.
  };

  struct queue_state {
    stage now = stage::front;
    net::bytes place;             ///< Where the last answer ended; empty: the front.
    store::timestamp next_due{0}; ///< When the next of it is due; never: nobody waits.
    SEEDWALK_INSPECT(queue_state, now, place, next_due)
  };

  static bool under_way(const queue_state& queue) { return queue.now >= stage::asked; }
  static void note(queue_state& queue);
  static void look_from_front(queue_state& queue);
  void look_from_front();
  std::optional<store::timestamp> again_by() const;
  bool will_be_asked_for(std::size_t queue) const;

  std::array<queue_state, store::dialled_class_count> queues_; ///< By dial_class.
  outlook outlook_ = outlook::open;
  store::timestamp asked_at_{0};
  store::timestamp last_moment_{0};
  bool ends_ = false; ///< At the last question.
  std::optional<net::steady_time> failing_since_;
};

} // namespace seedwalk::actors
