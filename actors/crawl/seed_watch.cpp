#include "actors/crawl/seed_watch.hpp"

#include <algorithm>

#include "net/base/random.hpp"

namespace seedwalk::actors {

void seed_watch::note(net::steady_time now, const moment& seen) {
  if (seen.reached > last_.reached || seen.established > 0) {
    quiet_since_ = now;
    dialled_then_ = seen.dialled;
    doublings_ = 0;
  }
  last_ = seen;
}

void seed_watch::asked(net::steady_time now, std::uint64_t seed) {
  const auto pause = std::min<std::chrono::seconds>(pause_min * (1 << doublings_), pause_max);
  const std::uint64_t nth = rounds_++;
  net::random_stream draw(seed, "pause of dns seeds",
                          {reinterpret_cast<const std::uint8_t*>(&nth), sizeof nth});
  const auto spread = std::chrono::seconds{static_cast<std::int64_t>(
      draw.below(static_cast<std::uint64_t>(pause.count()) * spread_percent / 100 + 1))};
  not_before_ = now + pause + spread;
  constexpr std::uint32_t doublings_max = 10;
  doublings_ = std::min(doublings_ + 1, doublings_max);
}

bool seed_watch::due(net::steady_time now, bool few_known,
                     std::chrono::seconds live_interval) const {
  if (not_before_ && now < *not_before_)
    return false;
  // Who has dialled nobody has no reason to complain, unless there is nobody to dial.
  const bool in_vain = last_.dialled > dialled_then_ || (last_.reached == 0 && few_known);
  const auto patience = last_.reached > 0 ? live_intervals * live_interval
                        : few_known       ? patience_few
                                          : patience_many;
  return in_vain && now - quiet_since_ >= patience;
}

} // namespace seedwalk::actors
