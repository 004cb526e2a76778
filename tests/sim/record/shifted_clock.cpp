// A real clock that determinism checks can shift: SEEDWALK_CLOCK_SHIFT_S seconds ahead. Stands in
// front of the C library's in the program that links this, so that code which reads a clock behind
// the time door's back reads another one in a second run.

#include <cstdlib>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

extern "C" int clock_gettime(clockid_t which, timespec* now) noexcept {
  const auto result = static_cast<int>(::syscall(SYS_clock_gettime, which, now));
  if (which == CLOCK_REALTIME || which == CLOCK_MONOTONIC)
    if (const auto shift = std::getenv("SEEDWALK_CLOCK_SHIFT_S"))
      now->tv_sec += std::atol(shift);
  return result;
}
