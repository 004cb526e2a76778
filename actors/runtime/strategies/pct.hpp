#pragma once

#include <unordered_map>

#include "actors/runtime/strategies/changes.hpp"
#include "actors/runtime/strategies/ranking.hpp"

namespace seedwalk::sim {

/// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): each source has a priority,
/// drawn by its name, and the highest runs; at depth - 1 drawn events the source whose turn it is
/// drops to the bottom, so that the event itself comes late. In a run of k turns of n sources, a
/// bug of depth d, one that d - 1 constraints on the order of two events each are enough for, comes
/// with probability at least 1/(n (e k)^(d-1)): the paper's bound but for e, the price of drawing
/// by name (`drawn_changes`).
class pct final : public ranking {
public:
  pct(std::uint64_t seed, std::uint32_t depth, std::uint64_t turns)
      : changes_(seed, depth, turns) {}

  rank_value rank(const candidate& one) override {
    const auto dropped = dropped_.find(one.source);
    return {dropped == dropped_.end() ? changes_.initial(one.source) : dropped->second};
  }

  bool puts_off(const candidate& one) override {
    const auto drop = changes_.at(one.name);
    if (drop)
      dropped_[one.source] = *drop;
    return drop.has_value();
  }

private:
  drawn_changes changes_;
  std::unordered_map<std::uint64_t, std::uint64_t> dropped_; // order never seen: asked by source
};

} // namespace seedwalk::sim
