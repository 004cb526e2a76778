#pragma once

#include <csignal>

namespace seedwalk::tools {

/// SIGINT and SIGTERM end a search in order and not the process, as long as this is there. One at a
/// time.
class stop_on_signal {
public:
  stop_on_signal();
  ~stop_on_signal();
  stop_on_signal(const stop_on_signal&) = delete;
  stop_on_signal& operator=(const stop_on_signal&) = delete;

  /// One of them came since the last one was made.
  static bool was_stopped();

private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
};

} // namespace seedwalk::tools
