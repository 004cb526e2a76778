#include "actors/crawl/due_questions.hpp"

#include <algorithm>
#include <utility>

namespace seedwalk::actors {

namespace {

/// Times are whole seconds: who is visited from now on is due behind this.
store::timestamp last_moment_of(store::timestamp begin, const store::schedule_options& schedule) {
  return begin + std::max(store::shortest_interval(schedule) - std::chrono::seconds{1},
                          std::chrono::seconds{0});
}

} // namespace

void due_questions::begin(store::timestamp now, const store::schedule_options& schedule) {
  last_moment_ = last_moment_of(now, schedule);
}

void due_questions::begin_no_later(store::timestamp now, const store::schedule_options& schedule) {
  const auto from_now = last_moment_of(now, schedule);
  last_moment_ = ends_ ? std::min(last_moment_, from_now) : from_now;
}

std::optional<store::timestamp> due_questions::again_by() const {
  return ends_ ? std::optional{last_moment_} : std::nullopt;
}

std::optional<store::due_query> due_questions::ask(const moment& at) {
  if (asking())
    return std::nullopt;
  ends_ = at.ends;
  // A clock that was set back would hide what became due meanwhile behind the place.
  if (at.now < asked_at_)
    look_from_front();
  const bool last_look = at.quiet && outlook_ == outlook::open;
  const auto most = std::max(fetched_min, fetched_per_slot * at.slots);
  std::array<bool, store::dialled_class_count> worth_asking{};
  for (std::size_t i = 0; i != queues_.size(); ++i) {
    auto& queue = queues_[i];
    if (queue.next_due != store::never && at.now >= queue.next_due && will_be_asked_for(i)) {
      queue.next_due = store::never;
      note(queue);
    }
    worth_asking[i] =
        (queue.now != stage::resting || last_look) && at.waiting[i] <= most / refill_fraction;
  }
  // Mostly none is: this is looked at whenever something happens.
  if (std::ranges::find(worth_asking, true) == worth_asking.end())
    return std::nullopt;
  store::due_query question;
  question.now = at.now;
  question.again_by = again_by();
  for (std::size_t i = 0; i != queues_.size(); ++i) {
    auto& queue = queues_[i];
    question.after[i] = queue.place;
    if (!worth_asking[i])
      continue;
    question.limit[i] = most - at.waiting[i] + (queue.place.empty() ? at.in_pool : 0);
    queue.now = stage::asked;
  }
  outlook_ = at.quiet ? outlook::last_look : outlook::open;
  asked_at_ = at.now;
  return question;
}

void due_questions::answered(const store::due_answer& answer, store::timestamp not_before) {
  failing_since_.reset();
  if (outlook_ == outlook::last_look)
    outlook_ = outlook::nobody;
  for (std::size_t i = 0; i != queues_.size(); ++i) {
    auto& queue = queues_[i];
    if (!under_way(queue))
      continue;
    queue.next_due = answer.next[i];
    if (queue.next_due != store::never)
      queue.next_due = std::max(queue.next_due, not_before);
    // At the end of a class the next look begins at the front: those who became due meanwhile may
    // stand anywhere.
    const bool more = answer.more[i] && queue.now != stage::outdated;
    queue.place = more ? answer.after[i] : net::bytes{};
    if (more)
      queue.now = stage::onward;
    else
      queue.now = queue.now == stage::asked ? stage::resting : stage::front;
  }
}

bool due_questions::failed(const net::instant& now) {
  outlook_ = outlook::open;
  for (auto& queue : queues_) {
    queue.next_due = now.wall + retry_after;
    if (!under_way(queue))
      continue;
    if (!queue.place.empty())
      queue.now = stage::onward;
    else
      queue.now = queue.now == stage::asked ? stage::resting : stage::front;
  }
  if (failing_since_)
    return false;
  failing_since_ = now.steady;
  return true;
}

net::steady_time due_questions::failing_for(net::steady_time now) const {
  return failing_since_ ? now - *failing_since_ : net::steady_time{0};
}

void due_questions::note(queue_state& queue) {
  if (queue.now == stage::resting)
    queue.now = stage::front;
  else if (queue.now == stage::asked)
    queue.now = stage::overtaken;
}

void due_questions::look_from_front(queue_state& queue) {
  queue.place.clear();
  queue.now = under_way(queue) ? stage::outdated : stage::front;
}

void due_questions::note(store::dial_class queue) {
  note(queues_.at(static_cast<std::size_t>(queue)));
}

void due_questions::note_all() {
  for (auto& queue : queues_)
    note(queue);
}

void due_questions::look_from_front(store::dial_class queue) {
  look_from_front(queues_.at(static_cast<std::size_t>(queue)));
}

void due_questions::look_from_front() {
  for (auto& queue : queues_)
    look_from_front(queue);
}

void due_questions::look_from_front(store::timestamp now) {
  last_moment_ = std::max(last_moment_, now);
  look_from_front();
}

void due_questions::clock_was_set() {
  look_from_front();
  for (auto& queue : queues_)
    queue.next_due = store::never;
}

bool due_questions::asking() const {
  return std::any_of(queues_.begin(), queues_.end(), under_way);
}

bool due_questions::more_may_be_due() const {
  return std::any_of(queues_.begin(), queues_.end(),
                     [](const auto& queue) { return queue.now != stage::resting; });
}

bool due_questions::nobody_is_due() const {
  return outlook_ == outlook::nobody && !more_may_be_due();
}

store::timestamp due_questions::next_due() const {
  auto first = store::never;
  for (std::size_t i = 0; i != queues_.size(); ++i) {
    const auto next = queues_[i].next_due;
    if (next != store::never && will_be_asked_for(i) && (first == store::never || next < first))
      first = next;
  }
  return first;
}

/// Behind an answer that failed the next is wanted in any case.
bool due_questions::will_be_asked_for(std::size_t queue) const {
  return !ends_ || failing_since_ ||
         static_cast<store::dial_class>(queue) == store::dial_class::fresh ||
         queues_.at(queue).next_due <= last_moment_;
}

} // namespace seedwalk::actors
