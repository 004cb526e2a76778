#include "tools/bench/schedulers/log_rank.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace seedwalk::bench {

void log_rank::add(const std::vector<std::uint32_t>& one, const std::vector<std::uint32_t>& other,
                   std::uint32_t limit) {
  std::set<std::uint32_t> times;
  for (const auto* group : {&one, &other})
    for (const auto found : *group)
      if (found != 0)
        times.insert(found);
  const auto at_risk = [limit](const std::vector<std::uint32_t>& group, std::uint32_t time) {
    return static_cast<double>(std::ranges::count_if(
        group, [&](std::uint32_t found) { return (found == 0 ? limit : found) >= time; }));
  };
  const auto finds = [](const std::vector<std::uint32_t>& group, std::uint32_t time) {
    return static_cast<double>(std::ranges::count(group, time));
  };
  for (const auto time : times) {
    const auto n1 = at_risk(one, time);
    const auto n = n1 + at_risk(other, time);
    const auto d1 = finds(one, time);
    const auto d = d1 + finds(other, time);
    difference_ += d1 - d * n1 / n;
    if (n > 1)
      variance_ += d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1);
  }
}

double log_rank::p() const {
  if (variance_ <= 0)
    return 1;
  return std::erfc(std::abs(difference_) / std::sqrt(2 * variance_));
}

} // namespace seedwalk::bench
