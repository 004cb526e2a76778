#pragma once

#include <cstddef>
#include <string_view>

#include <caf/behavior.hpp>

#include "actors/logging/log.hpp"
#include "actors/logging/log_sink.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/no_state.hpp"

namespace seedwalk::actors {

/// Takes the lines of all other actors to a sink. An observer: its messages are no steps, and it
/// sends nothing.
///
/// It never blocks: the sink either takes a line or counts it as dropped.
class logger {
public:
  static constexpr std::string_view kind = "logger";
  static constexpr bool observer = true;
  static constexpr std::size_t mailbox_max =
      0; ///< Emptied after each step, so as long as a step talks.
  using environment = log_sink;

  using state = net::no_state;

  logger(log_sink& sink, net::actor_host&, state&) : sink_(sink) {}

  void start() {}
  caf::behavior make_behavior() {
    return {[this](const log_line& line) { sink_.write(line); }};
  }
  void on_exception(std::string_view) {}

private:
  log_sink& sink_;
};

} // namespace seedwalk::actors
