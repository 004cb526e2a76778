#include "actors/crawl/outage_detector.hpp"

#include <algorithm>

namespace seedwalk::actors {

std::optional<store::outage_interval> outage_detector::dialled(net::network_id network,
                                                               bool answered, bool was_good,
                                                               const net::instant& now) {
  auto& state = networks_.at(static_cast<std::size_t>(network));
  if (answered) {
    std::optional<store::outage_interval> over;
    // By what passed: the wall clock may have been set meanwhile.
    if (state.in_outage)
      over = store::outage_interval{
          network, now.wall - std::chrono::floor<std::chrono::seconds>(now.steady - state.since),
          now.wall};
    state = {};
    return over;
  }
  // A peer that has been away for longer than a day may well be gone: that says nothing either way.
  if (!was_good || state.in_outage)
    return std::nullopt;
  if (state.failures == 0)
    state.since = now.steady;
  if (++state.failures == failures_in_a_row) {
    state.in_outage = true;
    state.probe_at = now.steady + probe_every;
  }
  return std::nullopt;
}

bool outage_detector::any() const {
  return std::any_of(networks_.begin(), networks_.end(), [](const auto& x) { return x.in_outage; });
}

std::optional<net::steady_time> outage_detector::next_probe() const {
  std::optional<net::steady_time> next;
  for (const auto& state : networks_)
    if (state.in_outage)
      next = next ? std::min(*next, state.probe_at) : state.probe_at;
  return next;
}

std::optional<net::network_id> outage_detector::take_probe(net::steady_time now) {
  for (std::size_t i = 0; i != networks_.size(); ++i) {
    auto& state = networks_[i];
    if (!state.in_outage || state.probe_at > now)
      continue;
    state.probe_at = now + probe_every;
    return static_cast<net::network_id>(i);
  }
  return std::nullopt;
}

} // namespace seedwalk::actors
