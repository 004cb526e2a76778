#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/behavior.hpp>

#include "actors/crawl/pool_messages.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/no_state.hpp"

namespace seedwalk::test {

/// Hears what the manager and the crawler say in answers and to subscribers, and keeps it.
class pool_probe {
public:
  static constexpr std::string_view kind = "probe";

  struct environment {
    std::size_t mailbox_max = 0; ///< 0: any number.
    std::vector<actors::pool_event> events;
    std::vector<actors::command_done> done;
    std::optional<actors::broadcast_done> broadcast;
    std::optional<actors::pool_snapshot> snapshot;
  };
  using state = net::no_state;

  pool_probe(environment& env, net::actor_host&, state&) : env_(env) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[this](actors::pool_news& m) { env_.events.push_back(std::move(m.event)); },
            [this](const actors::command_done& m) { env_.done.push_back(m); },
            [this](actors::broadcast_done& m) { env_.broadcast = std::move(m); },
            [this](actors::pool_snapshot& m) { env_.snapshot = std::move(m); }};
  }
  void on_exception(std::string_view) {}
  std::size_t mailbox_max() const { return env_.mailbox_max; }

private:
  environment& env_;
};

} // namespace seedwalk::test
