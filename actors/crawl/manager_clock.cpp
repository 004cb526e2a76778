#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/connection_manager.hpp"

namespace seedwalk::actors {

namespace {

std::string in_seconds(std::chrono::seconds t) {
  return fmt::to_string(t.count());
}

} // namespace

/// Comes at least once a second. What waits for a wall time is armed anew when that clock was set,
/// and what the other clock left in the future is mended when it was set back.
void connection_manager::watch_clock() {
  const auto now = env_.time.now();
  const auto step = s_.clock.look(now);
  if (!step)
    return;
  const bool back = step->count() < 0;
  env_.log.write(log_level::warning, host_.stable_name(),
                 back ? "the wall clock was set back: what was due by the other one is due anew"
                      : "the wall clock was set forward, or this machine slept",
                 {{"by_s", in_seconds(*step)}});
  if (s_.now != phase::loading && s_.now != phase::crawling)
    return;
  s_.mend_believed = true;
  if (back)
    mend_times({now.wall, -*step});
  s_.due.clock_was_set();
  keep_timer(s_.due_timer, std::nullopt, {});
  dial_more();
}

/// Says so once when the clock of this machine turns out wrong, and when it is right again.
void connection_manager::tell_verdict_on_clock() {
  const auto verdict = s_.clock.judge();
  if (verdict == s_.clock_said || verdict == clock_check::verdict::unknown)
    return;
  const bool doubted = verdict == clock_check::verdict::doubted;
  const bool again = s_.clock_said == clock_check::verdict::doubted;
  s_.clock_said = verdict;
  if (doubted)
    env_.log.write(log_level::warning, host_.stable_name(),
                   "the clock of this machine is wrong, say the peers: nothing is dropped or "
                   "forgotten until it is set (timedatectl set-ntp true)",
                   {{"ours_is_ahead_by_s", in_seconds(-s_.clock.difference())}});
  else if (again)
    env_.log.write(log_level::info, host_.stable_name(),
                   "the clock of this machine agrees with the peers' again");
}

/// The time by which bans end: a clock that runs ahead sets nobody free.
std::chrono::seconds connection_manager::ban_time() const {
  return s_.clock.careful(env_.time.now());
}

/// Mends the database a page at a time. One pass at a time: a clock that is set back again
/// meanwhile is seen to behind it.
void connection_manager::mend_times(store::mend_times from) {
  if (s_.mending) {
    s_.mend_again += from.set_back;
    return;
  }
  s_.mending = true;
  saving then;
  then.mends = from;
  save({std::move(from)}, then);
}

/// After the start, and after each time that the clock was set: what is changed for good waits
/// until the clock is known to be right.
void connection_manager::mend_once_believed() {
  if (!s_.mend_believed || s_.mending || s_.now != phase::crawling ||
      s_.clock.judge() != clock_check::verdict::believed)
    return;
  s_.mend_believed = false;
  const auto now = env_.time.now().wall;
  s_.bans.mend(now);
  mend_times({now, {}, true});
}

void connection_manager::on_mended(const store::times_mended& done,
                                   const store::mend_times& asked) {
  s_.mending = false;
  if (s_.now == phase::ending || s_.now == phase::ended)
    return;
  if (done.records > 0)
    s_.due.look_from_front();
  watch_clock();
  // A clock that was set meanwhile begins a pass of its own.
  const auto now = env_.time.now().wall;
  const bool still = !asked.believed || s_.clock.judge() == clock_check::verdict::believed;
  if (!still)
    s_.mend_believed = true;
  else if (done.more && !s_.mending)
    mend_times({now, asked.set_back, asked.believed, done.part, done.after});
  if (s_.mending)
    return;
  if (const auto again = std::exchange(s_.mend_again, std::chrono::seconds{0}); again.count() > 0)
    mend_times({now, again});
}

} // namespace seedwalk::actors
