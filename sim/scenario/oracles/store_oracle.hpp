#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "actors/crawl/storage_messages.hpp"
#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

/// What the store has acknowledged is durable, and the database agrees with itself.
///
/// Verifies, at the end of a run: as many visits and inbound sightings were recorded as were
/// acknowledged, through all crashes, and no more than were asked for; each endpoint with an
/// acknowledged visit has a record that says when it was tried, not earlier than that visit's end;
/// each census counts the acknowledged visits that name it; records, indexes and counters agree
/// with each other (store/checker). And at each start: a crawler whose census is open goes on with
/// it and opens no other. And at each end: a census is closed only when it has finished. And who
/// asks for operations is told the results of these, and of all of them.
///
/// Where a disk lies about its syncs, what was acknowledged may be lost; then the database need
/// only agree with itself. Times are not compared where a clock is set. Who is known and which bans
/// there are is the reference model's.
class store_oracle final : public oracle {
public:
  store_oracle() : oracle("store") {}

  void begin(crawl_world& of) override;
  void on_message(const watched_crawler& to, const step_view& step) override;
  void on_storage_completion(const watched_crawler& of, const store::completion& heard) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_durable(const watched_crawler& of, const store::batch& contents,
                  const store::batch_result& result) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_doubt(const watched_crawler& of, const store::batch& contents) override;
  void on_record(const watched_crawler& of, const net::endpoint& peer,
                 const store::peer_record& record) override;
  void at_end(crawl_world& of) override;

private:
  struct count {
    std::uint64_t sure = 0;  ///< Acknowledged.
    std::uint64_t doubt = 0; ///< Their answers were lost.
  };
  struct ledger {
    count visits;
    count inbound;
    std::map<std::uint32_t, count> by_census;
    flat_table<net::endpoint, store::timestamp> tried; ///< The end of the last visit.
    std::uint64_t tried_found = 0;                     ///< Of them, in the database.
    bool was_asked = false;            ///< How much the database has: it may have a past.
    std::optional<std::uint32_t> open; ///< The census that is open.
    bool census_in_doubt = false;
    bool may_know_fewer = false;
    /// What was asked for and not answered: by whom, under which token, one after the other; which
    /// alternative of `store::operation_result` each operation brings.
    std::map<std::pair<net::owner, std::uint64_t>, std::deque<std::vector<std::size_t>>> asked;
  };

  void look_at_results(ledger& l, net::owner asker, const actors::operations_saved& answer);
  void enter(ledger& l, const store::operation& asked, bool sure);
  void compare(const ledger& l, std::uint64_t found, simulated_crawler& of);
  void compare(std::string_view heard, const count& asked, std::uint64_t found);
  void check(simulated_crawler& of);

  for_each_crawler<ledger> ledgers_;
  bool clocks_are_right_ = true;
  bool disks_keep_what_they_said_ = true;
};

} // namespace seedwalk::sim
