#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/base/random.hpp"
#include "store/known_table.hpp"
#include "store/peer_record.hpp"
#include "store/record_cache.hpp"
#include "store/timestamp.hpp"
#include "store/user_agents.hpp"

namespace seedwalk::store {

/// Counters that are written with each batch, so that they always agree with the records.
struct counters {
  std::uint64_t known = 0;
  std::array<std::uint64_t, 8> by_network{};              ///< By net::network_id.
  std::array<std::uint64_t, dial_class_count> by_class{}; ///< By dial_class.
  std::uint64_t visited = 0;                              ///< With a verdict.
  std::uint64_t reached = 0;                              ///< Ever a success.
  std::uint64_t good = 0;
  std::uint64_t visits = 0; ///< Ever recorded; numbers the next one.
  std::uint64_t inbound = 0;
  std::uint32_t censuses = 0;
  std::uint64_t bans = 0;

  friend bool operator==(const counters&, const counters&) = default;

  SEEDWALK_INSPECT(counters, known, by_network, by_class, visited, reached, good, visits, inbound,
                   censuses, bans)
};

/// The sightings of peers that dialled us, of which the oldest make room for the newest.
struct inbound_counts {
  std::uint64_t kept = 0;
  std::uint64_t dropped = 0; ///< Ever, for the limit; not those whose day was over.

  friend bool operator==(const inbound_counts&, const inbound_counts&) = default;

  SEEDWALK_INSPECT(inbound_counts, kept, dropped)
};

/// An endpoint with the keyed hash by which memory knows it and the indexes order it.
struct hashed_endpoint {
  net::endpoint peer;
  std::uint64_t hash = 0;

  std::uint32_t tiebreak() const { return static_cast<std::uint32_t>(hash >> 32); }
};

/// How many may be kept.
struct known_limits {
  std::uint64_t known = 2'000'000;
  std::uint32_t per_ipv4_address = 16;
  std::uint32_t per_ipv6_64 = 4; ///< One /64 can answer as 2^64 nodes.
  std::uint32_t per_ipv6_48 = 256;
  std::uint64_t inbound = 1'000'000; ///< Sightings: some 100 bytes each.
};

/// Never-reached endpoints whose first source is in one netgroup.
struct source_group {
  std::uint64_t size = 0;
  std::string evicted; ///< Key of the last one that was evicted; the next is looked for behind it.
};

/// A part of an index in which no key is: from `begin` to before `end`.
struct key_gap {
  std::string begin;
  std::string end; ///< Not behind `begin`: there is none.

  const std::string& skip(const std::string& first) const {
    return begin <= first && first < end ? end : first;
  }

  /// A look from `first` has found nothing before `found`. Keeps the gap that there was if the two
  /// touch.
  void note(const std::string& first, std::string found) {
    if (first < begin || first > end)
      begin = first;
    end = std::move(found);
  }

  /// A key is written.
  void add(const std::string& key) {
    if (begin <= key && key < end)
      end = key;
  }
};

/// The group of the source that announced an endpoint first; empty for operators and DNS seeds.
std::string source_group_of(const peer_record& r);

/// The same, for callers that ask about many records of one source in a row.
class source_group_names {
public:
  /// Valid until the next call.
  const std::string& of(const peer_record& r);

private:
  std::optional<net::endpoint> source_;
  std::string name_;
};

/// What the database keeps in memory: derived from the records, changed with them, rebuilt from
/// them when the database is opened.
class known_state {
public:
  known_state() = default;
  explicit known_state(std::uint64_t seed, std::size_t record_cache_bytes = 0)
      : records(record_cache_bytes), seed_(seed), hash_(seed, "endpoint"), hash_ipv4_(seed, "ipv4"),
        hash_64_(seed, "/64"), hash_48_(seed, "/48") {}

  std::uint64_t hash_of(const net::endpoint& peer) const;
  /// The same of its key, as `endpoint_bytes` and `net::msg::addr_list` have it.
  std::uint64_t hash_of_key(net::byte_view key) const;
  hashed_endpoint identify(const net::endpoint& peer) const { return {peer, hash_of(peer)}; }

  /// Says that an endpoint, not known yet, is added before long: what that looks at is in memory
  /// of many megabytes, and comes meanwhile.
  void prefetch_new(const net::endpoint& peer) const;

  /// The bit of `peer_record::sources` that stands for a source.
  std::uint32_t source_bit(const std::optional<net::endpoint>& source) const;

  /// Whether an endpoint's address and subnets have room for one more. Loopback always has.
  bool has_room(const net::endpoint& peer, const known_limits& limits) const;

  /// A record changes: null is none. Keeps table, groups and counters in step.
  void change(const hashed_endpoint& hashed, const peer_record* before, const peer_record* after);

  /// A record as it is in the database: what `change` does, without the counters.
  void load(const hashed_endpoint& hashed, const peer_record& r);

  /// The largest group, and the first of those of equal size; end if all endpoints were reached.
  std::map<std::string, source_group>::iterator largest_group();

  /// Endpoints whose last success is on the day of `since` or later.
  std::uint64_t reached_since(timestamp since) const;

  std::uint64_t seed() const { return seed_; }

  /// Whether an endpoint is of a network that is not dialled. Loopback is always dialled.
  bool parks(const net::endpoint& peer) const {
    return !dialled[static_cast<std::size_t>(peer.network) % dialled.size()] &&
           !net::is_loopback(peer);
  }

  /// Networks that are dialled, by net::network_id: what the last `dial_networks` said.
  std::array<bool, 8> dialled = {true, true, true, true, true, true, true, true};
  /// Networks with endpoints at rest because they were not dialled. In the database, too.
  std::array<bool, 8> parked{};
  std::array<std::uint64_t, 8> dormant_by_network{}; ///< Endpoints, by net::network_id.
  /// No record says that anything happened later than this, by whatever clock wrote it.
  timestamp latest{};

  /// By dial_class: where in the due index there is nobody. An endpoint that was visited or put to
  /// rest leaves a deleted key, and LevelDB passes over each of them until a compaction; looks need
  /// not.
  struct due_gaps {
    key_gap front;  ///< From the beginning of the class.
    key_gap inside; ///< Behind the place from which it was looked at last.

    /// Where to look, to see what is at `first` or behind it.
    std::string skip(const std::string& first) const { return inside.skip(front.skip(first)); }

    void add(const std::string& key) {
      front.add(key);
      inside.add(key);
    }
  };
  std::array<due_gaps, dial_class_count> gaps;

  known_table table;
  std::map<std::string, source_group> groups;
  user_agents agents;
  counters totals;
  inbound_counts inbound;
  /// The key of the sighting that was dropped last: the oldest one is looked for behind it, not
  /// among what was deleted before.
  std::string inbound_dropped;
  record_cache records; ///< As the database has them, or the transaction at hand will write them.

private:
  std::uint64_t hash_of_ipv4(const net::endpoint& peer) const;
  std::uint64_t hash_of_64(const net::endpoint& peer) const;
  std::uint64_t hash_of_48(const net::endpoint& peer) const;
  source_group& group_of(const peer_record& r);
  void leave_group(const peer_record& r);
  void index(const hashed_endpoint& hashed, const peer_record* before, const peer_record* after);
  void share_address(const net::endpoint& peer, bool added);

  std::uint64_t seed_ = 0;
  net::keyed_hasher hash_{0, "endpoint"};
  net::keyed_hasher hash_ipv4_{0, "ipv4"};
  net::keyed_hasher hash_64_{0, "/64"};
  net::keyed_hasher hash_48_{0, "/48"};
  prefix_counts addresses_;
  /// The group that was looked for last, and of which source: announcements come in runs.
  std::optional<net::endpoint> recent_source_;
  source_group* recent_group_ = nullptr;
  std::map<std::uint32_t, std::uint64_t> success_days_; ///< Endpoints by the day of last success.
};

} // namespace seedwalk::store
