#pragma once

#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// What a crawl found is what is there.
///
/// Verifies, at the end of a run in which nothing explains a miss (no fault, no disk that fails, no
/// crash, no stop, no reload, no clock that is set; everybody who is known is to be dialled;
/// network and timers as usual, nobody excluded, banned or required to be anything; and the crawl
/// finished): of the nodes of the topology that a crawler knows and whose network it dials, those
/// that are good by their models, and no others, are good by its database.
///
/// Does not verify who should be known: whom gossip never names nobody can find
/// (`expect.recall_percent` says so for a scenario); nodes that were never tried and of whom
/// nothing has been told within `schedule.freshness`, as nobody need dial those; and nodes that
/// follow a program of the scenario's.
class score_oracle final : public oracle {
public:
  score_oracle() : oracle("score") {}

  void begin(crawl_world& of) override;
  void on_record(const watched_crawler& of, const net::endpoint& peer,
                 const store::peer_record& record) override;

private:
  bool is_stale(const watched_crawler& of, const store::peer_record& record) const;

  crawl_world* run_ = nullptr;
  bool nothing_explains_a_miss_ = false;
};

/// Whether the networks, timers and rules about peers of a scenario are the usual ones, and no
/// reload changes them: then what a visit comes to is decided by the node and by faults alone.
bool is_usual_to_peers(const crawl_scenario& s);

} // namespace seedwalk::sim
