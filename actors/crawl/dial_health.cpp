#include "actors/crawl/dial_health.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace seedwalk::actors {

bool is_our_failure(const net::visit_summary& summary) {
  return summary.blame == net::blame::local && summary.reason != net::error::none;
}

void dial_health::dial_ended(const net::visit_summary& summary, std::uint32_t others,
                             net::steady_time now) {
  if (summary.blame == net::blame::cancelled)
    return;
  ++dials_ended_;
  if (never_began(summary)) {
    brake_.failed(others, now);
  } else if (!is_our_failure(summary) || summary.reached != net::stage::dialling) {
    got_out_ = true;
    brake_.worked();
  }
}

std::string dial_health::why_in_vain() const {
  if (got_out_ || dials_ended_ == 0 || failures_.empty())
    return {};
  const auto totals = failures_.totals();
  const auto most =
      std::max_element(totals.begin(), totals.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return fmt::format(
      "nobody was reached: each of {} dials failed by this machine's own doing ({}): "
      "{}",
      dials_ended_, net::name_of(most->first), advice_on(most->first));
}

} // namespace seedwalk::actors
