#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/connection_manager.hpp"

namespace seedwalk::actors {

namespace {

/// A crawl that is to end by itself waits for so many pauses of the brake, 15 s in all, before it
/// says that nobody can be dialled here.
constexpr std::uint32_t pauses_in_vain = 5;

} // namespace

/// Takes note of a failure by our own doing: counts it, and says so.
void connection_manager::note_local(net::error why) {
  ++s_.counters.local_failures[why];
  if (s_.failures.note(why, env_.time.now().steady))
    env_.log.write(
        log_level::warning, host_.stable_name(), "this machine fails its connections",
        {{"error", std::string{net::name_of(why)}}, {"do", std::string{advice_on(why)}}});
}

/// What an ended connection says of this machine.
void connection_manager::note_failure(const net::visit_summary& summary) {
  if (summary.whose == net::blame::cancelled)
    return;
  const bool ours = summary.whose == net::blame::local && summary.reason != net::error::none;
  if (ours)
    note_local(summary.reason);
  if (summary.way != net::direction::outbound)
    return;
  ++s_.dials_ended;
  if (never_began(summary)) {
    s_.brake.failed(s_.dials.in_use(), env_.time.now().steady);
  } else if (!ours || summary.reached != net::stage::dialling) {
    s_.got_out = true;
    s_.brake.worked();
  }
  if (!s_.got_out && s_.brake.pauses_in_a_row() > pauses_in_vain && s_.now == phase::crawling &&
      env_.settings.current()->config.run.once)
    env_.runtime.send(s_.crawler, part_failed{why_in_vain(), crawl_fault::nobody_reached});
}

/// Says once a minute what has gone on failing.
void connection_manager::sum_up_failures() {
  for (const auto& [why, n] : s_.failures.take_summary(env_.time.now().steady))
    env_.log.write(log_level::warning, host_.stable_name(),
                   "this machine goes on failing its connections",
                   {{"error", std::string{net::name_of(why)}},
                    {"times", fmt::to_string(n)},
                    {"do", std::string{advice_on(why)}}});
}

/// An endpoint whose dial never began is due as it was before: it comes again from the database,
/// which hears nothing of this.
void connection_manager::give_back(const net::endpoint& key, pool_entry& entry,
                                   const net::visit_summary& summary) {
  const auto queue = entry.queue;
  tell(peer_has_failed{key, entry.way, summary.how});
  s_.pool.leave(key);
  s_.due.look_from_front(queue);
  s_.due.somebody_is_busy();
  dial_more();
  look_for_the_end();
}

/// Why a crawl that has nothing left to do has done nothing: all dials failed by our own doing.
/// Empty: somebody was reached, or could have been.
std::string connection_manager::why_in_vain() const {
  if (s_.got_out || s_.dials_ended == 0 || s_.failures.empty())
    return {};
  const auto totals = s_.failures.totals();
  const auto most =
      std::max_element(totals.begin(), totals.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return fmt::format(
      "nobody was reached: each of {} dials failed by this machine's own doing ({}): "
      "{}",
      s_.dials_ended, net::name_of(most->first), advice_on(most->first));
}

} // namespace seedwalk::actors
