#include <utility>

#include "actors/runtime/strategies/pairs.hpp"
#include "actors/runtime/strategies/pct.hpp"
#include "actors/runtime/strategies/pctcp.hpp"
#include "actors/runtime/strategies/pos.hpp"
#include "actors/runtime/strategies/ranking.hpp"
#include "actors/runtime/strategies/run_profile.hpp"
#include "actors/runtime/strategies/walk.hpp"

namespace seedwalk::sim {

namespace {

/// What a run is taken for of which nothing is known.
constexpr std::uint64_t turns_guessed = 1'000;

} // namespace

std::unique_ptr<ranking> make_ranking(const ranking_options& o) {
  const auto turns = o.profile ? o.profile->turns() : turns_guessed;
  switch (o.strategy) {
  case strategy::fifo:
  case strategy::uniform:
  case strategy::portfolio: // which is another one by now
    return nullptr;
  case strategy::pct:
    return std::make_unique<pct>(o.seed, o.depth, turns);
  case strategy::pctcp:
    return std::make_unique<pctcp>(o.seed, o.depth, turns);
  case strategy::pos:
    return std::make_unique<pos>(o.seed);
  case strategy::urw:
  case strategy::surw:
    return std::make_unique<walk>(o.strategy, o.seed, o.profile);
  case strategy::pairs:
    return std::make_unique<pairs>(o.seed, o.profile, o.wanted);
  }
  return nullptr;
}

} // namespace seedwalk::sim
