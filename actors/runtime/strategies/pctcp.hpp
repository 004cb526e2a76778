#pragma once

#include <unordered_map>
#include <vector>

#include "actors/runtime/strategies/changes.hpp"
#include "actors/runtime/strategies/ranking.hpp"

namespace seedwalk::sim {

/// PCT for messages (Ozkan et al., OOPSLA 2018): priorities of chains of causes in place of
/// sources, found while the run goes on. An event continues the chain of its cause, or of the event
/// before it that has to come first, if that is the last of its chain; else it begins one. A bug of
/// depth d comes with probability at least 1/(w^2 (e n)^(d-1)) in a run of n events, w being the
/// most events of which none has to come before another: fewer, in a world of many actors, than
/// there are actors.
class pctcp final : public ranking {
public:
  pctcp(std::uint64_t seed, std::uint32_t depth, std::uint64_t turns)
      : changes_(seed, depth, turns) {}

  void on_pending(const pending_event& one) override;
  void on_withdrawn(const candidate& one) override { end(one.name); }
  rank_value rank(const candidate& one) override { return {ranks_[chain_of(one.name)]}; }
  bool puts_off(const candidate& one) override;
  void on_taken(const candidate& one) override { end(one.name); }

  /// How many there are.
  std::size_t chains() const { return ranks_.size(); }

private:
  struct member {
    std::uint32_t chain = 0;
    bool is_last = true;
    bool is_pending = true;
  };

  std::uint32_t chain_of(std::uint64_t name);
  bool continue_chain(std::uint64_t of, std::uint64_t name);
  void end(std::uint64_t name);

  drawn_changes changes_;
  std::vector<std::uint64_t> ranks_;                  ///< Of each chain.
  std::unordered_map<std::uint64_t, member> members_; // order never seen: asked by name alone
};

} // namespace seedwalk::sim
