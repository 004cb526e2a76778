// A real clock that determinism checks can shift: SEEDWALK_CLOCK_SHIFT_S seconds ahead. Stands in
// front of the C library's in the program that links this, so that code which reads a clock behind
// the time door's back reads another one in a second run. Without that variable it is the C
// library's own.

#include <cstdlib>
#include <ctime>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using clock_reader = int (*)(clockid_t, timespec*);

long shift_s() {
  const auto text = std::getenv("SEEDWALK_CLOCK_SHIFT_S");
  return text != nullptr ? std::atol(text) : 0;
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static const auto shift = shift_s();
  static const auto usual = reinterpret_cast<clock_reader>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const auto result = usual != nullptr ? usual(clock, now)
                                       : static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (shift != 0 && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC))
    now->tv_sec += shift;
  return result;
}

// The C library's own reads the kernel's page, and does not come by here.
extern "C" time_t time(time_t* also) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (also != nullptr)
    *also = now.tv_sec;
  return now.tv_sec;
}
