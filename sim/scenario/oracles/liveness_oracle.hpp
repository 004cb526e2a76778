#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/base/instant.hpp"
#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// When what goes wrong has healed, a crawl comes to its end.
///
/// Verifies, of crawlers that are to end by themselves (`run.once`) in a world whose order is fair
/// (`schedule.behind` is bounded): after the last window of a fault has closed, the last operation
/// is over and the last crawler was started, it ends within an hour, and besides within the time
/// that it takes to visit everybody it knows one after the other, each visit as long as its timers
/// let it be, as many at once as slots and subnets allow. Faults without an end do not heal, and
/// make no difference: who is broken for ever costs a visit. And a world in which nothing will ever
/// happen again has no crawler that has not ended. What stands still is named: each actor that
/// waits for a door, for what, and for how long. And no crawler ends by saying that its disk has
/// failed where disks work as usual, and no connection goes on once its crawler has ended.
///
/// Does not verify crawls that go on for ever, and any time shorter than that (`expect.ends_within`
/// says so for a scenario).
class liveness_oracle final : public oracle {
public:
  liveness_oracle() : oracle("liveness") {}

  void begin(crawl_world& of) override;
  void on_redraw(crawl_world& of) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_network_completion(const watched_crawler& of, const net::completion& heard) override;
  void on_storage_completion(const watched_crawler& of, const store::completion& heard) override;
  void on_step(const watched_crawler& of, const step_view& step, bool is_of_manager) override;
  void on_advance(net::steady_time now) override;
  void at_end(crawl_world& of) override;

private:
  struct connection {
    net::endpoint peer;
    net::owner owner;
    net::steady_time since{0};
    bool is_open = false;
  };
  struct waits {
    flat_table<net::connection_id, connection> connections; ///< Dialled.
    flat_table<store::request_id, net::steady_time> requests;
    std::optional<net::steady_time> ended; ///< When the crawler gave its summary.
  };

  /// The latest moment at which a crawler may end, by what it knows now.
  net::steady_time deadline_of(simulated_crawler& of) const;
  static std::string list_of(simulated_crawler& of, const waits& w);
  void look_for_blamed_disks(crawl_world& of);
  void look_at_end(const waits& w, net::connection_id id, net::steady_time now);
  void say_who_waits(simulated_crawler& of, const waits& w);

  crawl_world* run_ = nullptr;
  net::steady_time healed_{0};
  bool disks_work_ = true; ///< And no crawler is given less than a second to stop.
  net::steady_time next_look_ = net::steady_time::max();
  for_each_crawler<waits> of_crawlers_;
};

} // namespace seedwalk::sim
