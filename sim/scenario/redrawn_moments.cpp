#include "sim/scenario/redrawn_moments.hpp"

#include <limits>

#include "net/base/bytes.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

/// Who waits longer than that waits for ever: no run is that long, and twice as much is a time.
constexpr std::uint64_t longest_wait = std::numeric_limits<std::uint64_t>::max() / 8;

/// 0 to 2 times as long.
std::uint64_t redrawn(std::uint64_t wait, std::uint64_t bits) {
  return wait > longest_wait ? wait : bits % (2 * wait + 1);
}

std::uint64_t wait_of(net::steady_time from, net::steady_time until) {
  return static_cast<std::uint64_t>((until - from).count());
}

} // namespace

void redraw_moments(std::vector<fault_rule>& faults, net::steady_time now, const draws& draw) {
  for (auto& rule : faults) {
    if (rule.since <= now)
      continue;
    const auto name = name_from("fault", net::keyed_hash(0, "rule", net::as_bytes(rule.name)));
    const auto lasts = rule.until - rule.since;
    const bool ends = rule.until != net::steady_time::max();
    rule.since = now + net::steady_time{static_cast<std::int64_t>(
                           redrawn(wait_of(now, rule.since), draw("moment of a fault", name)))};
    if (ends)
      rule.until = rule.since + lasts;
  }
}

} // namespace seedwalk::sim
