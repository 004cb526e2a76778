#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>

#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"
#include "store/ban_record.hpp"
#include "store/schedule.hpp"

namespace seedwalk::sim {

/// Who is to blame, what is counted of it, and who is due when: a small model of what
/// store/schedule.hpp and net/base/outcome.hpp say, that calls none of their functions.
///
/// Verifies, of each visit that is written, that it blames who its outcome says. Of each record at
/// the end of a run: tries, successes, failures, free tries, and the last outcome are what the
/// acknowledged visits come to; and where nothing but visits has moved it, it waits in the queue
/// and is due in the span that its last visit leaves it. And of a crawl that has finished: nobody
/// whom it may dial was due that had never been tried, nor anybody else who was due when it began
/// or before the first whom it visited could be due anew.
///
/// Does not verify averages, jitter within its span, and records that a command, a clock, a change
/// of the networks that are dialled or a forgotten past has moved. Nothing is said of records where
/// somebody was forgotten or a disk lies; times are not compared where a clock is set.
class schedule_oracle final : public oracle {
public:
  schedule_oracle() : oracle("schedule") {}

  void begin(crawl_world& of) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_storage_completion(const watched_crawler& of, const store::completion& heard) override;
  void on_durable(const watched_crawler& of, const store::batch& contents,
                  const store::batch_result& result) override;
  void on_doubt(const watched_crawler& of, const store::batch& contents) override;
  void on_record(const watched_crawler& of, const net::endpoint& peer,
                 const store::peer_record& record) override;

private:
  /// From when to when somebody is due, and in which queue; more than one where that is not known.
  struct place {
    store::timestamp first{};
    store::timestamp last{};
    std::array<bool, store::dial_class_count> queues{};
    std::uint64_t moves = 0; ///< Of `book::moves`, when this was so.
  };
  /// What the visits to one endpoint come to.
  struct history {
    std::uint32_t tries = 0;
    std::uint32_t successes = 0;
    std::uint32_t failures = 0;
    std::uint32_t maybe_full = 0;
    std::optional<store::timestamp> last_success;
    net::outcome last = net::outcome::cancelled; ///< That says something of the peer, or the first.
    bool was_judged = false;                     ///< `last` is such a one.
    bool is_sure = true;                         ///< No visit is in doubt.
    std::optional<place> waits;                  ///< Nothing: not known.
  };
  struct book {
    flat_table<net::endpoint, history> peers;
    std::set<store::ban_target> bans;      ///< That were ever made.
    std::array<bool, 8> dialled{};         ///< By net::network_id: what the database was told.
    std::uint64_t moves = 0;               ///< How often all may have been moved.
    bool was_asked = false;                ///< How much the database has.
    bool is_known = true;                  ///< Nobody was forgotten, and there was nobody before.
    std::optional<store::timestamp> began; ///< This process.
    std::optional<store::timestamp> finished;
  };

  void count(const watched_crawler& of, const store::record_visit& visited);
  std::optional<place> place_after(const watched_crawler& of, const book& b,
                                   const net::endpoint& peer, const history& h,
                                   const store::visit_record& visit) const;
  void compare_counts(const net::endpoint& peer, const history& h, const store::peer_record& r);
  void compare_place(const net::endpoint& peer, const place& waits, const store::peer_record& r);
  store::timestamp asked_for_by(const watched_crawler& of, const book& b,
                                store::dial_class queue) const;
  void look_for_the_due(const watched_crawler& of, const net::endpoint& peer,
                        const store::peer_record& record);

  bool clocks_are_right_ = true;
  bool intervals_stay_ = true;
  bool disks_keep_what_they_said_ = true;
  for_each_crawler<book> of_crawlers_;
};

} // namespace seedwalk::sim
