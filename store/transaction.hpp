#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory_resource>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <leveldb/write_batch.h>
#include <tl/expected.hpp>

#include "store/batch.hpp"
#include "store/census_record.hpp"
#include "store/error.hpp"
#include "store/key_values.hpp"
#include "store/keys.hpp"
#include "store/known_state.hpp"
#include "store/schedule.hpp"

namespace seedwalk::store {

/// One batch on its way into the database: operations run in order and see what those before them
/// did; records are read once and written once, whatever happens to them in between.
///
/// A record's entries in the indexes are written here and nowhere else, as the difference between
/// what the database has and what the record says at the end. Counters follow the same change.
///
/// `known_state` changes as operations run: when a transaction fails or is given up, memory is
/// ahead of the disk, and must be built anew.
class transaction {
public:
  transaction(key_values& disk, known_state& memory, const schedule_options& schedule,
              const known_limits& limits)
      : disk_(disk), memory_(memory), schedule_(schedule), limits_(limits) {}

  tl::expected<operation_result, error> run(const operation& op);

  /// What an operation of a batch brings that is in the database already: housekeeping is done
  /// again, and finds its work done; the rest takes no effect a second time.
  tl::expected<operation_result, error> run_again(const operation& op);

  /// Everything that is to be written.
  leveldb::WriteBatch& finish();

private:
  using result = tl::expected<operation_result, error>;

  /// A record that this batch has touched.
  struct touched {
    explicit touched(const hashed_endpoint& e) : hashed(e) {}

    hashed_endpoint hashed;
    std::string due_key;               ///< In the index now; empty: none.
    std::string group_key;             ///< In the index now; empty: none.
    std::optional<peer_record> record; ///< As it will be; nothing: forgotten.
  };

  result apply(const record_announcements& op);
  result apply(const record_visit& op);
  result apply(const dial_soon& op);
  result apply(const open_census& op);
  result apply(const update_census& op);
  result apply(const record_inbound& op);
  result apply(const add_ban& op);
  result apply(const lift_ban& op);
  result apply(const forget_peer& op);
  result apply(const tidy& op);
  result apply(const dial_networks& op);
  result apply(const mend_times& op);
  result apply(const note_census& op);

  operation_result again(const record_announcements& op) const;
  operation_result again(const dial_soon& op) const;
  operation_result again(const open_census& op) const;

  /// The endpoint's record, or nothing in it if it is unknown.
  tl::expected<touched*, error> load(const hashed_endpoint& hashed);
  /// What this batch has of an endpoint already, or null.
  touched* find(const hashed_endpoint& hashed);
  std::uint32_t& place_of(const hashed_endpoint& hashed);
  /// The same of an endpoint that memory says is unknown.
  touched* load_unknown(const hashed_endpoint& hashed);
  /// The record to go on from, a blank one if there is none, with the sources of announcements that
  /// were not worth writing alone.
  peer_record current(const touched& t) const;
  /// Gives an endpoint a record, or none.
  void change(touched& t, std::optional<peer_record>&& record);

  bool is_as_known(const record_announcements& op, std::uint32_t source_bit,
                   const net::msg::addr_list::const_iterator& entry,
                   known_table::entry& known) const;
  /// Precondition: unknown.
  tl::expected<void, error> add_announcement(const record_announcements& op,
                                             std::uint32_t source_bit, const announcement& c,
                                             std::uint64_t hash, announcements_recorded& counts);
  tl::expected<void, error> refresh(const hashed_endpoint& hashed, const record_announcements& op,
                                    std::uint32_t source_bit, const announcement& c);
  /// Makes room for one more. Nothing: there is room already; false: there is none to be made.
  tl::expected<std::optional<bool>, error> make_room();
  tl::expected<bool, error> evict_from(const std::string& group);
  tl::expected<bool, error> evict_behind(const std::string& prefix, const std::string& first,
                                         source_group& group);
  bool evict_pending(const std::string& group);

  tl::expected<void, error> drop_days(key_kind kind, std::uint32_t first_kept_day,
                                      std::uint32_t limit, tidied& done);
  tl::expected<void, error> drop_oldest_sighting();
  tl::expected<void, error> end_bans(const tidy& op, tidied& done);
  tl::expected<void, error> settle_queue(dial_class queue, timestamp until, const tidy& op,
                                         tidied& done);

  /// Sends a record where it belongs, if its network is dialled; else to rest.
  void place(const net::endpoint& peer, peer_record& r, const store::placement& placement) const;
  tl::expected<void, error> settle_network(net::network_id network, const dial_networks& op,
                                           std::size_t& looks, networks_settled& done);

  /// One part of what `mend_times` looks at, from `done.after` on; true if that is done.
  tl::expected<bool, error> mend_queue(dial_class queue, const mend_times& op, times_mended& done,
                                       std::uint32_t& looks);
  tl::expected<bool, error> mend_bans(const mend_times& op, times_mended& done,
                                      std::uint32_t& looks);
  template <class Record>
  tl::expected<bool, error> mend_days(key_kind kind, const mend_times& op, times_mended& done,
                                      std::uint32_t& looks);
  void mend_record(touched& t, const mend_times& op, times_mended& done);

  /// The record of a census as this batch has it, or null if there is none of that number.
  tl::expected<census_record*, error> census(std::uint32_t number);
  tl::expected<void, error> count_in_census(const net::endpoint& peer, const visit_record& visit);
  std::string group_key_of(const hashed_endpoint& hashed, const peer_record& r);
  void write(touched& t);

  key_values& disk_;
  known_state& memory_;
  const schedule_options& schedule_;
  const known_limits& limits_;
  leveldb::WriteBatch out_;
  source_group_names group_names_;
  std::vector<std::uint64_t> hashes_; ///< Of the announcements at hand.
  std::pmr::monotonic_buffer_resource memory_of_touched_;
  std::pmr::deque<touched> touched_{&memory_of_touched_}; ///< In the order in which they were met.
  /// Where in `touched_` an endpoint is, plus 1; 0: empty. Open addressing by the endpoint's hash,
  /// at most half full, a power of two. Answers lookups, and has no order to be seen.
  std::vector<std::uint32_t> places_ = std::vector<std::uint32_t>(64);
  /// Those that this batch touched: each is written once, with all that happened in the batch.
  std::map<std::uint32_t, std::optional<census_record>> censuses_;
  /// What this batch wrote besides, for operations that read it again.
  std::map<std::string, std::optional<std::string>> written_;
  std::set<std::string> sightings_; ///< Keys of those that this batch adds.
  inbound_counts inbound_before_ = memory_.inbound;
  std::uint32_t agents_before_ = memory_.agents.size();
  std::array<bool, 8> parked_before_ = memory_.parked;
};

} // namespace seedwalk::store
