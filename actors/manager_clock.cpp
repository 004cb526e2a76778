#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/connection_manager.hpp"

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
  tell_verdict_on_clock();
  if (!step)
    return;
  const bool back = step->count() < 0;
  env_.log.write(log_level::warning, host_.stable_name(),
                 back ? "the wall clock was set back: what was due by the other one is due anew"
                      : "the wall clock was set forward, or this machine slept",
                 {{"by_s", in_seconds(*step)}});
  if (s_.now != phase::loading && s_.now != phase::crawling)
    return;
  if (back) {
    s_.bans.mend(now.wall);
    mend_times({now.wall, -*step});
  }
  s_.news.fill(true);
  s_.after = {};
  s_.next_due.fill(store::never);
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
  if (s_.mending && from.part == 0 && from.after.empty()) {
    s_.mend_again += from.set_back;
    return;
  }
  s_.mending = true;
  saving then;
  then.mends = from.set_back;
  save({std::move(from)}, then);
}

void connection_manager::on_mended(const store::times_mended& done, std::chrono::seconds set_back) {
  const auto now = env_.time.now().wall;
  if (done.records > 0) {
    s_.news.fill(true);
    s_.after = {};
  }
  if (s_.now == phase::ending || s_.now == phase::ended) {
    s_.mending = false;
    return;
  }
  if (done.more) {
    mend_times({now, set_back, done.part, done.after});
    return;
  }
  s_.mending = false;
  if (const auto again = std::exchange(s_.mend_again, std::chrono::seconds{0}); again.count() > 0)
    mend_times({now, again});
}

} // namespace seedwalk::actors
