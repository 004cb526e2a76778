#pragma once

#include <cstddef>
#include <string_view>

#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/no_state.hpp"

namespace seedwalk::net {

/// What a hosted actor is apart from its kind and its behaviour, to derive from:
///
///     class echo : public net::actor_base<const sim::ground, echo_state> {
///     public:
///       static constexpr std::string_view kind = "echo";
///       using actor_base::actor_base;
///       void start() { ... }                              // if there is something to begin with
///       caf::behavior make_behavior() { return { ... }; } // handlers may capture `this` alone
///     };
///
/// Its mailbox has no bound and it has no last words: an actor that wants them has a `mailbox_max`
/// and an `on_exception` of its own, which hide these.
template <class Environment, class State = no_state>
class actor_base {
public:
  static constexpr std::size_t mailbox_max = 0;
  using environment = Environment;
  using state = State;

  actor_base(environment& env, actor_host& host, state& data)
      : env_(env), host_(host), state_(data) {}

  void start() {}
  void on_exception(std::string_view) {}

protected:
  environment& env_;
  actor_host& host_;
  state& state_;
};

} // namespace seedwalk::net
