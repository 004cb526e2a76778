#include "actors/crawl/clock_check.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace seedwalk::actors {

namespace {

using std::chrono::seconds;

/// What a version may say: peers send any 64 bits, and differences of these must not overflow.
constexpr seconds latest_time{std::int64_t{1} << 40};

seconds passed(const net::instant& before, const net::instant& after) {
  return std::chrono::floor<seconds>(after.steady - before.steady);
}

} // namespace

std::optional<seconds> clock_step_between(const net::instant& before, const net::instant& after) {
  const auto step = after.wall - before.wall - passed(before, after);
  if (step > -clock_step_min && step < clock_step_min)
    return std::nullopt;
  return step;
}

std::optional<seconds> clock_check::look(const net::instant& now) {
  // Within the same second there is nothing to see; timers ask often.
  if (last_ && now.wall == last_->wall && now.steady - last_->steady < seconds{1})
    return std::nullopt;
  const auto before = std::exchange(last_, now);
  if (!before) {
    anchor_ = now;
    return std::nullopt;
  }
  const auto step = clock_step_between(*before, now);
  if (step)
    samples_.clear();
  else if (judge() == verdict::believed)
    anchor_ = now;
  return step;
}

void clock_check::heard(seconds peer_time, const net::instant& now) {
  samples_.push_back(std::clamp(peer_time, seconds{0}, latest_time) - now.wall);
  if (samples_.size() > samples_max)
    samples_.pop_front();
}

seconds clock_check::difference() const {
  if (samples_.empty())
    return seconds{0};
  std::vector<seconds> sorted(samples_.begin(), samples_.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

clock_check::verdict clock_check::judge() const {
  if (samples_.size() < samples_min)
    return verdict::unknown;
  const auto off = difference();
  return off >= -believed_within && off <= believed_within ? verdict::believed : verdict::doubted;
}

seconds clock_check::careful(const net::instant& now) const {
  return anchor_ ? std::min(now.wall, anchor_->wall + passed(*anchor_, now)) : now.wall;
}

} // namespace seedwalk::actors
