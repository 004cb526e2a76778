#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/runtime/runtime.hpp"
#include "net/base/json_writer.hpp"

namespace seedwalk::net {

/// What an actor may ask of its host.
class actor_host {
public:
  virtual ~actor_host() = default;
  virtual owner self() const = 0;
  virtual const std::string& stable_name() const = 0;
  /// Ends this actor after the current message. Its timers and connections it has ended itself.
  virtual void quit() = 0;
};

/// A class that a `hosted_actor` can run:
///
///     class echo {
///     public:
///       static constexpr std::string_view kind = "echo";
///       static constexpr std::size_t mailbox_max = 4;
///       // Doors and configuration; outlives the actor system.
///       using environment = ...;
///       // All that it knows: inspectable.
///       struct state { ... };
///
///       echo(environment&, actor_host&, state&);
///       // Once, in the step of its parent.
///       void start();
///       // Handlers may capture `this`, and nothing else.
///       caf::behavior make_behavior();
///       // Last words: frees what it holds, tells who waits.
///       void on_exception(std::string_view what);
///     };
template <class Actor>
concept hostable = requires(Actor& actor, std::string_view text) {
  typename Actor::environment;
  typename Actor::state;
  { Actor::kind } -> std::convertible_to<std::string_view>;
  actor.start();
  actor.make_behavior();
  actor.on_exception(text);
};

namespace detail {

template <class Actor>
struct hosted_state {
  std::string name;
  typename Actor::state data;
  std::optional<Actor> actor;
};

template <class Actor>
class hosted_actor final : public caf::stateful_actor<hosted_state<Actor>>, private actor_host {
public:
  using super = caf::stateful_actor<hosted_state<Actor>>;

  hosted_actor(caf::actor_config& config, runtime* host, typename Actor::environment* env,
               owner self, std::string name, typename Actor::state&& data)
      : super(config), runtime_(*host), self_(self) {
    auto& s = this->state;
    s.name = std::move(name);
    s.data = std::move(data);
    s.actor.emplace(*env, static_cast<actor_host&>(*this), s.data);
    this->set_exception_handler([this](std::exception_ptr& raised) { return failed(raised); });
  }

  /// Runs `start`, in the step of the actor that spawned this one. What it throws ends this actor,
  /// not that one.
  void begin() {
    try {
      this->state.actor->start();
    } catch (...) {
      auto raised = std::current_exception();
      failed(raised);
    }
  }

  /// An actor that ended in its own `start` has no behaviour, and goes as soon as it is looked at.
  caf::behavior make_behavior() override {
    return ended_ ? caf::behavior{} : this->state.actor->make_behavior();
  }

  owner self() const override { return self_; }
  const std::string& stable_name() const override { return this->state.name; }
  void quit() override {
    ended_ = true;
    runtime_.retire(self_);
    super::quit();
  }

private:
  caf::error failed(std::exception_ptr& raised) {
    std::string text = "unknown exception";
    try {
      std::rethrow_exception(raised);
    } catch (const std::exception& e) {
      text = e.what();
    } catch (...) {
    }
    runtime_.note_failure(self_, text);
    try {
      this->state.actor->on_exception(text);
    } catch (const std::exception& e) {
      runtime_.note_failure(self_, e.what());
    } catch (...) {
      runtime_.note_failure(self_, "unknown exception");
    }
    ended_ = true;
    runtime_.retire(self_);
    return caf::exit_reason::unhandled_exception;
  }

  runtime& runtime_;
  owner self_;
  bool ended_ = false;
};

template <class Actor>
owner enrol_hosted(runtime& host, typename Actor::environment& env, owner self, std::string name,
                   typename Actor::state&& data, bool fresh) {
  using impl = hosted_actor<Actor>;
  auto handle =
      host.system().template spawn<impl, caf::lazy_init>(&host, &env, self, name, std::move(data));
  auto actor = static_cast<impl*>(caf::actor_cast<caf::abstract_actor*>(handle));
  enrolment e;
  e.id = self;
  e.name = std::move(name);
  e.handle = handle; // ours outlives `start`, which may end the actor
  if constexpr (requires { actor->state.actor->mailbox_max(); })
    e.mailbox_max = actor->state.actor->mailbox_max();
  else
    e.mailbox_max = Actor::mailbox_max;
  if constexpr (requires { Actor::observer; })
    e.observer = Actor::observer;
  e.kind = Actor::kind;
  e.state = &actor->state.data;
  e.capture = [](const void* state, bytes& out) {
    byte_writer{out}(*static_cast<const typename Actor::state*>(state));
  };
  e.describe = [](const void* state) {
    return to_json(*static_cast<const typename Actor::state*>(state));
  };
  host.enrol(std::move(e));
  if (fresh)
    actor->begin();
  host.started(self);
  return self;
}

} // namespace detail

/// Spawns an actor under a stable name. Its `start` runs at once, in the caller's step.
template <hostable Actor>
owner spawn(runtime& host, typename Actor::environment& env, std::string name,
            typename Actor::state data = {}) {
  return detail::enrol_hosted<Actor>(host, env, host.next_owner(), std::move(name), std::move(data),
                                     true);
}

/// The same under a number taken from `next_owner` before, for actors that must know each other
/// from the start.
template <hostable Actor>
owner spawn_as(runtime& host, typename Actor::environment& env, owner self, std::string name,
               typename Actor::state data = {}) {
  return detail::enrol_hosted<Actor>(host, env, self, std::move(name), std::move(data), true);
}

/// Brings a captured actor back under its old number and name. Nothing of it runs before its next
/// message. False if `captured` is not a state of this kind of actor.
template <hostable Actor>
bool restore(runtime& host, typename Actor::environment& env, owner self, std::string name,
             byte_view captured) {
  typename Actor::state data;
  if (!from_archive(captured, data))
    return false;
  detail::enrol_hosted<Actor>(host, env, self, std::move(name), std::move(data), false);
  return true;
}

} // namespace seedwalk::net
