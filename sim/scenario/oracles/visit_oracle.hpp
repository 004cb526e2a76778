#pragma once

#include <cstdint>
#include <string>

#include "sim/scenario/oracles/flat_table.hpp"
#include "sim/scenario/oracles/oracle.hpp"
#include "sim/scenario/oracles/peer_words.hpp"
#include "store/version_record.hpp"

namespace seedwalk::sim {

/// What is written of a visit is what was said and done.
///
/// Verifies, of each visit and each inbound sighting that is written, against the bytes that
/// crossed the door (`peer_words`): the version is the one that the peer said, and there is one if
/// the visit got so far; it names no feature that the peer did not announce, and none of those is
/// missing that were negotiated before a verack; a verack was heard if it says so; it counts no
/// more bytes than came; it says whether it went through a proxy. Of what one visit hands on: no
/// more addresses than one answer may bring, and gossip at its rate. Of the record of each endpoint
/// at the end of a run: its version is that of the last visit that heard one, and its announced
/// time lies neither ahead of what is sane nor before Bitcoin. And what we say of ourselves: the
/// time in our versions is that of the crawler's clock.
///
/// Does not verify addresses inside of a version, versions of before 70001, features that come
/// behind the verack (they may come too late to be counted), and durations. Records are not
/// compared where a disk lies or somebody was forgotten, announced times not where a clock is set.
class visit_oracle final : public oracle {
public:
  visit_oracle() : oracle("visits") {}

  void begin(crawl_world& of) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_call(const watched_crawler& by, const any_door_call& call) override;
  void on_network_completion(const watched_crawler& of, const net::completion& heard) override;
  void on_storage_completion(const watched_crawler& of, const store::completion& heard) override;
  void on_durable(const watched_crawler& of, const store::batch& contents,
                  const store::batch_result& result) override;
  void on_doubt(const watched_crawler& of, const store::batch& contents) override;
  void on_record(const watched_crawler& of, const net::endpoint& peer,
                 const store::peer_record& record) override;

private:
  /// A connection that was dialled or accepted, until its visit is written.
  struct visit {
    peer_words words;
    net::endpoint peer;
    bool is_ours = true;  ///< Dialled, or taken over: it will be written.
    bool is_over = false; ///< Its connection is.
    bool by_proxy = false;
    net::steady_time began{0};
    std::uint64_t handed_on = 0; ///< Addresses, written as told by that peer.
  };
  struct notes {
    flat_table<net::connection_id, visit> visits;
    flat_table<net::endpoint, net::connection_id> of_peers; ///< The last visit to each.
    /// Of the last durable visit with one.
    flat_table<net::endpoint, store::version_record> versions;
    bool may_know_fewer = false; ///< Somebody was forgotten or evicted.
    bool was_asked = false;      ///< How much the database has,
    bool has_a_past = false;     ///< and it had something before the run.
  };

  visit& begin_visit(const watched_crawler& of, const net::endpoint& peer, net::connection_id id);
  static void forget(notes& n, const net::endpoint& peer);
  /// Null if there is none.
  static visit* visit_to(notes& n, const net::endpoint& peer);
  void look_at_own_words(const watched_crawler& by, const door_call::write& said);
  void compare(notes& n, const net::endpoint& peer, const store::visit_record& written);
  void compare(const net::endpoint& peer, const std::optional<store::version_record>& written,
               const peer_words& said, net::stage stage);
  void count_addresses(const watched_crawler& of, const store::record_announcements& told);

  bool clocks_are_right_ = true;
  bool disks_keep_what_they_said_ = true;
  for_each_crawler<notes> of_crawlers_;
};

} // namespace seedwalk::sim
