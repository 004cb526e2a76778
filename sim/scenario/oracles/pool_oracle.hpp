#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "actors/crawl/dial_schedule.hpp"
#include "actors/crawl/peer_pool.hpp"
#include "actors/crawl/settings.hpp"
#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// The pool keeps its promises at every step.
///
/// Verifies, after each step of the manager: slots in use are the live outbound entries; there are
/// no more of each direction than the settings allow, but for those that were there before a reload
/// allowed fewer; and, from the doors, that live entries are as many as visits that have begun and
/// whose outcomes the manager has not heard. Besides: no connection has two slots, no ended visit
/// goes on, no two live connections are to one peer, none is dialled that had dialled us alone.
/// Of large pools the last are looked at once in as many steps as it has entries.
///
/// Does not look any more once all actors were made anew from what they knew (`recreate`). Does not
/// verify who is dialled (reference model), how fast (politeness), and what becomes of it
/// (outcomes).
class pool_oracle final : public oracle {
public:
  pool_oracle() : oracle("pool") {}

  void on_start(const watched_crawler& crawler) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_recreate(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_outcome(const watched_crawler& of, const actors::peer_outcome& m) override;
  void on_step(const watched_crawler& of, const step_view& step, bool is_of_manager) override;

  /// What is known of the pool of one crawler.
  struct view {
    const actors::peer_pool* pool = nullptr;
    const actors::dial_schedule* dials = nullptr;
    std::weak_ptr<const void> manager; ///< Expired: neither is there any more.
    std::int64_t begun = 0;            ///< Visits whose outcome was not heard yet.
    flat_set<net::endpoint> dialled;   ///< Everybody whom this incarnation has dialled.
    std::uint32_t outbound = 0;        ///< Live, when it was looked at last.
    std::uint32_t inbound = 0;         ///< The same.
    std::uint32_t over_capacity = 0;   ///< The same.
    flat_set<net::owner> live;         ///< Whose connections were live when they were looked at,
    flat_set<net::owner> ended;        ///< and whose are over.
    std::size_t steps_to_look = 0;     ///< Until the whole pool is looked at.
  };

  /// Looks at a whole pool, between two steps.
  void look(view& at, const actors::settings_shelf& settings);

private:
  void look_at_counts(view& at, const actors::settings_shelf& settings);
  void look_at_entries(view& at);

  for_each_crawler<view> views_;
};

} // namespace seedwalk::sim
