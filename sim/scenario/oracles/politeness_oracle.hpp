#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/crawl/dial_schedule.hpp"
#include "net/base/instant.hpp"
#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"
#include "store/ban_record.hpp"

namespace seedwalk::sim {

/// A crawl does not trouble other people's machines.
///
/// Verifies, of each dial: it keeps the pace of `limits.dials_per_second`, but for 50 ms that may
/// be made up for; an IPv4 /24 or IPv6 /48 has no more connections and no quicker dials than it
/// may; it is to nobody that is excluded, that cannot be routed (unless that was allowed), or whose
/// network is not reached. Loopback has no pace. And of each getaddr that it is a day (or
/// `getaddr_interval`) after the one before to the same endpoint, by steady time or by the
/// crawler's own clock; one that was set back behind that moment since does not know better, and
/// nor does one that has forgotten the endpoint, as it may after `schedule.forget`.
///
/// Where a reload makes a rule stricter, the rule before holds for as long as somebody goes by it,
/// and the pace begins anew. A getaddr counts once its visit is durable, or ends by the peer's
/// doing: what a crash has swallowed, and what was broken off by ours, is asked again. Bans are the
/// reference model's.
class politeness_oracle final : public oracle {
public:
  politeness_oracle() : oracle("politeness") {}

  void begin(crawl_world& of) override;
  void on_start(const watched_crawler& crawler) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_network_completion(const watched_crawler& of, const net::completion& heard) override;
  void on_outcome(const watched_crawler& of, const actors::peer_outcome& m) override;
  void on_durable(const watched_crawler& of, const store::batch& contents,
                  const store::batch_result& result) override;

private:
  struct group_state {
    std::uint32_t open = 0;
    net::steady_time next{0};
  };
  struct question {
    net::steady_time steady{0};
    store::timestamp wall{};
    bool durable = false;
  };
  struct manners {
    std::optional<actors::dial_limits> limits; ///< At the last dial.
    net::steady_time next_dial{0};
    store::timestamp newest_wall{};
    std::map<store::subnet, group_state> groups;
    flat_table<net::connection_id, net::endpoint> open; ///< Dialled.
    /// How long ago the last getaddr must lie, as it was when somebody was dialled.
    flat_table<net::connection_id, std::chrono::seconds> intervals;
    flat_table<net::endpoint, question> asked; ///< The last getaddr.
    flat_set<net::endpoint> asking;            ///< In a visit that is under way.
  };

  void look_at_clock(manners& m, store::timestamp now);
  void look_at_dial(const watched_crawler& by, const net::endpoint& peer);
  void look_at_pace(manners& m, const net::endpoint& peer, net::steady_time now);
  void look_at_getaddr(const watched_crawler& by, const net::endpoint& peer,
                       std::chrono::seconds interval);
  void ended(manners& m, net::connection_id id);

  bool disks_keep_what_they_said_ = true;
  for_each_crawler<manners> of_crawlers_;
};

} // namespace seedwalk::sim
