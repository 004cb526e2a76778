#pragma once

#include <cstdint>
#include <span>

#include "actors/runtime/strategies/strategy_text.hpp"

namespace seedwalk::sim {

/// A strategy of the portfolio, and how many of a hundred runs it has.
struct portfolio_share {
  strategy_text strategy;
  std::uint32_t percent = 0;
};

/// All of them. The shares follow from what each finds, by the rule in sim/README.md.
std::span<const portfolio_share> portfolio_shares();

/// What a run does: `portfolio` is the strategy that is drawn by the run's seed, any other one is
/// itself. Never `portfolio`.
strategy_text settled(const strategy_text& said, std::uint64_t seed);

} // namespace seedwalk::sim
