#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "store/ban_record.hpp"
#include "store/census_record.hpp"
#include "store/peer_record.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::store {

/// The classes that are dialled: live, fresh, rest.
inline constexpr std::size_t dialled_class_count = 3;

/// Who is due at `now`, in order of (due time, keyed random number), class by class.
///
/// `after` continues behind an earlier answer; empty begins at the front. An endpoint stays due
/// until its visit is recorded: asking again from the front shows those in flight again.
struct due_query {
  timestamp now{};
  std::array<std::uint32_t, dialled_class_count> limit{}; ///< By dial_class; 0: none of it.
  std::array<net::bytes, dialled_class_count> after{};    ///< By dial_class; opaque.
  /// Of those who were tried before (live, rest), only who is due by then, too; nothing: by `now`.
  std::optional<timestamp> again_by = {};
  SEEDWALK_INSPECT(due_query, now, limit, after, again_by)

  /// By when those of this class are due who are asked for.
  timestamp by(dial_class queue) const {
    return queue == dial_class::fresh ? now : std::min(now, again_by.value_or(now));
  }
};

/// The record of one endpoint.
struct get_query {
  net::endpoint peer;
  SEEDWALK_INSPECT(get_query, peer)
};

/// The records of a part of the endpoints, in their order, a page at a time.
struct list_query {
  std::optional<net::endpoint> after; ///< The last one of the page before.
  std::uint32_t limit = 1'000;        ///< At most this many; at most `max_page` are given.
  bool good_only = false;
  bool tried_only = false; ///< Visited at least once.
  std::optional<net::network_id> network;

  static constexpr std::uint32_t max_page = 10'000;

  SEEDWALK_INSPECT(list_query, after, limit, good_only, tried_only, network)
};

/// The visits to one endpoint that history still has, oldest first.
struct visits_query {
  net::endpoint peer;
  std::uint32_t limit = 100; ///< The newest so many.
  SEEDWALK_INSPECT(visits_query, peer, limit)
};

/// Counters of the whole; `now` is what "this week" is counted from.
struct stats_query {
  timestamp now{};
  SEEDWALK_INSPECT(stats_query, now)
};

/// The newest censuses, newest first; the open one, if there is one, is the first.
struct censuses_query {
  std::uint32_t limit = 1;
  SEEDWALK_INSPECT(censuses_query, limit)
};

/// All bans, ended or not, in the order of their targets.
struct bans_query {
  SEEDWALK_INSPECT(bans_query)
};

/// The newest inbound sightings, newest day first.
struct inbound_query {
  std::uint32_t limit = 100;
  SEEDWALK_INSPECT(inbound_query, limit)
};

/// Everything that can be asked. Recordings store it by index: append only.
using query = std::variant<due_query, get_query, list_query, visits_query, stats_query,
                           censuses_query, bans_query, inbound_query>;

/// An endpoint to dial, and what of its past decides how. Of a fresh one nothing does: what a visit
/// that was broken off may have left in its record is not told.
struct due_peer {
  net::endpoint peer;
  dial_class queue = dial_class::fresh;
  timestamp due{};
  timestamp last_getaddr{};
  timestamp last_success{};
  std::optional<verdict> last;
  SEEDWALK_INSPECT(due_peer, peer, queue, due, last_getaddr, last_success, last)
};

/// Answers `due_query`.
struct due_answer {
  std::array<std::vector<due_peer>, dialled_class_count> peers; ///< By dial_class.
  std::array<net::bytes, dialled_class_count> after;            ///< Where to go on, by dial_class.
  std::array<bool, dialled_class_count> more{}; ///< Behind `after`, more may be due.
  /// The earliest due time of those not asked for yet, by dial_class; never: nothing waits there,
  /// or nobody looked, because the class was not asked for or has `more`.
  std::array<timestamp, dialled_class_count> next{};
  SEEDWALK_INSPECT(due_answer, peers, after, more, next)
};

/// Answers `get_query`.
struct get_answer {
  std::optional<peer_record> record;
  SEEDWALK_INSPECT(get_answer, record)
};

/// Answers `list_query`. The last endpoint looked at, if there are more: what to give as `after`.
struct list_answer {
  std::vector<std::pair<net::endpoint, peer_record>> peers;
  std::optional<net::endpoint> next;
  SEEDWALK_INSPECT(list_answer, peers, next)
};

/// Answers `visits_query`.
struct visits_answer {
  std::vector<visit_record> visits;
  SEEDWALK_INSPECT(visits_answer, visits)
};

/// Answers `stats_query`.
struct stats_answer {
  std::uint64_t known = 0;
  std::array<std::uint64_t, 8> known_by_network{};              ///< By net::network_id.
  std::array<std::uint64_t, dial_class_count> known_by_class{}; ///< By dial_class.
  /// Endpoints that are kept and not dialled for their network, by net::network_id.
  std::array<std::uint64_t, 8> not_dialled{};
  std::uint64_t visited = 0;        ///< Endpoints with a verdict.
  std::uint64_t reached = 0;        ///< Endpoints that ever worked.
  std::uint64_t good = 0;           ///< Endpoints that worked on their last visit.
  std::uint64_t reached_lately = 0; ///< Endpoints that worked within seven days, to the day.
  std::uint64_t visits = 0;         ///< Ever recorded, dropped ones included.
  std::uint64_t inbound = 0;        ///< Sightings ever recorded, dropped ones included.
  std::uint64_t inbound_kept = 0;
  std::uint64_t inbound_dropped = 0; ///< Because there were more than the limit.
  std::uint64_t censuses = 0;
  std::uint64_t bans = 0;
  std::uint64_t user_agents = 0; ///< Different ones that have a number.

  friend bool operator==(const stats_answer&, const stats_answer&) = default;
  SEEDWALK_INSPECT(stats_answer, known, known_by_network, known_by_class, not_dialled, visited,
                   reached, good, reached_lately, visits, inbound, inbound_kept, inbound_dropped,
                   censuses, bans, user_agents)
};

/// Answers `censuses_query`: (number, record).
struct censuses_answer {
  std::vector<std::pair<std::uint32_t, census_record>> censuses;
  SEEDWALK_INSPECT(censuses_answer, censuses)
};

/// Answers `bans_query`.
struct bans_answer {
  std::vector<ban_record> bans;
  SEEDWALK_INSPECT(bans_answer, bans)
};

/// Answers `inbound_query`.
struct inbound_answer {
  std::vector<inbound_sighting> sightings;
  SEEDWALK_INSPECT(inbound_answer, sightings)
};

/// The answer to a query has the query's index.
using answer = std::variant<due_answer, get_answer, list_answer, visits_answer, stats_answer,
                            censuses_answer, bans_answer, inbound_answer>;

} // namespace seedwalk::store
