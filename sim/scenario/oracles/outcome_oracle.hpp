#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "net/base/outcome.hpp"
#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// Each visit has exactly one outcome, and the right one where one thing alone decides it.
///
/// Verifies: the manager hears an outcome of a visit that has begun, and no second one; none is
/// missing once a crawl has finished. Where a node of the topology behaves as its kind does, no
/// fault touches it but, maybe, one that fails each dial to it, and the network and the timers are
/// as usual, the outcome of a visit that ended by the peer's doing is that of the kind or of that
/// fault, and of one that does not ask again for addresses that of its handshake; and where no
/// fault touches it, an answer that is said to be complete has all that the node tells, however
/// slow our own disk is. An outage is told of a network only where fifty dials in a row met nobody.
/// And no handshake takes longer than its timer lets it, and a hundred turns may be late, whatever
/// comes in the meantime (where nobody reloads, and `schedule.behind` is less than a minute).
///
/// Does not verify outcomes that several things could have decided, stages, and what is written of
/// a visit (store).
class outcome_oracle final : public oracle {
public:
  outcome_oracle() : oracle("outcomes") {}

  void begin(crawl_world& of) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_network_completion(const watched_crawler& of, const net::completion& heard) override;
  void on_outcome(const watched_crawler& of, const actors::peer_outcome& m) override;
  void at_end(crawl_world& of) override;

private:
  struct visits_of_one {
    flat_set<net::endpoint> under_way;
    flat_table<net::connection_id, net::endpoint> accepted; ///< And not taken over.
    flat_set<net::endpoint> asked;                          ///< For addresses, ever.
    std::array<std::uint32_t, 8> in_vain{};                 ///< Dials in a row, by net::network_id.
    std::array<bool, 8> may_be_away{}; ///< The row was ever long enough for an outage.
    std::size_t outages = 0;           ///< That were told of.
  };

  void look_at_handshake(const watched_crawler& of, const net::visit_summary& visit);
  static void note_dial(visits_of_one& visits, const net::visit_summary& visit);
  void look_at_outages(visits_of_one& visits, const store::census_record& told);
  std::optional<net::outcome> right_outcome(const net::endpoint& peer, bool asks) const;
  /// How many entries the answer of a node has, at least, that nothing touches; 0: not known.
  std::size_t entries_of(const net::endpoint& peer) const;

  crawl_world* run_ = nullptr;
  bool is_plain_ = false;          ///< Network, timers and rules about peers are the usual ones.
  bool answers_are_whole_ = false; ///< The network and the timers are.
  std::optional<net::steady_time> late_at_most_; ///< So late may timers be heard of.
  for_each_crawler<visits_of_one> of_crawlers_;
};

} // namespace seedwalk::sim
