#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"
#include "store/ban_record.hpp"

namespace seedwalk::sim {

struct crawl_scenario;

/// A small model of a whole crawl that runs beside it, driven by what crosses the doors alone, and
/// must agree with it.
///
/// It keeps who is known, who is connected, whose visit is not durable yet, whom the database has
/// named as due, and which bans hold; across crashes, too. Verifies: the first dial comes after the
/// bans are known; a dial is to somebody whom the database has named in this incarnation, to whom
/// there is no dialled connection, whose last visit is durable, and who is not banned; nobody who
/// is banned is accepted; a ban that nobody asked to lift is lifted at its end and not before; the
/// database names nobody who was never told of; and when the run is over, it knows those and only
/// those who were told of, and has those bans and only those.
///
/// A database with a past, which says at the first start that it knows somebody, may know anybody.
/// Where an answer was lost (a crash, a disk that failed), both are right. Where the database says
/// that it refused, evicted or forgot somebody, it may know fewer. Bans are not looked at where a
/// clock is set. What a disk loses that lies about its syncs is the store oracle's.
class reference_model final : public oracle {
public:
  reference_model() : oracle("model") {}

  void begin(crawl_world& of) override;
  void on_start(const watched_crawler& crawler) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_message(const watched_crawler& to, const step_view& step) override;
  void on_network_completion(const watched_crawler& of, const net::completion& heard) override;
  void on_storage_completion(const watched_crawler& of, const store::completion& heard) override;
  void on_durable(const watched_crawler& of, const store::batch& contents,
                  const store::batch_result& result) override;
  void on_doubt(const watched_crawler& of, const store::batch& contents) override;
  void on_record(const watched_crawler& of, const net::endpoint& peer,
                 const store::peer_record& record) override;
  void at_end(crawl_world& of) override;

  /// What the model of a crawler knows just now, coarsely: its sets as empty, of one, of few or of
  /// many, and which doubts there are. For a search that wants runs to be in states that are new.
  std::uint32_t coarse_state(const watched_crawler& of);
  /// Such a state for a person: "known many, connected one, ..., has a past".
  static std::string told(std::uint32_t coarse_state);

private:
  struct model {
    // Of the database.
    flat_set<net::endpoint> known;   ///< Told of, and acknowledged.
    flat_set<net::endpoint> perhaps; ///< Told of, and the answer was lost.
    bool may_know_fewer = false;     ///< Somebody was refused, evicted or forgotten.
    bool has_a_past = false;         ///< The database knew somebody before the run.
    bool was_asked = false;          ///< How much it knows.
    std::map<store::ban_target, store::ban_record> bans; ///< Acknowledged.
    std::set<store::ban_target> doubtful_bans;           ///< Their answers were lost.
    flat_set<net::endpoint> found;                       ///< In the database, at the end.
    // Of this incarnation.
    bool bans_are_known = false;
    std::map<store::ban_target, store::ban_record> bans_in_force; ///< As they were asked for.
    std::map<store::ban_target, std::uint32_t> to_be_lifted;      ///< As often as somebody asked.
    flat_set<net::endpoint> named;                                ///< As due.
    flat_set<net::endpoint> unsaved; ///< A record of a visit is on its way.
    flat_table<net::connection_id, net::endpoint> dialled;
    flat_set<net::endpoint> connected; ///< The same.
    flat_table<net::connection_id, net::endpoint> accepted;
  };

  void tell_of(model& m, const store::operation& asked, const store::operation_result* result);
  void look_at_dial(model& m, const net::endpoint& peer, store::timestamp now);
  void look_at_lift(model& m, const store::ban_target& target, store::timestamp now);
  const store::ban_record* ban_of(const model& m, const net::endpoint& peer,
                                  store::timestamp now) const;
  void ended(model& m, net::connection_id id);
  void compare_bans(model& m, simulated_crawler& of);

  for_each_crawler<model> models_;
  bool clocks_are_right_ = true;
  bool disks_keep_what_they_said_ = true;
};

/// Whether a disk of the scenario may lose what it said was durable.
bool some_disk_lies(const crawl_scenario& s);

/// Whether all disks of the scenario do what they are asked for, as quickly as disks do.
bool disks_are_usual(const crawl_scenario& s);

/// Whether a database can be read at all: where it cannot, the judge of the run says so.
bool can_be_read(simulated_crawler& of);

/// Whether the database of `of` may have forgotten somebody whom it knew, in this operation: by
/// what came of it, or, where nobody was told of that (null), by what it could do. A write that
/// failed and is there all the same says when it is made again only that everybody is known.
bool may_forget(const watched_crawler& of, const store::operation& asked,
                const store::operation_result* result);

} // namespace seedwalk::sim
