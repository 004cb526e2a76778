#pragma once

#include <csignal>

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "actors/runtime/process_signals.hpp"

namespace seedwalk::tools {

/// SIGINT, SIGTERM and SIGHUP wait to be read, but for those that are ignored.
class awaited_signals {
public:
  awaited_signals() {
    sigset_t awaited{};
    sigemptyset(&awaited);
    for (const int stop : {SIGINT, SIGTERM, SIGHUP})
      if (!sim::signal_is_ignored(stop))
        sigaddset(&awaited, stop);
    pthread_sigmask(SIG_BLOCK, &awaited, &before_);
    descriptor_ = ::signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~awaited_signals() {
    ::close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  awaited_signals(const awaited_signals&) = delete;
  awaited_signals& operator=(const awaited_signals&) = delete;

  /// Can be read when one came.
  int descriptor() const { return descriptor_; }
  /// One came since this was last asked.
  bool came() const {
    signalfd_siginfo signal{};
    return ::read(descriptor_, &signal, sizeof signal) == sizeof signal;
  }

private:
  sigset_t before_{};
  int descriptor_ = -1;
};

} // namespace seedwalk::tools
