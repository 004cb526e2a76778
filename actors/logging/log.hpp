#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/config/log_options.hpp"
#include "actors/runtime/runtime.hpp"
#include "actors/runtime/timers.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::actors {

/// One line for the logger: what happened, to whom, and details as (key, value) pairs.
struct log_line {
  log_level level = log_level::info;
  net::instant at;
  std::string actor; ///< The stable name of the actor that says it.
  std::string text;
  std::vector<std::pair<std::string, std::string>> details;
  SEEDWALK_INSPECT(log_line, level, at, actor, text, details)
};

/// How actors say what goes on. Lines go to the logger, which is an observer: nothing they do
/// changes what a run does. A line below the level costs a comparison; callers that build expensive
/// details ask `shows` first.
///
/// Threads: called from steps only.
class log {
public:
  using details = std::vector<std::pair<std::string, std::string>>;

  /// `logger` may be `nobody`: then nothing is said.
  log(net::runtime& runtime, const net::timers& time, log_level level)
      : runtime_(runtime), time_(time), level_(level) {}

  void set_logger(net::owner logger) { logger_ = logger; }
  bool shows(log_level level) const { return level >= level_ && logger_ != net::nobody; }

  void write(log_level level, const std::string& actor, std::string text, details more = {}) const {
    if (!shows(level))
      return;
    runtime_.send(logger_, log_line{level, time_.now(), actor, std::move(text), std::move(more)});
  }

private:
  net::runtime& runtime_;
  const net::timers& time_;
  log_level level_;
  net::owner logger_;
};

} // namespace seedwalk::actors
