#pragma once

#include <cstdint>

namespace seedwalk::sim {

/// What the chain mixes in before each kind of input and effect, so that one is never taken for
/// another. Chains are compared across builds: append only.
enum class effect_kind : std::uint64_t {
  time_moves = 1,
  completion_comes = 2,
  step_runs = 3,
  timer_starts = 4,
  timer_ends = 5,
  reseeded = 6,

  connect = 16,
  listen,
  accept,
  stop_listening,
  own,
  want,
  write,
  end_output,
  close,
  resolve,
  open_datagrams,
  want_datagrams,
  send_datagram,
  close_datagrams,
  find_routes,

  store_write = 48,
  store_query,
};

} // namespace seedwalk::sim
