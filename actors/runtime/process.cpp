#include "actors/runtime/process.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <caf/actor_cast.hpp>
#include <caf/logger.hpp>
#include <fmt/format.h>

#include "actors/runtime/coordinator.hpp"
#include "actors/runtime/strategies/message_order.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

/// The hash of a message type's name. Names are asked of the compiler once a type.
struct message_names {
  struct entry {
    const std::type_info* type;
    std::uint64_t hash;
    std::string name;
    std::uint64_t kind; ///< What kinds of messages are told apart by: `message_kind`.
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
    if (fresh) {
      const std::string_view mangled = type.name();
      const auto hash = net::keyed_hash(0, "message", net::as_bytes(mangled));
      auto name = pretty(type.name());
      // The readable name of a template's instances is one.
      const auto kind = mangled.ends_with("EE") ? hash : purpose{without_namespace(name)}.hash;
      i->second = {&type, hash, std::move(name), kind};
    }
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

message_names& known_names() {
  thread_local message_names table;
  return table;
}

std::uint64_t hash_of_name(const std::string& name) {
  return net::keyed_hash(0, "actor", net::as_bytes(name));
}

/// What actor systems that are gone have left for those that come: CAF's configuration of one costs
/// more to make than the system itself, and no system changes it.
std::vector<std::unique_ptr<caf::actor_system_config>>& spare_configs() {
  thread_local std::vector<std::unique_ptr<caf::actor_system_config>> spares;
  return spares;
}

std::unique_ptr<caf::actor_system_config> take_config() {
  auto& spares = spare_configs();
  if (spares.empty())
    return std::make_unique<caf::actor_system_config>();
  auto result = std::move(spares.back());
  spares.pop_back();
  return result;
}

void give_back(std::unique_ptr<caf::actor_system_config> config) {
  constexpr std::size_t most = 16;
  config->module_factories.clear();
  if (spare_configs().size() != most)
    spare_configs().push_back(std::move(config));
}

} // namespace

process::process(sim::world& world, options o)
    : world_(world), options_(std::move(o)), chained_(world.settings().chained),
      group_(world.events().add_group()) {
  world_.processes_.push_back(this);
  world_.events().add_feeder(this);
  start();
}

process::~process() {
  kill();
  world_.events().remove_feeder(this);
  std::erase(world_.processes_, this);
}

std::string process::prefix() const {
  auto result = options_.name;
  if (incarnation_ > 1)
    result += fmt::format(".{}", incarnation_);
  return result.empty() ? result : result + "/";
}

void process::start() {
  assert(!is_up());
  config_ = take_config();
  config_->module_factories.push_back(
      [this](caf::actor_system& system) -> caf::actor_system::module* {
        return new coordinator(system, *this);
      });
  system_.emplace(*config_);
}

void process::restart() {
  kill();
  drop_timers_of_the_dead();
  ordinals_.clear();
  resumed_.clear();
  ++incarnation_;
  start();
}

// -- steps

void process::became_runnable(caf::resumable* resumable) {
  if (is_dying_) {
    graveyard_.push_back(resumable);
    return;
  }
  // CAF schedules nothing else: utility and detached actors do not come here.
  auto& actor = static_cast<caf::scheduled_actor&>(*resumable);
  auto& entry = receiver_ && receiver_->actor == &actor ? *receiver_ : entry_of(actor);
  if (entry.unwatched() || is_closing_)
    return add_unwatched(&entry);
  if (in_observer_)
    note_loud_observer(entry);
  push(entry);
}

void process::add_unwatched(actor_entry* actor) {
  unwatched_due_.push_back(actor);
  ++world_.unwatched_due_;
}

void process::push(actor_entry& actor) {
  if (!world_.is_scheduled()) {
    world_.runnable_.push_back(&actor);
    return;
  }
  const auto from = origin_of_next(actor);
  world_.events().ready(group_, &actor, actor.name_hash, from.origin, from.nth, from.cause);
}

/// Where the message comes from that the actor takes next.
message_origin process::origin_of_next(actor_entry& actor) {
  if (!actor.origins.empty())
    return actor.origins.pop();
  // Nobody of ours sent it: CAF knows by whom it was.
  actor_entry* from = nullptr;
  const auto element = actor.actor->peek_at_next_mailbox_element();
  if (element && element->sender)
    if (const auto sender = dynamic_cast<caf::scheduled_actor*>(element->sender->get()))
      if (const auto known = by_actor_.find(sender); known != by_actor_.end())
        from = known->second.get();
  const auto result = count(from, from != nullptr ? from->name_hash : 0, actor);
  if (element && world_.events().hears_of_messages())
    announce(actor, result, *element);
  return result;
}

/// Tells those who want to know it what leads to what.
void process::announce(const actor_entry& to, const message_origin& from,
                       const caf::mailbox_element& message) {
  std::uint64_t type = 0;
  std::uint64_t kind = 0;
  if (const auto& content = message.content(); !content.empty()) {
    const auto rtti = content.type(0);
    if (rtti.second != nullptr) {
      const auto& known = known_names().of(*rtti.second);
      type = known.hash;
      kind = known.kind;
    } else {
      type = kind = content.type_token();
    }
  }
  world_.events().sent(to.name_hash, from.origin, from.nth, type,
                       mixed(purpose{to.kind()}.hash, kind));
}

/// One more message from `origin`, which is the name of `from` if that is an actor of ours.
message_origin process::count(actor_entry* from, std::uint64_t origin, actor_entry& to) {
  const auto cause = world_.events().turn_number();
  if (from != nullptr)
    if (const auto nth = from->told.next(to.name_hash))
      return {origin, *nth, cause};
  const auto was_large = to.heard.is_large();
  const auto nth = to.heard.next(origin);
  if (!was_large && to.heard.is_large())
    large_.push_back(&to);
  return {origin, nth, cause};
}

actor_entry& process::entry_of(caf::scheduled_actor& actor) {
  if (const auto known = by_actor_.find(&actor); known != by_actor_.end()) {
    if (known->second->weak.get() == actor.ctrl())
      return *known->second;
    forget(*known->second); // another one lived at this address
  }
  drop_dead_entries();
  auto& fresh = by_actor_[&actor];
  fresh = std::make_unique<actor_entry>();
  auto& entry = *fresh;
  entry.internal = actor.ctrl() == system_->spawn_serv() || actor.ctrl() == system_->config_serv();
  // Named by its maker: an ordinal of its own kind there.
  auto base = std::string{actor.name()};
  if (!entry.internal) {
    base = running_ != nullptr ? running_->name() + "/" + base : prefix() + base;
    base = fmt::format("{}#{}", base, ++ordinals_[base]);
  }
  entry.enrolled.name = base;
  entry.process = this;
  entry.name_hash = hash_of_name(entry.name());
  entry.timers.key = name_from("timers", entry.name_hash);
  entry.born = ++born_;
  entry.actor = &actor;
  entry.weak = caf::weak_actor_ptr{actor.ctrl()};
  label(entry);
  return entry;
}

void process::label(const actor_entry& entry) {
  world_.events().label(entry.name_hash, [&] { return entry.name(); });
  world_.events().label(entry.timers.key, [&] { return "timer of " + entry.name(); });
}

void process::drop_dead_entries() {
  // An actor whose last handle goes while it waits ends without a step, and nobody tells us.
  if (by_actor_.size() < entries_before_drop_)
    return;
  for (auto i = by_actor_.begin(); i != by_actor_.end();) {
    auto& entry = *i++->second;
    if (entry.weak && entry.weak->strong_refs == 0)
      forget(entry);
  }
  entries_before_drop_ = std::max<std::size_t>(1024, 2 * by_actor_.size());
}

const char* process::name_message(actor_entry& actor, std::uint64_t& hash,
                                  const caf::type_erased_tuple*& content) {
  auto element = actor.actor->peek_at_next_mailbox_element();
  if (!element || element->content().empty()) {
    hash = 0;
    return "";
  }
  content = &element->content();
  if (const auto rtti = content->type(0); rtti.second) {
    const auto& known = known_names().of(*rtti.second);
    hash = known.hash;
    return known.name.c_str();
  }
  hash = content->type_token();
  return "builtin";
}

void process::run(actor_entry& actor, event_names event) {
  ++steps_;
  running_ = &actor;
  if (!chained_) {
    resume(actor);
    running_ = nullptr;
    return;
  }
  note_now();
  std::uint64_t message_hash = 0;
  const caf::type_erased_tuple* content = nullptr;
  const auto message = name_message(actor, message_hash, content);
  note_effect(effect_kind::step_runs, actor.name_hash, message_hash);
  if (!world_.has_listeners()) {
    resume(actor);
    running_ = nullptr;
    return;
  }
  running_name_ = actor.name(); // the actor may not outlive its step
  step_view view{.number = world_.steps(),
                 .in = *this,
                 .so_far = chain_,
                 .owner = actor.enrolled.id,
                 .actor = running_name_,
                 .kind = actor.enrolled.kind,
                 .message = message,
                 .event = event.name,
                 .origin = event.origin,
                 .passed_over = event.passed_over,
                 .cause = event.cause,
                 .content = content};
  world_.tell([&](world_listener& listener) { listener.before_step(view); });
  resume(actor);
  running_ = nullptr;
  view.content = nullptr;
  world_.tell([&](world_listener& listener) { listener.on_step(view); });
}

void process::resume(actor_entry& entry) {
  if (entry.waiting > 0)
    --entry.waiting;
  caf::resumable* resumable = entry.actor;
  // Nobody logs by CAF here; without this it would note under a lock, twice a step, who runs.
  caf::logger::set_current_actor_system(nullptr);
  switch (resumable->resume(&coordinator_->unit(), 1)) {
  case caf::resumable::resume_later:
    if (entry.unwatched() || is_closing_)
      add_unwatched(&entry);
    else
      push(entry);
    break;
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(resumable);
    break;
  case caf::resumable::done:
    forget(entry);
    caf::intrusive_ptr_release(resumable);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

void process::run_unwatched() {
  while (!unwatched_due_.empty()) {
    const auto due = std::exchange(unwatched_due_, {});
    world_.unwatched_due_ -= due.size();
    for (auto next : due) {
      in_observer_ = next->enrolled.observer;
      resume(*next);
    }
    in_observer_ = false;
  }
}

void process::close() {
  // The system's own actors have been told to go, and hidden ones may still have messages. None of
  // this is part of the run: it happens when the system's owner pleases.
  is_closing_ = true;
  for (auto* waiting : take_runnable())
    add_unwatched(waiting);
  run_unwatched();
  is_closing_ = false;
}

std::vector<actor_entry*> process::take_runnable() {
  auto taken = world_.events().take_group(group_);
  std::erase_if(world_.runnable_, [&](actor_entry* actor) {
    if (actor->process != this)
      return false;
    taken.push_back(actor);
    return true;
  });
  return taken;
}

void process::forget(actor_entry& entry) {
  if (entry.enrolled.id != net::nobody && !entry.retired)
    by_owner_.erase(entry.enrolled.id.id);
  std::erase(large_, &entry);
  for (auto* one : large_)
    one->heard.forget(entry.name_hash);
  by_actor_.erase(entry.actor);
}

// -- inputs

void process::advance(net::instant to) {
  const auto& steps = options_.wall_steps;
  while (wall_steps_made_ != steps.size() && steps[wall_steps_made_].at <= to.steady)
    set_clock(steps[wall_steps_made_++]);
  if (coordinator_ == nullptr)
    return;
  coordinator_->clock().advance(to.steady);
  if (world_.is_scheduled() || world_.settings().fired_by_hand)
    return;
  while (const auto due = timers_.pop_due(to.steady))
    send(due->owner, net::timer_fired{due->id});
}

void process::set_clock(const clock_step& step) {
  wall_ahead_ += step.by;
  if (!step.rate)
    return;
  drift_ = drift_at(step.at);
  rate_since_ = std::chrono::floor<std::chrono::milliseconds>(step.at);
  rate_ = *step.rate;
}

std::chrono::milliseconds process::drift_at(net::steady_time at) const {
  const auto passed = std::chrono::floor<std::chrono::milliseconds>(at) - rate_since_;
  return drift_ + passed * (std::int64_t{rate_} - clock_step::right_rate) /
                      std::int64_t{clock_step::right_rate};
}

net::instant process::now() const {
  auto result = world_.now();
  if (wall_ahead_.count() != 0)
    result.wall = std::max(result.wall + wall_ahead_, std::chrono::seconds{1});
  if (rate_ != clock_step::right_rate || drift_.count() != 0) {
    // The world's clock ticks when steady time is at a whole second; this one at moments of its
    // own.
    const auto past_second = std::chrono::floor<std::chrono::milliseconds>(result.steady) -
                             std::chrono::floor<std::chrono::seconds>(result.steady);
    const auto ahead =
        std::chrono::floor<std::chrono::seconds>(drift_at(result.steady) + past_second);
    result.wall = std::max(result.wall + ahead, std::chrono::seconds{1});
  }
  return result;
}

void process::note_now() {
  const auto at = now();
  if (at == noted_now_)
    return;
  noted_now_ = at;
  note_effect(effect_kind::time_moves, static_cast<std::uint64_t>(at.steady.count()),
              static_cast<std::uint64_t>(at.wall.count()));
}

void process::note_completion(net::owner to, std::uint8_t door, net::byte_view bytes) {
  note_now();
  note_effect(effect_kind::completion_comes, to.id, door);
  chain_.mix(bytes);
  world_.tell([&](world_listener& listener) {
    listener.on_completion(world_.steps() + 1, *this, to, door, bytes);
  });
}

// -- timers

net::timer_id process::start(std::chrono::nanoseconds delay, net::owner recipient) {
  const auto due = world_.now().steady + std::max(delay, std::chrono::nanoseconds{0});
  if (in_observer_)
    return timers_.start_observed(due, recipient);
  note_effect(effect_kind::timer_starts, static_cast<std::uint64_t>(delay.count()), recipient.id);
  auto* owner = world_.is_scheduled() ? find(recipient) : nullptr;
  if (owner != nullptr && world_.events().hears_of_messages()) [[unlikely]]
    world_.events().leads_to(owner->timers, owner->timers_started);
  return timers_.start(due, recipient, owner != nullptr ? owner->timers_started++ : 0,
                       world_.events().turn_number());
}

void process::cancel(net::timer_id id) {
  if (!in_observer_)
    note_effect(effect_kind::timer_ends, id.value);
  if (const auto known = imminent_.find(id.value); known != imminent_.end()) {
    world_.events().cancel(known->second.event);
    imminent_.erase(known);
    return;
  }
  timers_.cancel(id);
}

std::optional<net::steady_time> process::next_due() const {
  auto first = timers_.next_due();
  if (coordinator_ != nullptr)
    if (const auto due = coordinator_->clock().next_due(); due && (!first || *due < *first))
      first = due;
  return first;
}

void process::feed(net::steady_time horizon) {
  // What CAF's clock has for now, as after a delayed_send of no delay: no move of time brings it.
  const auto now = world_.now().steady;
  if (coordinator_ != nullptr)
    if (const auto due = coordinator_->clock().next_due(); due && *due <= now)
      coordinator_->clock().advance(now);
  while (const auto due = timers_.pop_due(horizon)) {
    auto* owner = find(due->owner);
    if (owner == nullptr)
      continue; // nobody is there to hear of it
    const auto event = world_.events().put_nth(due->due, owner->timers, *this, due->id.value,
                                               due->nth, due->cause.number);
    imminent_[due->id.value] = {*due, event};
  }
}

void process::on_due(std::uint64_t timer) {
  const auto known = imminent_.extract(timer);
  if (!known)
    return;
  world_.tell([&](world_listener& listener) {
    listener.on_timer(world_.steps() + 1, *this, net::timer_id{timer});
  });
  send(known.mapped().timer.owner, net::timer_fired{net::timer_id{timer}});
}

bool process::fire(net::timer_id timer) {
  const auto due = timers_.take(timer);
  if (due)
    send(due->owner, net::timer_fired{timer});
  return due.has_value();
}

void process::drop_timers_of_the_dead() {
  timers_.drop_of([this](net::owner owner) { return !by_owner_.contains(owner.id); });
}

// -- actors

actor_entry* process::find(net::owner owner) {
  const auto i = by_owner_.find(owner.id);
  return i == by_owner_.end() ? nullptr : i->second;
}

void process::enrol(net::enrolment actor) {
  auto impl =
      static_cast<caf::scheduled_actor*>(caf::actor_cast<caf::abstract_actor*>(actor.handle));
  assert(!by_owner_.contains(actor.id.id));
  drop_dead_entries();
  if (const auto stale = by_actor_.find(impl); stale != by_actor_.end())
    forget(*stale->second);
  auto& slot = by_actor_[impl];
  slot = std::make_unique<actor_entry>();
  slot->process = this;
  slot->born = ++born_;
  slot->name_hash = hash_of_name(actor.name);
  slot->timers.key = name_from("timers", slot->name_hash);
  slot->actor = impl;
  slot->weak = caf::weak_actor_ptr{impl->ctrl()};
  if (const auto resumed = resumed_.find(actor.id.id); resumed != resumed_.end()) {
    slot->told = std::move(resumed->second.told);
    slot->heard = std::move(resumed->second.heard);
    slot->timers_started = resumed->second.timers_started;
    if (slot->heard.is_large())
      large_.push_back(slot.get());
    resumed_.erase(resumed);
  }
  slot->enrolled = std::move(actor);
  by_owner_[slot->enrolled.id.id] = slot.get();
  label(*slot);
}

void process::retire(net::owner owner) {
  const auto i = by_owner_.find(owner.id);
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

void process::note_failure(net::owner owner, std::string_view text) {
  ++world_.failures_;
  const auto* entry = find(owner);
  const auto kind = entry == nullptr ? std::string_view{} : entry->kind();
  const auto name = name_of(owner);
  world_.note_violation(
      {.found_by = "actor",
       .place = fmt::format("{}: {}", kind, without_numbers(text)),
       .text = fmt::format("actor {} failed in step {}: {}", name, world_.steps(), text),
       .actor = name});
}

void process::note_loud_observer(const actor_entry& to) {
  world_.note_violation({.found_by = "world",
                         .place = fmt::format("an observer speaks to {}", to.kind()),
                         .text = fmt::format("an observer sent a message to {}", to.name()),
                         .actor = to.name()});
}

void process::note_full_mailbox(const actor_entry& of) {
  world_.note_violation(
      {.found_by = "world",
       .place = fmt::format("mailbox of {}", of.kind()),
       .text = fmt::format("mailbox of {} holds {} messages in step {}, at most {} are due",
                           of.name(), of.waiting, world_.steps(), of.enrolled.mailbox_max),
       .actor = of.name()});
}

std::string process::name_of(net::owner owner) const {
  const auto i = by_owner_.find(owner.id);
  return i == by_owner_.end() ? std::string{} : i->second->name();
}

std::string process::state_of(net::owner owner) const {
  const auto i = by_owner_.find(owner.id);
  if (i == by_owner_.end() || !i->second->enrolled.describe)
    return {};
  return i->second->enrolled.describe(i->second->enrolled.state);
}

bool process::wants_payloads(net::owner to) const {
  if (!world_.settings().deep || in_observer_)
    return false;
  const auto i = by_owner_.find(to.id);
  return i != by_owner_.end() && !i->second->enrolled.observer;
}

void process::enqueue(net::owner to, caf::mailbox_element_ptr message) {
  auto* known = find(to);
  if (known == nullptr || is_dying_)
    return;
  auto& entry = *known;
  if (in_observer_ && !entry.enrolled.observer) {
    // Dropped: the run goes on as it does without the observer.
    note_loud_observer(entry);
    return;
  }
  ++entry.waiting;
  if (const auto most = entry.enrolled.mailbox_max; most != 0 && entry.waiting > most)
    note_full_mailbox(entry);
  if (world_.is_scheduled() && !entry.unwatched()) {
    const auto from = count(running_, world_.origin_, entry);
    if (world_.events().hears_of_messages()) [[unlikely]]
      announce(entry, from, *message);
    entry.origins.push(message_origin{from});
  }
  receiver_ = &entry;
  entry.actor->enqueue(std::move(message), &coordinator_->unit());
  receiver_ = nullptr;
}

// -- capture and kill

std::vector<captured_actor> process::capture(captured_set captured) const {
  assert(world_.idle());
  std::vector<std::pair<std::uint64_t, const actor_entry*>> in_order;
  in_order.reserve(by_owner_.size());
  for (const auto& [id, entry] : by_owner_) // A vector's constructor would walk it twice.
    in_order.emplace_back(id, entry);
  std::sort(in_order.begin(), in_order.end());
  std::vector<captured_actor> result;
  result.reserve(in_order.size());
  net::bytes state; // Thousands of states are captured while everything waits: one copy of each.
  for (std::size_t i = 0; i != in_order.size(); ++i) {
    // Nobody has looked at most of them for a while: half of the time is waiting for memory.
    if (i + 16 < in_order.size())
      __builtin_prefetch(&in_order[i + 16].second->enrolled);
    if (i + 8 < in_order.size())
      __builtin_prefetch(in_order[i + 8].second->enrolled.state);
    const auto& entry = *in_order[i].second;
    const auto& e = entry.enrolled;
    if (e.capture == nullptr || (e.observer && captured == captured_set::without_observers))
      continue;
    state.clear();
    e.capture(e.state, state);
    result.push_back({e.id,
                      entry.name(),
                      std::string{e.kind},
                      {state.begin(), state.end()},
                      {entry.told, entry.heard, entry.timers_started}});
  }
  return result;
}

process_image process::image(const image_parts& parts) const {
  process_image result{.name = options_.name,
                       .incarnation = incarnation_,
                       .now = now(),
                       .noted_now = noted_now_,
                       .chain = chain_.value(),
                       .steps = steps_,
                       .seed = world_.events().draw().seed(),
                       .last_owner = last_owner_,
                       .born = born_,
                       .ordinals = ordinals_,
                       .timers = timers_.capture(),
                       .actors = capture(),
                       .parts = {}};
  // Those that have been handed to the schedule wait as well.
  for (const auto& [id, imminent] : imminent_)
    result.timers.waiting.push_back(imminent.timer);
  std::sort(result.timers.waiting.begin(), result.timers.waiting.end(),
            [](const auto& a, const auto& b) {
              return std::pair{a.due, a.id.value} < std::pair{b.due, b.id.value};
            });
  parts.capture_into(result);
  return result;
}

void process::restore(const process_image& from) {
  assert(is_up() && by_owner_.empty() && world_.processes_.size() == 1 && !world_.is_scheduled());
  incarnation_ = from.incarnation;
  noted_now_ = from.noted_now;
  chain_.resume(from.chain);
  steps_ = world_.steps_ = from.steps;
  last_owner_ = from.last_owner;
  // Those who are brought back next are born once more.
  born_ = from.born - std::min<std::uint64_t>(from.born, from.actors.size());
  ordinals_ = from.ordinals;
  timers_.restore(from.timers);
  world_.events_.draw().reseed(from.seed);
  world_.events_.move_to(from.now);
  coordinator_->clock().advance(from.now.steady);
}

void process::kill() {
  if (!is_up())
    return;
  is_dying_ = true;
  const auto unit = &coordinator_->unit();
  // First: this frees messages that hold actors.
  coordinator_->clock().cancel_all();
  std::vector<std::uint64_t> ids;
  ids.reserve(imminent_.size());
  for (const auto& [id, timer] : imminent_)
    ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (const auto id : ids) {
    const auto& one = imminent_.at(id);
    world_.events().cancel(one.event);
    timers_.put_back(one.timer);
  }
  imminent_.clear();
  // In the order of birth: what is released first must not depend on a hash table.
  std::vector<actor_entry*> all;
  for (auto& [actor, entry] : by_actor_)
    all.push_back(entry.get());
  std::sort(all.begin(), all.end(), [](auto a, auto b) { return a->born < b->born; });
  for (auto entry : all) {
    const auto alive = caf::actor_cast<caf::strong_actor_ptr>(entry->weak);
    entry->enrolled.handle = nullptr;
    if (!alive)
      continue;
    auto actor = dynamic_cast<caf::scheduled_actor*>(alive->get());
    if (!actor || actor->getf(caf::abstract_actor::is_cleaned_up_flag))
      continue;
    actor->context(unit);
    actor->quit(caf::exit_reason::kill);
    actor->finalize();
  }
  by_owner_.clear();
  coordinator_->clock().cancel_all();
  for (auto waiting : take_runnable())
    graveyard_.push_back(waiting->actor);
  world_.unwatched_due_ -= unwatched_due_.size();
  for (auto waiting : std::exchange(unwatched_due_, {}))
    graveyard_.push_back(waiting->actor);
  release_graveyard();
  large_.clear();
  by_actor_.clear();
  // The system's own two actors end in the normal way when it is destroyed.
  is_dying_ = false;
  system_.reset();
  give_back(std::move(config_));
  by_actor_.clear();
}

void process::release_graveyard() {
  // The last words of what is released may make more actors runnable.
  while (!graveyard_.empty()) {
    const auto dead = graveyard_.back();
    graveyard_.pop_back();
    caf::intrusive_ptr_release(dead);
  }
}

} // namespace seedwalk::sim
