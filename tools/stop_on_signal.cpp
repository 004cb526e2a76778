#include "tools/stop_on_signal.hpp"

namespace seedwalk::tools {

namespace {

volatile std::sig_atomic_t stop_came = 0;

void note_stop(int) {
  stop_came = 1;
}

} // namespace

stop_on_signal::stop_on_signal() {
  stop_came = 0;
  struct sigaction action {};
  action.sa_handler = note_stop;
  ::sigaction(SIGINT, &action, &interrupt_);
  ::sigaction(SIGTERM, &action, &terminate_);
}

stop_on_signal::~stop_on_signal() {
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
}

bool stop_on_signal::was_stopped() {
  return stop_came != 0;
}

} // namespace seedwalk::tools
