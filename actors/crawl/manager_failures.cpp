#include <string>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/connection_manager.hpp"
#include "net/base/probe.hpp"

namespace seedwalk::actors {

/// Takes note of a failure by our own doing: counts it, and says so.
void connection_manager::note_local(net::error reason) {
  s_.tally.note_local_failure(reason);
  if (s_.health.note_failure(reason, env_.time.now().steady))
    env_.log.write(
        log_level::warning, host_.stable_name(), "this machine fails its connections",
        {{"error", std::string{net::name_of(reason)}}, {"do", std::string{advice_on(reason)}}});
}

/// What an ended connection says of this machine.
void connection_manager::note_failure(const net::visit_summary& summary) {
  if (summary.blame == net::blame::cancelled)
    return;
  if (is_our_failure(summary))
    note_local(summary.reason);
  if (summary.direction != net::direction::outbound)
    return;
  s_.health.dial_ended(summary, s_.dials.in_use(), env_.time.now().steady);
  if (s_.health.is_hopeless() && s_.now == phase::crawling && s_.settings->config.run.once) {
    net::reached(net::probe::nobody_reached);
    env_.runtime.send(s_.crawler,
                      part_failed{s_.health.why_in_vain(), crawl_fault::nobody_reached});
  }
}

/// Says once a minute what has gone on failing.
void connection_manager::sum_up_failures() {
  for (const auto& [reason, n] : s_.health.take_summary(env_.time.now().steady))
    env_.log.write(log_level::warning, host_.stable_name(),
                   "this machine goes on failing its connections",
                   {{"error", std::string{net::name_of(reason)}},
                    {"times", fmt::to_string(n)},
                    {"do", std::string{advice_on(reason)}}});
}

/// An endpoint whose dial never began is due as it was before: it comes again from the database,
/// which hears nothing of this.
void connection_manager::give_back(const net::endpoint& key, pool_entry& entry,
                                   const net::visit_summary& summary) {
  net::reached(net::probe::dial_given_back);
  const auto queue = entry.queue;
  tell(peer_has_failed{key, entry.direction, summary.outcome});
  s_.pool.leave(key);
  s_.due.look_from_front(queue);
  s_.due.somebody_is_busy();
  dial_more();
  look_for_the_end();
}

} // namespace seedwalk::actors
