#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "actors/runtime/strategies/ranking.hpp"
#include "actors/runtime/strategies/run_profile.hpp"

namespace seedwalk::sim {

/// Random walks that weigh what each choice leads to (Zhao et al., ASPLOS 2025).
///
/// `urw`: a candidate is taken with a probability proportional to the number of events that it, and
/// all that waits behind it in its mailbox or lane, led to in an earlier run, themselves included.
/// If this run has the same forest of causes, all orders that the forest allows are equally likely.
///
/// `surw`: what counts is only how many messages to one target they led to, which is drawn from
/// those of the earlier run; candidates that lead to none, the target's own steps among them, go by
/// a random priority each. Who was chosen and sent nothing to the target hands its turn on to one
/// of those that it led to, drawn by their weights: so orders of the target's messages are equally
/// likely, however many turns of others each of them takes.
///
/// Events are matched by name; those with no namesake in the earlier run count as the mean of their
/// kind. Without an earlier run `urw` weighs each event 1, and `surw` gives each a random priority.
class walk final : public ranking {
public:
  /// `strategy`: `urw` or `surw`.
  walk(sim::strategy strategy, std::uint64_t seed, std::shared_ptr<const run_profile> profile);

  void on_pending(const pending_event& one) override;
  void on_withdrawn(const candidate& one) override { forget(one); }
  rank_value rank(const candidate& one) override;
  void on_left(const candidate& one) override;
  void on_taken(const candidate& one) override;
  std::uint64_t rank_in_race(std::uint64_t name) const override;

  /// What `surw` aims at; nothing if there is no target.
  const std::optional<run_profile::target>& aim() const { return aim_; }

private:
  struct source_state {
    std::uint64_t weight = 0;       ///< Of all that is pending there.
    std::uint64_t last_arrival = 0; ///< Keys the draw: it is drawn anew when the weight changes.
    bool is_candidate = false;
  };

  void forget(const candidate& one);
  void hand_on(const pending_event& to, std::uint64_t weight);
  std::uint64_t weight_of(const pending_event& one) const;

  sim::strategy strategy_;
  std::uint64_t seed_;
  std::shared_ptr<const run_profile> profile_; ///< `weights_` points into it.
  std::optional<run_profile::target> aim_;
  std::optional<run_profile::weights> weights_;
  // Of `surw`: who was chosen last, and whose turn it is in its place, as far as is known by now.
  std::uint64_t chosen_ = 0;                                 ///< 0: it has sent to the target.
  std::uint64_t heir_ = 0;                                   ///< A source; 0: none.
  std::uint64_t heirs_weight_ = 0;                           ///< Of all that it could have been.
  std::unordered_map<std::uint64_t, source_state> sources_;  // order never seen: asked by source
  std::unordered_map<std::uint64_t, std::uint64_t> pending_; // order never seen: asked by name
};

} // namespace seedwalk::sim
