#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "actors/crawl/dial_schedule.hpp"
#include "actors/crawl/peer_pool.hpp"
#include "actors/crawl/reconnect_table.hpp"
#include "net/base/instant.hpp"
#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// Whom a crawl has lost it dials again, as soon and as often as it says.
///
/// Verifies: a held peer that is lost by the network's doing waits for a dial, or was dialled, or
/// has dialled us, when the longest delay of a reconnect is over, unless it had its share of
/// reconnects within the window just then. And a network that seems away (fifty dials in a row to
/// endpoints that this run has seen good met nobody) is probed: while somebody there waits for a
/// dial, no three times the interval of probes goes by without one.
///
/// Does not verify that nobody is reconnected more often, and any of this in a world in which
/// somebody bans, reloads or sets a clock, a disk is not as usual, or events may be late without a
/// bound. Looks at the manager's pool between two steps, as the pool oracle does.
class redial_oracle final : public oracle {
public:
  redial_oracle() : oracle("redials") {}

  void begin(crawl_world& of) override;
  void on_start(const watched_crawler& crawler) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_recreate(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_message(const watched_crawler& to, const step_view& step) override;
  void on_outcome(const watched_crawler& of, const actors::peer_outcome& m) override;
  void on_step(const watched_crawler& of, const step_view& step, bool is_of_manager) override;

private:
  /// What dials on one network have come to.
  struct line {
    std::uint32_t in_vain = 0; ///< In a row, to those who were good.
    bool is_away = false;
    net::steady_time silent_since{0}; ///< Somebody has waited since, and nobody was dialled.
  };
  struct notes {
    const actors::peer_pool* pool = nullptr;
    const actors::dial_schedule* dials = nullptr;
    std::weak_ptr<const void> manager; ///< Expired: neither is there any more.
    flat_table<net::endpoint, std::deque<net::steady_time>> reconnects; ///< Granted, of the window.
    flat_table<net::endpoint, net::steady_time> lost; ///< Who waits, and until when at most.
    flat_table<net::endpoint, net::steady_time> good; ///< When it was.
    std::array<line, 8> lines{};                      ///< By net::network_id.
    bool is_ending = false;
  };

  void note_loss(const watched_crawler& of, const net::visit_summary& visit);
  void note_answer(const watched_crawler& of, const net::visit_summary& visit);
  void look_for_the_lost(const watched_crawler& of, notes& n);
  void look_for_probes(const watched_crawler& of, notes& n);

  bool is_judged_ = false;
  for_each_crawler<notes> of_crawlers_;
};

} // namespace seedwalk::sim
