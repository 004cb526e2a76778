#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "actors/runtime/strategies/order_memory.hpp"
#include "actors/runtime/strategies/ranking.hpp"
#include "actors/runtime/strategies/run_profile.hpp"

namespace seedwalk::sim {

/// Makes orders of messages that were not seen: the reads-from fuzzing of Wolff et al. (ASPLOS
/// 2024), carried over to messages. There a read is to see what a certain write wrote; here an
/// actor is to take one kind of message directly after another.
///
/// One to three orders are wanted, of those that are said first the ones whose messages raced in an
/// earlier run. Until the first message of such an order is the last one sent to
/// its actor, the events whose turn would send the second are put behind all others; which events
/// those are an earlier run tells, by name. Then, as is drawn for each order, they either go before
/// all others, so that the second comes directly after the first, or when they will. That ends once
/// the order is made, or when a budget of turns is used up in which something was held back. How
/// many messages of the second kind go by before it begins is drawn, and none is most likely. All
/// else goes by a priority for each event, as by `uniform`.
///
/// An order that names no actor is wanted of one that is drawn from those that they raced at.
/// Without an earlier run nothing is held back.
class pairs final : public ranking {
public:
  /// `wanted`: empty: orders that the earlier run had not are drawn.
  pairs(std::uint64_t seed, std::shared_ptr<const run_profile> profile,
        std::vector<message_order> wanted);

  void on_pending(const pending_event& one) override;
  void on_withdrawn(const candidate& one) override { sends_.erase(one.name); }
  rank_value rank(const candidate& one) override;
  void on_left(const candidate& one) override { ready_.erase(one.source); }
  void on_taken(const candidate& one) override;

  /// What it tries to make, each with its actor.
  std::vector<message_order> wanted() const;
  /// How many of those it has made.
  std::size_t made() const;

private:
  enum class state : std::uint8_t { held, open, made, given_up };
  struct aim {
    message_order order;
    run_profile::senders senders;
    std::uint64_t skipped = 0; ///< So many of the second kind go by before it begins.
    bool is_direct = true;     ///< False: that the first came before is enough.
    state is = state::held;
  };
  using aims = std::uint8_t; ///< A bit for each.

  void choose(std::vector<message_order> wanted);
  void want(const message_order& one);
  void move(std::size_t nth, state to);
  aims sends(const pending_event& one) const;
  bool is_held(aims of) const;

  std::uint64_t seed_;
  std::shared_ptr<const run_profile> profile_;
  std::uint64_t budget_ = 0; ///< Turns.
  std::vector<aim> aims_;
  std::unordered_map<std::uint64_t, aims> sends_; ///< Pending events. Order never seen.
  std::map<std::uint64_t, aims> ready_;           ///< Sources whose candidates send.
};

} // namespace seedwalk::sim
