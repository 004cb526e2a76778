#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/connection_manager.hpp"
#include "net/base/probe.hpp"

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
  net::reached(back ? net::probe::clock_set_back : net::probe::clock_set_forward);
  env_.log.write(log_level::warning, host_.stable_name(),
                 back ? "the wall clock was set back: what was due by the other one is due anew"
                      : "the wall clock was set forward, or this machine slept",
                 {{"by_s", in_seconds(*step)}});
  if (s_.now != phase::loading && s_.now != phase::crawling)
    return;
  s_.mender.mend_once_believed();
  if (back)
    write_page(s_.mender.begin(now.wall, -*step));
  s_.due.clock_was_set();
  s_.due.begin_no_later(now.wall, s_.settings->config.schedule);
  keep_timer(alarm::due, std::nullopt, {});
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
    net::reached(net::probe::clock_doubted);
  else if (again)
    net::reached(net::probe::clock_believed_again);
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

/// Has the database mend a page, if there is one to mend.
void connection_manager::write_page(std::optional<store::mend_times> page) {
  if (!page)
    return;
  saving then;
  then.mends = *page;
  save({std::move(*page)}, then);
}

/// After the start, and after each time that the clock was set: what is changed for good waits
/// until the clock is known to be right.
void connection_manager::mend_once_believed() {
  if (s_.now != phase::crawling || s_.clock.judge() != clock_check::verdict::believed)
    return;
  const auto now = env_.time.now().wall;
  auto page = s_.mender.begin_for_good(now);
  if (page)
    s_.bans.mend(now);
  write_page(std::move(page));
}

void connection_manager::on_mended(const store::times_mended& done,
                                   const store::mend_times& asked) {
  if (s_.now == phase::ending || s_.now == phase::ended)
    return;
  if (done.records > 0) {
    net::reached(net::probe::times_mended);
    s_.due.look_from_front(env_.time.now().wall);
  }
  watch_clock();
  write_page(s_.mender.page_is_mended(done, asked, env_.time.now().wall,
                                      s_.clock.judge() == clock_check::verdict::believed));
}

} // namespace seedwalk::actors
