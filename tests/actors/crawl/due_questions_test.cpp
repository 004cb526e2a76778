#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/due_questions.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::seconds;
using store::dial_class;
using store::dialled_class_count;
using store::timestamp;

constexpr std::uint32_t slots = 40;
constexpr std::uint32_t most = due_questions::fetched_per_slot * slots;

/// An endpoint in the index of due times: when, and which. In its order.
using entry = std::pair<timestamp, std::uint16_t>;
using entries = std::array<std::set<entry>, dialled_class_count>;

std::uint32_t count(const entries& all) {
  std::size_t n = 0;
  for (const auto& set : all)
    n += set.size();
  return static_cast<std::uint32_t>(n);
}

net::bytes place_of(const entry& e) {
  const auto at = e.first.count();
  return {static_cast<std::uint8_t>(at >> 16), static_cast<std::uint8_t>(at >> 8),
          static_cast<std::uint8_t>(at), static_cast<std::uint8_t>(e.second >> 8),
          static_cast<std::uint8_t>(e.second)};
}

/// A database that knows who is due, and a crawl that dials and writes down those it is told of.
class model {
public:
  timestamp now{100'000};
  due_questions questions;
  bool ends = false; ///< As of the crawl.

  bool asking() const { return asked_.has_value(); }
  const entries& due() const { return due_; }
  timestamp last_question() const { return last_question_; }
  bool quiet() const { return count(waiting_) + count(dialled_) == 0; }

  void enter(std::size_t q, timestamp at) { due_[q].emplace(at, ++ids_); }

  void forget_places() {
    for (std::size_t q = 0; q != dialled_class_count; ++q)
      forget_place(q);
  }
  void forget_place(std::size_t q) {
    place_[q].clear();
    forgotten_[q] = true;
  }

  /// Asks; what the answer will say is read at once. True: there was something to ask.
  bool ask() {
    due_questions::moment at{now, slots, {}, count(waiting_) + count(dialled_), quiet(), ends};
    for (std::size_t q = 0; q != dialled_class_count; ++q)
      at.waiting[q] = static_cast<std::uint32_t>(waiting_[q].size());
    if (!asking() && now < last_question_)
      forget_places();
    const auto question = questions.ask(at);
    if (!question)
      return false;
    RC_ASSERT(!asking());
    RC_ASSERT(question->now == now);
    RC_ASSERT(question->limit != decltype(question->limit){});
    answer_ = {};
    for (std::size_t q = 0; q != dialled_class_count; ++q) {
      RC_ASSERT(question->after[q] == place_[q]);
      if (question->limit[q] == 0)
        continue;
      RC_ASSERT(at.waiting[q] <= most / due_questions::refill_fraction);
      RC_ASSERT(question->limit[q] == most - at.waiting[q] + (place_[q].empty() ? at.in_pool : 0));
      read(q, *question);
    }
    forgotten_ = {};
    asked_ = question;
    last_question_ = now;
    return true;
  }

  void hear_answer() {
    questions.answered(answer_, store::never);
    for (std::size_t q = 0; q != dialled_class_count; ++q) {
      if (asked_->limit[q] == 0)
        continue;
      place_[q] = answer_.more[q] && !forgotten_[q] ? answer_.after[q] : net::bytes{};
      for (const auto& peer : answer_.peers[q])
        if (const entry e{peer.due, peer.peer.port};
            due_[q].contains(e) && !dialled_[q].contains(e))
          waiting_[q].insert(e);
    }
    asked_.reset();
    if (count(waiting_) > 0)
      questions.somebody_is_busy();
  }

  void hear_of_failure() {
    questions.failed({std::chrono::nanoseconds{1}, now});
    asked_.reset();
  }

  /// The first `n` of each class who wait are dialled.
  void dial(std::size_t n) {
    for (std::size_t q = 0; q != dialled_class_count; ++q)
      for (std::size_t i = 0; i != n && !waiting_[q].empty(); ++i)
        dialled_[q].insert(waiting_[q].extract(waiting_[q].begin()));
  }

  /// All who are dialled are written down; they are due again `later`, unless that is 0.
  void write(seconds later) {
    for (std::size_t q = 0; q != dialled_class_count; ++q)
      for (const auto& e : dialled_[q]) {
        questions.somebody_is_busy();
        due_[q].erase(e);
        if (later.count() > 0)
          due_[q].emplace(now + later, e.second);
      }
    dialled_ = {};
  }

  /// The same, and they live: due again after an interval. How many.
  std::size_t write_as_live(seconds interval) {
    const auto written = count(dialled_);
    for (std::size_t q = 0; q != dialled_class_count; ++q)
      for (const auto& e : dialled_[q]) {
        questions.somebody_is_busy();
        due_[q].erase(e);
        due_[static_cast<std::size_t>(dial_class::live)].emplace(now + interval, e.second);
      }
    dialled_ = {};
    return written;
  }

private:
  void read(std::size_t q, const store::due_query& question) {
    auto i = due_[q].begin();
    while (i != due_[q].end() && place_of(*i) <= question.after[q])
      ++i;
    answer_.after[q] = question.after[q];
    const auto by = question.by(static_cast<dial_class>(q));
    for (; i != due_[q].end() && i->first <= by && answer_.peers[q].size() < question.limit[q];
         ++i) {
      store::due_peer peer;
      peer.due = i->first;
      peer.peer.port = i->second;
      answer_.peers[q].push_back(peer);
      answer_.after[q] = place_of(*i);
    }
    if (i == due_[q].end())
      return;
    answer_.more[q] = i->first <= by;
    if (!answer_.more[q])
      answer_.next[q] = i->first;
  }

  entries due_;
  entries waiting_;
  entries dialled_;
  std::array<net::bytes, dialled_class_count> place_{};
  std::array<bool, dialled_class_count> forgotten_{}; ///< Since the last question.
  std::uint16_t ids_ = 0;
  std::optional<store::due_query> asked_;
  store::due_answer answer_;
  timestamp last_question_{0};
};

std::size_t some_class() {
  return *rc::gen::inRange<std::size_t>(0, dialled_class_count);
}

/// Something that happens to a crawl.
void step(model& m) {
  switch (*rc::gen::inRange(0, 14)) {
  case 0:
    m.now += seconds{*rc::gen::inRange(0, 20)};
    break;
  case 1: // Gossip: due from now on.
    for (int n = *rc::gen::inRange(1, 100); n > 0; --n)
      m.enter(static_cast<std::size_t>(dial_class::fresh), m.now);
    m.questions.note(dial_class::fresh);
    break;
  case 2: { // One who is due since whenever it was.
    const auto q = some_class();
    m.enter(q, m.now - seconds{*rc::gen::inRange(0, 1'000)});
    m.questions.look_from_front(static_cast<dial_class>(q));
    m.forget_place(q);
    break;
  }
  case 3: // Many, anywhere.
    for (int n = *rc::gen::inRange(1, 500); n > 0; --n)
      m.enter(some_class(), m.now - seconds{*rc::gen::inRange(0, 1'000)});
    m.questions.look_from_front(m.now);
    m.forget_places();
    break;
  case 4:
    if (m.asking())
      m.hear_of_failure();
    break;
  case 5: // The clock is set.
    m.now += seconds{*rc::gen::inRange(-3'000, 3'000)};
    m.questions.clock_was_set();
    m.forget_places();
    break;
  case 6:
    m.questions.note_all();
    break;
  case 7:
    m.write(seconds{*rc::gen::inRange(0, 500)});
    break;
  case 8:
  case 9:
    m.dial(*rc::gen::inRange<std::size_t>(0, 80));
    break;
  default:
    if (m.asking())
      m.hear_answer();
    else
      m.ask();
  }
}

/// Where it says that nobody is due, nobody is left who was due at the last question, and it is
/// known when the next will be.
void check_what_is_said_of_nobody(const model& m) {
  if (!m.questions.nobody_is_due())
    return;
  auto next = store::never;
  for (const auto& of_class : m.due()) {
    if (of_class.empty())
      continue;
    const auto first = of_class.begin()->first;
    RC_ASSERT(first > m.last_question());
    if (next == store::never || first < next)
      next = first;
  }
  RC_ASSERT(m.questions.next_due() == next);
}

TEST(due_questions, nobody_is_overlooked_whatever_happens_meanwhile) {
  EXPECT_TRUE(rc::check([] {
    model m;
    for (int n = *rc::gen::inRange(0, 150); n > 0; --n) {
      step(m);
      check_what_is_said_of_nobody(m);
    }
    // Nothing happens any more: all who are due are found before it says that nobody is.
    for (int rounds = 0; !m.questions.nobody_is_due(); ++rounds) {
      RC_ASSERT(rounds < 1'000);
      if (m.asking())
        m.hear_answer();
      else
        m.ask();
      m.dial(*rc::gen::inRange<std::size_t>(1, 100));
      m.write(seconds{*rc::gen::inRange(0, 500)});
    }
    RC_ASSERT(m.quiet());
    check_what_is_said_of_nobody(m);
    RC_ASSERT(!m.questions.more_may_be_due());
    RC_ASSERT(!m.ask());
  }));
}

/// A network of `n`, of whom those in flight are written down a minute later, ten of them.
struct slow_network {
  static constexpr seconds visit{60};
  static constexpr std::size_t slots = 10;
  store::schedule_options schedule{.live_interval = seconds{600}, .jitter_percent = 10};
  model m;
  std::size_t visits = 0;

  explicit slow_network(std::size_t n) {
    m.ends = true;
    m.questions.begin(m.now, schedule);
    for (std::size_t i = 0; i != n; ++i)
      m.enter(some_class(), m.now - seconds{*rc::gen::inRange(0, 1'000)});
  }

  void go_on() {
    if (m.asking())
      m.hear_answer();
    else
      m.ask();
    m.dial(slots);
    m.now += visit;
    visits += m.write_as_live(store::shortest_interval(schedule));
  }
};

TEST(due_questions, a_crawl_that_is_to_end_does_though_a_pass_takes_longer_than_an_interval) {
  EXPECT_TRUE(rc::check([] {
    const auto n = *rc::gen::inRange<std::size_t>(150, 600);
    slow_network network{n};
    auto& q = network.m.questions;
    while (!q.nobody_is_due()) {
      RC_ASSERT(network.visits <= n);
      network.go_on();
    }
    RC_ASSERT(network.visits == n);
    RC_ASSERT(q.next_due() == store::never);
    RC_ASSERT(!network.m.ask());
    // One that goes on asks at once for those who are due anew.
    network.m.ends = false;
    network.m.now += network.schedule.live_interval;
    RC_ASSERT(network.m.ask());
  }));
}

TEST(due_questions, who_is_queued_behind_the_last_moment_is_asked_for) {
  EXPECT_TRUE(rc::check([] {
    slow_network network{*rc::gen::inRange<std::size_t>(150, 300)};
    auto& m = network.m;
    while (!m.questions.nobody_is_due())
      network.go_on();
    const auto visits = network.visits;
    if (*rc::gen::arbitrary<bool>()) { // Gossip.
      m.enter(static_cast<std::size_t>(dial_class::fresh), m.now);
      m.questions.note(dial_class::fresh);
      while (!m.questions.nobody_is_due())
        network.go_on();
      RC_ASSERT(network.visits == visits + 1);
    } else { // A name led to somebody who is known.
      m.enter(some_class(), m.now);
      m.questions.look_from_front(m.now);
      m.forget_places();
      while (!m.questions.nobody_is_due())
        network.go_on();
      RC_ASSERT(network.visits > visits);
    }
  }));
}

TEST(due_questions, a_clock_that_was_set_back_does_not_bring_those_back_who_were_visited) {
  store::schedule_options schedule;
  due_questions q;
  const timestamp now{1'000'000};
  const auto again_by = [&](timestamp at) {
    const auto question = q.ask({at, slots, {}, 0, true, true});
    q.answered({}, store::never);
    return question.value().again_by;
  };
  q.begin(now, schedule);
  EXPECT_EQ(again_by(now), now + store::shortest_interval(schedule) - seconds{1});
  q.begin_no_later(now + seconds{5}, schedule); // Forward: it stays.
  q.clock_was_set();
  EXPECT_EQ(again_by(now), now + store::shortest_interval(schedule) - seconds{1});
  const auto earlier = now - seconds{86'400};
  q.begin_no_later(earlier, schedule);
  q.clock_was_set();
  EXPECT_EQ(again_by(earlier), earlier + store::shortest_interval(schedule) - seconds{1});
  schedule.live_interval = seconds{0};
  q.begin_no_later(earlier, schedule);
  q.note_all();
  EXPECT_EQ(again_by(earlier), earlier);
  q.note_all();
  EXPECT_EQ(q.ask({now, slots, {}, 0, true, false}).value().again_by, std::nullopt);
}

TEST(due_questions, a_crawl_that_is_told_to_end_later_asks_for_who_is_due_by_then) {
  const store::schedule_options schedule;
  due_questions q;
  q.begin(timestamp{1'000}, schedule);
  const timestamp later{1'000'000};
  ASSERT_TRUE(q.ask({later, slots, {}, 0, true, false}));
  q.answered({}, store::never);
  q.begin_no_later(later, schedule); // A reload.
  q.note_all();
  EXPECT_GE(q.ask({later, slots, {}, 0, true, true}).value().again_by, later);
}

TEST(due_questions, a_failed_answer_is_asked_for_again_also_behind_the_last_moment) {
  due_questions q;
  q.begin(timestamp{1'000}, {.live_interval = seconds{1}});
  const net::instant now{seconds{5}, seconds{9'000}};
  ASSERT_TRUE(q.ask({now.wall, slots, {}, 1, false, true}));
  q.failed(now);
  EXPECT_EQ(q.next_due(), now.wall + due_questions::retry_after);
  EXPECT_TRUE(q.ask({now.wall + due_questions::retry_after, slots, {}, 1, false, true}));
}

TEST(due_questions, a_note_or_time_ends_what_was_said_of_nobody) {
  EXPECT_TRUE(rc::check([] {
    model m;
    m.enter(some_class(), m.now + seconds{*rc::gen::inRange(1, 1'000)});
    while (!m.questions.nobody_is_due())
      m.asking() ? m.hear_answer() : static_cast<void>(m.ask());
    const auto due = m.questions.next_due();
    m.now = due - seconds{1};
    RC_ASSERT(!m.ask());
    if (*rc::gen::arbitrary<bool>()) {
      m.questions.note(static_cast<dial_class>(some_class()));
      RC_ASSERT(!m.questions.nobody_is_due());
    } else {
      m.now = due;
    }
    RC_ASSERT(m.ask());
    RC_ASSERT(!m.questions.nobody_is_due());
  }));
}

TEST(due_questions, an_answer_that_failed_is_asked_for_again_a_second_later) {
  EXPECT_TRUE(rc::check([] {
    model m;
    due_questions& q = m.questions;
    net::instant now{seconds{5}, m.now};
    const int failures = *rc::gen::inRange(1, 5);
    for (int n = 0; n != failures; ++n) {
      RC_ASSERT(q.ask({now.wall, slots, {}, 1, false}));
      RC_ASSERT(q.failed(now) == (n == 0));
      RC_ASSERT(q.failing_for(now.steady) == seconds{n});
      RC_ASSERT(!q.ask({now.wall, slots, {}, 1, false}));
      RC_ASSERT(q.next_due() == now.wall + due_questions::retry_after);
      now.steady += seconds{1};
      now.wall += seconds{1};
    }
    const auto question = q.ask({now.wall, slots, {}, 1, false});
    RC_ASSERT(question);
    for (const auto limit : question->limit)
      RC_ASSERT(limit == most + 1);
    q.answered({}, store::never);
    RC_ASSERT(q.failing_for(now.steady) == seconds{0});
    RC_ASSERT(q.ask({now.wall, slots, {}, 0, true})); // A last look.
  }));
}

TEST(due_questions, a_last_look_that_failed_was_none) {
  due_questions q;
  const net::instant now{seconds{5}, seconds{1'000}};
  ASSERT_TRUE(q.ask({now.wall, slots, {}, 0, true}));
  q.failed(now);
  EXPECT_FALSE(q.nobody_is_due());
  EXPECT_TRUE(q.ask({now.wall, slots, {}, 0, true}));
}

TEST(due_questions, a_clock_that_was_set_back_unnoticed_hides_nobody) {
  model m;
  constexpr auto fresh = static_cast<std::size_t>(dial_class::fresh);
  for (std::uint32_t n = 0; n != 2 * most; ++n)
    m.enter(fresh, m.now);
  EXPECT_TRUE(m.ask());
  m.hear_answer();
  m.dial(most);
  m.write(seconds{0});
  m.now -= seconds{500};
  m.enter(fresh, m.now);
  EXPECT_TRUE(m.ask());
  m.hear_answer();
  m.dial(1);
  m.write(seconds{0});
  EXPECT_EQ(m.due()[fresh].begin()->first, m.now + seconds{500});
}

TEST(due_questions, times_of_another_clock_mean_nothing) {
  due_questions q;
  const timestamp now{1'000};
  ASSERT_TRUE(q.ask({now, slots, {}, 0, true}));
  store::due_answer answer;
  answer.next.fill(now + seconds{9});
  q.answered(answer, store::never);
  q.clock_was_set();
  EXPECT_EQ(q.next_due(), store::never);
  EXPECT_FALSE(q.nobody_is_due());
}

TEST(due_questions, where_nobody_is_due_nobody_is_before_the_moment_given) {
  due_questions q;
  const timestamp now{1'000};
  ASSERT_TRUE(q.ask({now, slots, {}, 0, true}));
  store::due_answer answer;
  answer.next = {now + seconds{1}, store::never, now + seconds{90}};
  q.answered(answer, now + seconds{60});
  EXPECT_EQ(q.next_due(), now + seconds{60});
  EXPECT_TRUE(q.nobody_is_due());
  EXPECT_FALSE(q.ask({now + seconds{59}, slots, {}, 0, true}));
  const auto question = q.ask({now + seconds{60}, slots, {}, 0, true});
  ASSERT_TRUE(question);
  EXPECT_GT(question->limit[0], 0u);
  EXPECT_EQ(question->limit[1], 0u);
  EXPECT_EQ(question->limit[2], 0u);
}

} // namespace
} // namespace seedwalk::actors
