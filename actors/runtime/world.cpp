#include "actors/runtime/world.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/logger.hpp>
#include <fmt/format.h>

#include "actors/runtime/coordinator.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

/// A run that breaks a rule breaks it often: the first of them say enough.
constexpr std::size_t violations_max = 100;

/// The hash of a message type's name. Names are asked of the compiler once a type.
struct message_names {
  struct entry {
    const std::type_info* type;
    std::uint64_t hash;
    std::string name;
  };
  std::unordered_map<const void*, entry> known; // order never seen: asked by type alone
  /// Where a type was found last, by its address: every step asks, of few types.
  std::array<const entry*, 64> recent{};

  const entry& of(const std::type_info& type) {
    auto& guess =
        recent[reinterpret_cast<std::uintptr_t>(&type) / alignof(std::type_info) % recent.size()];
    if (guess == nullptr || guess->type != &type)
      guess = &look_up(type);
    return *guess;
  }

  const entry& look_up(const std::type_info& type) {
    auto [i, fresh] = known.try_emplace(&type);
    if (fresh)
      i->second = {&type, net::keyed_hash(0, "message", net::as_bytes(type.name())),
                   pretty(type.name())};
    return i->second;
  }

  static std::string pretty(const char* mangled) {
    std::string result;
    // Itanium mangling of nested names: N<length><name>...E; anything else stays as it is.
    if (*mangled != 'N')
      return mangled;
    for (auto p = mangled + 1; *p >= '0' && *p <= '9';) {
      const auto n = std::strtoul(p, const_cast<char**>(&p), 10);
      if (!result.empty())
        result += "::";
      result.append(p, n);
      p += n;
    }
    return result;
  }
};

message_names& names() {
  thread_local message_names table;
  return table;
}

} // namespace

world::world(options o) : options_(o), queue_(o.schedule, o.seed) {
  now_.wall = o.wall;
}

world::~world() = default;

void world::attach(caf::actor_system_config& config) {
  config.module_factories.push_back(
      [this](caf::actor_system& system) -> caf::actor_system::module* {
        return new coordinator(system, *this);
      });
}

caf::actor_system& world::system() {
  assert(!coordinators_.empty());
  return coordinators_.back()->system();
}

// -- steps

void world::became_runnable(caf::resumable* what, coordinator& where) {
  if (&where == killed_) {
    graveyard_.push_back(what);
    return;
  }
  // CAF schedules nothing else: utility and detached actors do not come here.
  auto& actor = static_cast<caf::scheduled_actor&>(*what);
  auto& entry = receiver_ && receiver_->actor == &actor ? *receiver_ : entry_of(actor, where);
  if (entry.unwatched() || &where == closing_) {
    unwatched_due_.push_back(&entry);
    return;
  }
  if (in_observer_)
    note_violation(fmt::format("an observer sent a message to {}", entry.name()));
  queue_.push(&entry);
}

actor_entry& world::entry_of(caf::scheduled_actor& actor, coordinator& where) {
  auto& slot = by_actor_[&actor];
  if (slot && slot->weak.get() == actor.ctrl())
    return *slot;
  slot = std::make_unique<actor_entry>();
  auto& entry = *slot;
  const auto& system = where.system();
  entry.internal = actor.ctrl() == system.spawn_serv() || actor.ctrl() == system.config_serv();
  const std::string base = actor.name();
  entry.enrolled.name = entry.internal ? base : fmt::format("{}#{}", base, ++ordinals_[base]);
  entry.name_hash = net::keyed_hash(0, "actor", net::as_bytes(entry.name()));
  entry.born = ++born_;
  entry.actor = &actor;
  entry.unit = &where.unit();
  entry.weak = caf::weak_actor_ptr{actor.ctrl()};
  drop_dead_entries();
  return entry;
}

void world::drop_dead_entries() {
  // An actor whose last handle goes while it waits ends without a step, and nobody tells us.
  if (by_actor_.size() < entries_before_drop_)
    return;
  std::erase_if(by_actor_, [](const auto& known) { return known.second->weak->strong_refs == 0; });
  entries_before_drop_ = std::max<std::size_t>(1024, 2 * by_actor_.size());
}

const char* world::name_message(caf::scheduled_actor& actor, std::uint64_t& hash) {
  auto element = actor.peek_at_next_mailbox_element();
  if (!element || element->content().empty()) {
    hash = 0;
    return "";
  }
  const auto& content = element->content();
  if (const auto rtti = content.type(0); rtti.second) {
    const auto& known = names().of(*rtti.second);
    hash = known.hash;
    return known.name.c_str();
  }
  hash = content.type_token();
  return "builtin";
}

bool world::step() {
  run_unwatched();
  auto next = queue_.pop();
  if (!next)
    return false;
  ++steps_;
  last_step_ = {next->name_hash, next->activations};
  if (!options_.chained) {
    resume(*next);
    run_unwatched();
    return true;
  }
  std::uint64_t message_hash = 0;
  const auto message = name_message(*next->actor, message_hash);
  if (listener_)
    running_name_ = next->name(); // the actor may not outlive its step
  note_effect(effect_kind::step_runs, next->name_hash, message_hash);
  resume(*next);
  if (listener_)
    listener_->on_step(steps_, chain_, running_name_, message);
  run_unwatched();
  return true;
}

void world::resume(actor_entry& entry) {
  if (entry.waiting > 0)
    --entry.waiting;
  caf::resumable* what = entry.actor;
  // Nobody logs by CAF here; without this it would note under a lock, twice a step, who runs.
  caf::logger::set_current_actor_system(nullptr);
  switch (what->resume(entry.unit, 1)) {
  case caf::resumable::resume_later:
    if (entry.unwatched() || (closing_ && entry.unit == &closing_->unit()))
      unwatched_due_.push_back(&entry);
    else
      queue_.push(&entry);
    break;
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(what);
    break;
  case caf::resumable::done:
    forget(entry);
    caf::intrusive_ptr_release(what);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

void world::run_unwatched() {
  while (!unwatched_due_.empty()) {
    const auto due = std::exchange(unwatched_due_, {});
    for (auto next : due) {
      in_observer_ = next->enrolled.observer;
      resume(*next);
    }
    in_observer_ = false;
  }
}

void world::close(coordinator& which) {
  // The system's own actors have been told to go, and hidden ones may still have messages. None of
  // this is part of the run: it happens when the system's owner pleases.
  closing_ = &which;
  const auto left = queue_.take(&which.unit());
  unwatched_due_.insert(unwatched_due_.end(), left.begin(), left.end());
  run_unwatched();
  closing_ = nullptr;
}

void world::forget(actor_entry& entry) {
  if (entry.enrolled.id != net::nobody && !entry.retired)
    by_owner_.erase(entry.enrolled.id.id);
  by_actor_.erase(entry.actor);
}

// -- inputs

void world::advance(net::instant to) {
  assert(to.steady >= now_.steady);
  now_ = to;
  note_effect(effect_kind::time_moves, static_cast<std::uint64_t>(to.steady.count()),
              static_cast<std::uint64_t>(to.wall.count()));
  if (listener_)
    listener_->on_advance(steps_ + 1, to);
  for (auto where : coordinators_)
    where->clock().advance(to.steady);
  while (const auto due = timers_.pop_due(to.steady))
    send(due->second, net::timer_fired{due->first});
}

std::optional<net::steady_time> world::next_timer() const {
  auto first = timers_.next_due();
  for (auto where : coordinators_)
    if (const auto due = where->clock().next_due(); due && (!first || *due < *first))
      first = due;
  return first;
}

void world::note_completion(net::owner to, std::uint8_t door, net::byte_view what) {
  note_effect(effect_kind::completion_comes, to.id, door);
  chain_.mix(what);
  if (listener_)
    listener_->on_completion(steps_ + 1, to, door, what);
}

net::timer_id world::start(std::chrono::nanoseconds delay, net::owner who) {
  const auto due = now_.steady + std::max(delay, std::chrono::nanoseconds{0});
  if (in_observer_)
    return timers_.start_observed(due, who);
  note_effect(effect_kind::timer_starts, static_cast<std::uint64_t>(delay.count()), who.id);
  return timers_.start(due, who);
}

void world::cancel(net::timer_id id) {
  if (!in_observer_)
    note_effect(effect_kind::timer_ends, id.value);
  timers_.cancel(id);
}

// -- actors

void world::enrol(net::enrolment actor) {
  auto impl =
      static_cast<caf::scheduled_actor*>(caf::actor_cast<caf::abstract_actor*>(actor.handle));
  assert(!by_owner_.contains(actor.id.id));
  drop_dead_entries();
  auto& slot = by_actor_[impl];
  slot = std::make_unique<actor_entry>();
  slot->born = ++born_;
  slot->name_hash = net::keyed_hash(0, "actor", net::as_bytes(actor.name));
  slot->actor = impl;
  slot->unit = &coordinators_.back()->unit();
  slot->weak = caf::weak_actor_ptr{impl->ctrl()};
  if (const auto resumed = resumed_.find(actor.id.id); resumed != resumed_.end()) {
    slot->activations = resumed->second;
    resumed_.erase(resumed);
  }
  slot->enrolled = std::move(actor);
  by_owner_[slot->enrolled.id.id] = slot.get();
}

void world::retire(net::owner who) {
  const auto i = by_owner_.find(who.id);
  if (i == by_owner_.end())
    return;
  auto& entry = *i->second;
  entry.retired = true;
  entry.enrolled.state = nullptr;
  by_owner_.erase(i);
  // The handle goes, the actor is still running: the queue's own reference keeps it until its step
  // is over.
  entry.enrolled.handle = nullptr;
}

void world::note_failure(net::owner who, std::string_view what) {
  ++failures_;
  note_violation(fmt::format("actor {} failed in step {}: {}", name_of(who), steps_, what));
}

void world::note_violation(std::string what) {
  if (violations_.size() < violations_max)
    violations_.push_back(std::move(what));
}

std::string world::name_of(net::owner who) const {
  const auto i = by_owner_.find(who.id);
  return i == by_owner_.end() ? std::string{} : i->second->name();
}

bool world::wants_payloads(net::owner to) const {
  if (!options_.deep || in_observer_)
    return false;
  const auto i = by_owner_.find(to.id);
  return i != by_owner_.end() && !i->second->enrolled.observer;
}

void world::enqueue(net::owner to, caf::mailbox_element_ptr message) {
  const auto i = by_owner_.find(to.id);
  if (i == by_owner_.end() || killed_)
    return;
  auto& entry = *i->second;
  if (in_observer_ && !entry.enrolled.observer) {
    // Dropped: the run goes on as it does without the observer.
    note_violation(fmt::format("an observer sent a message to {}", entry.name()));
    return;
  }
  ++entry.waiting;
  if (const auto most = entry.enrolled.mailbox_max; most != 0 && entry.waiting > most)
    note_violation(fmt::format("mailbox of {} holds {} messages in step {}, at most {} are due",
                               entry.name(), entry.waiting, steps_, most));
  receiver_ = &entry;
  entry.actor->enqueue(std::move(message), entry.unit);
  receiver_ = nullptr;
}

// -- capture and kill

std::vector<world::captured_actor> world::capture(captured_set who) const {
  assert(idle());
  std::vector<captured_actor> result;
  result.reserve(by_owner_.size());
  for (const auto& [id, entry] : by_owner_) {
    const auto& e = entry->enrolled;
    if (!e.capture || (e.observer && who == captured_set::without_observers))
      continue;
    captured_actor one{e.id, entry->name(), std::string{e.kind}, entry->activations, {}};
    e.capture(e.state, one.state);
    result.push_back(std::move(one));
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return result;
}

void world::kill() {
  for (auto where : coordinators_)
    kill(*where);
}

void world::kill(const caf::actor_system& which) {
  for (auto where : coordinators_)
    if (&where->system() == &which)
      kill(*where);
}

void world::kill(coordinator& where) {
  killed_ = &where;
  const auto unit = &where.unit();
  // First: this frees messages that hold actors.
  where.clock().cancel_all();
  // In the order of birth: what is released first must not depend on a hash table.
  std::vector<actor_entry*> all;
  for (auto& [actor, entry] : by_actor_)
    if (entry->unit == unit)
      all.push_back(entry.get());
  std::sort(all.begin(), all.end(), [](auto a, auto b) { return a->born < b->born; });
  for (auto entry : all) {
    const auto alive = caf::actor_cast<caf::strong_actor_ptr>(entry->weak);
    if (entry->enrolled.id != net::nobody && !entry->retired)
      by_owner_.erase(entry->enrolled.id.id);
    entry->enrolled.handle = nullptr;
    if (!alive)
      continue;
    auto actor = dynamic_cast<caf::scheduled_actor*>(alive->get());
    if (!actor || actor->getf(caf::abstract_actor::is_cleaned_up_flag))
      continue;
    actor->context(entry->unit);
    actor->quit(caf::exit_reason::kill);
    actor->finalize();
  }
  where.clock().cancel_all();
  for (auto waiting : queue_.take(unit))
    graveyard_.push_back(waiting->actor);
  std::erase_if(unwatched_due_, [&](actor_entry* waiting) {
    if (waiting->unit != unit)
      return false;
    graveyard_.push_back(waiting->actor);
    return true;
  });
  release_graveyard();
  std::erase_if(by_actor_, [&](const auto& known) { return known.second->unit == unit; });
  // The system's own two actors end in the normal way when it is destroyed.
  killed_ = nullptr;
}

void world::drop_timers_of_the_dead() {
  timers_.drop_of([this](net::owner who) { return !by_owner_.contains(who.id); });
}

void world::release_graveyard() {
  // The last words of what is released may make more actors runnable.
  while (!graveyard_.empty()) {
    const auto dead = graveyard_.back();
    graveyard_.pop_back();
    caf::intrusive_ptr_release(dead);
  }
}

} // namespace seedwalk::sim
