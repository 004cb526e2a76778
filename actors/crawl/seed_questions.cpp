#include "actors/crawl/seed_questions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace seedwalk::actors {

void seed_questions::begin_round() {
  ++rounds_;
  failures_.clear();
}

std::optional<std::chrono::seconds> seed_questions::next_round(bool once) const {
  if (once && rounds_ >= tries_once)
    return std::nullopt;
  constexpr std::uint32_t doublings_max = 10;
  const auto doublings = std::min(rounds_ > 0 ? rounds_ - 1 : 0, doublings_max);
  return std::min(first_delay * (1 << doublings), longest_delay);
}

std::string seed_questions::failures_text() const {
  std::string text;
  for (const auto& [seed, reason] : failures_)
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", seed, net::name_of(reason));
  return text;
}

} // namespace seedwalk::actors
