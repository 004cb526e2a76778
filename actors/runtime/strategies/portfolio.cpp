#include "actors/runtime/strategies/portfolio.hpp"

#include <array>

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::array shares = {
    portfolio_share{{strategy::uniform}, 7}, portfolio_share{{strategy::pct, 3}, 9},
    portfolio_share{{strategy::pct, 10}, 6}, portfolio_share{{strategy::pctcp, 3}, 8},
    portfolio_share{{strategy::pos}, 8},     portfolio_share{{strategy::urw}, 12},
    portfolio_share{{strategy::surw}, 19},   portfolio_share{{strategy::pairs}, 31},
};

constexpr std::uint32_t sum_of_shares() {
  std::uint32_t sum = 0;
  for (const auto& one : shares)
    sum += one.percent;
  return sum;
}
static_assert(sum_of_shares() == 100);

} // namespace

std::span<const portfolio_share> portfolio_shares() {
  return shares;
}

strategy_text settled(const strategy_text& said, std::uint64_t seed) {
  if (said.strategy != strategy::portfolio)
    return said;
  auto left = drawn(seed, "portfolio", 0) % 100;
  const auto* one = shares.data();
  for (; left >= one->percent; ++one)
    left -= one->percent;
  return one->strategy;
}

} // namespace seedwalk::sim
