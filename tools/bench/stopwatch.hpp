#pragma once

#include <ctime>

namespace seedwalk::bench {

/// Wall time, and CPU time of all threads of this process, in seconds.
struct cost {
  double wall_s = 0;
  double cpu_s = 0;

  cost& operator+=(const cost& other) {
    wall_s += other.wall_s;
    cpu_s += other.cpu_s;
    return *this;
  }
};

/// What has gone by since it was made. CPU time tells more than wall time on a busy machine.
class stopwatch {
public:
  cost elapsed() const {
    return {seconds(CLOCK_MONOTONIC) - began_.wall_s,
            seconds(CLOCK_PROCESS_CPUTIME_ID) - began_.cpu_s};
  }

private:
  static double seconds(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  }

  cost began_{seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
};

} // namespace seedwalk::bench
