#include "sim/scenario/redrawn_moments.hpp"

#include <algorithm>
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

/// A chain of moments, each after the one before it.
class later_moments {
public:
  explicit later_moments(std::uint64_t now) : said_(now), drawn_(now) {}

  /// What was to come at `moment` comes then. Equal moments stay equal.
  std::uint64_t next(std::uint64_t moment, purpose kind, const draws& draw) {
    if (moment > said_) {
      drawn_ += redrawn(moment - said_, draw(kind, name_from("moment", moment)));
      said_ = moment;
    }
    return drawn_;
  }

private:
  std::uint64_t said_;
  std::uint64_t drawn_;
};

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

void redraw_moments(std::vector<planned_operation>& operations, run_moment at, const draws& draw) {
  std::vector<planned_operation*> later;
  for (auto& one : operations)
    if (!one.at_disk_call && (one.at_step ? *one.at_step > at.steps : one.at > at.now))
      later.push_back(&one);
  std::ranges::stable_sort(later, {}, [](const auto* one) { return one->at_step.value_or(0); });
  later_moments times{static_cast<std::uint64_t>(at.now.count())};
  later_moments steps{at.steps};
  for (auto* one : later)
    if (one->at_step)
      one->at_step = steps.next(*one->at_step, "step of an operation", draw);
    else
      one->at = net::steady_time{static_cast<std::int64_t>(
          times.next(static_cast<std::uint64_t>(one->at.count()), "moment of an operation", draw))};
}

} // namespace seedwalk::sim
