#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "net/address/addr_list.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"
#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "store/ban_record.hpp"
#include "store/census_record.hpp"
#include "store/timestamp.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::store {

/// One entry of an addr answer, as it was announced: what a peer said is handed on as it is.
using announcement = net::msg::addr_entry;

/// `source` announces these endpoints. Without a source: the operator or a DNS seed does.
/// Routability is the caller's business; caps on what is kept are the database's.
/// Result: `announcements_recorded`.
struct record_announcements {
  std::optional<net::endpoint> source;
  timestamp now{};
  net::msg::addr_list announcements;
  SEEDWALK_INSPECT(record_announcements, source, now, announcements)
};

/// A visit ended. Files it, counts it, in its census too, and schedules the next one. An unknown
/// endpoint becomes known.
struct record_visit {
  net::endpoint peer;
  visit_record visit;
  SEEDWALK_INSPECT(record_visit, peer, visit)
};

/// Makes endpoints due at `now`, known before or not, whatever their history: an operator named
/// them. No cap applies. Result: `announcements_recorded`.
struct dial_soon {
  timestamp now{};
  std::vector<net::endpoint> peers;
  SEEDWALK_INSPECT(dial_soon, now, peers)
};

/// Begins a census. One that is still open is closed as crashed at `census.start`.
/// Result: `census_opened`.
struct open_census {
  census_record census;
  SEEDWALK_INSPECT(open_census, census)
};

/// Replaces the record of a census, but for what is counted in it: `record_visit` and `note_census`
/// do that. An unknown number does nothing.
struct update_census {
  std::uint32_t number = 0;
  census_record census;
  SEEDWALK_INSPECT(update_census, number, census)
};

/// Somebody dialled us, and that is over.
struct record_inbound {
  inbound_sighting sighting;
  SEEDWALK_INSPECT(record_inbound, sighting)
};

/// Adds a ban, or replaces that of the same target.
struct add_ban {
  ban_record ban;
  SEEDWALK_INSPECT(add_ban, ban)
};

/// Lifts a ban; one that is not there does nothing.
struct lift_ban {
  ban_target target;
  SEEDWALK_INSPECT(lift_ban, target)
};

/// Forgets an endpoint; its visits stay until their day is dropped.
struct forget_peer {
  net::endpoint peer;
  SEEDWALK_INSPECT(forget_peer, peer)
};

/// Housekeeping, at most `limit` steps of it: forgets endpoints that nobody reaches or announces
/// any more, puts to rest those that were never tried and no longer announced freshly, drops visits
/// and sightings of days before `now - history`, and bans that have ended. Looks for its work in
/// what earlier batches wrote. Result: `tidied`.
struct tidy {
  timestamp now{};
  std::chrono::seconds history = std::chrono::hours{24 * 30};
  std::uint32_t limit = 1'000;
  SEEDWALK_INSPECT(tidy, now, history, limit)
};

/// Says which networks are dialled from now on, by net::network_id; until it is said, all are. What
/// is known of the others is kept, counted and listed, and waits nowhere: their endpoints are
/// dormant, so that nobody who asks who is due ever passes them. Loopback is always dialled.
///
/// Puts to rest who was queued of a network that is not dialled any more, and queues again who was
/// put to rest of one that is, as its record says: at most `limit` of them. A caller that is told
/// of a `next` asks again with it as `after`. The database remembers which networks have endpoints
/// at rest for this reason, and looks through no others. Result: `networks_settled`.
struct dial_networks {
  std::array<bool, 8> dialled{};
  timestamp now{};
  std::optional<net::endpoint> after;
  std::uint32_t limit = 5'000;
  SEEDWALK_INSPECT(dial_networks, dialled, now, after, limit)
};

/// The clock was wrong when something was written, and says `now` today: mends what lies in the
/// future (wrong_clock.hpp says how), at most `limit` looks of it: records, and if `now` is
/// believed bans, visits and sightings. A database in which nothing does costs a look or two.
/// Result: `times_mended`, which says where to go on.
struct mend_times {
  timestamp now{};
  std::chrono::seconds set_back{0}; ///< By how much the clock was just set back; 0: not known.
  bool believed = false;            ///< Else only due times are moved.
  std::uint8_t part = 0;            ///< As the answer before said; at first 0 ...
  net::bytes after{};               ///< ... and nothing.
  std::uint32_t limit = 1'000;
  SEEDWALK_INSPECT(mend_times, now, set_back, believed, part, after, limit)
};

/// What is counted of a census and no visit says, as it stands now, earlier runs included: goes
/// with the visits that are written next. What is there already and higher stays. An unknown number
/// does nothing.
struct note_census {
  std::uint32_t number = 0;
  std::uint64_t peak_connections = 0;
  std::uint64_t peak_unwritten_bytes = 0;
  std::map<net::error, std::uint64_t> local_failures;

  friend bool operator==(const note_census&, const note_census&) = default;
  SEEDWALK_INSPECT(note_census, number, peak_connections, peak_unwritten_bytes, local_failures)
};

/// Everything that can be written. Recordings store it by index: append only.
using operation = std::variant<record_announcements, record_visit, dial_soon, open_census,
                               update_census, record_inbound, add_ban, lift_ban, forget_peer, tidy,
                               dial_networks, mend_times, note_census>;

/// Operations that take effect together and in this order, or not at all.
struct batch {
  std::vector<operation> operations;
  /// Given by the database that tried to write it and failed: it tells by this, should it be asked
  /// to write the batch again, whether all of it is there in spite of that. 0: not tried yet.
  std::uint64_t attempt = 0;
  SEEDWALK_INSPECT(batch, operations, attempt)
};

/// What became of the announcements of a `record_announcements` or `dial_soon`; the four add up to
/// their number.
struct announcements_recorded {
  std::uint32_t added = 0;           ///< New to us, and kept.
  std::uint32_t known = 0;           ///< Known already.
  std::uint32_t refused_address = 0; ///< New, but its address or subnet has its share already.
  std::uint32_t refused_full = 0;    ///< New, but the database is full of endpoints that answered.
  std::uint32_t evicted = 0;         ///< Others, never reached, that were forgotten to make room.

  friend bool operator==(const announcements_recorded&, const announcements_recorded&) = default;
  SEEDWALK_INSPECT(announcements_recorded, added, known, refused_address, refused_full, evicted)
};

/// The number of the census that was opened: 1, 2, ...
struct census_opened {
  std::uint32_t number = 0;
  friend bool operator==(const census_opened&, const census_opened&) = default;
  SEEDWALK_INSPECT(census_opened, number)
};

/// What housekeeping did. `more`: the limit was reached, and there is more to do.
struct tidied {
  std::uint32_t forgotten = 0;
  std::uint32_t put_to_rest = 0; ///< Looked at again, and no longer waiting where they were.
  std::uint32_t visits_dropped = 0;
  std::uint32_t bans_ended = 0;
  bool more = false;
  friend bool operator==(const tidied&, const tidied&) = default;
  SEEDWALK_INSPECT(tidied, forgotten, put_to_rest, visits_dropped, bans_ended, more)
};

/// What `dial_networks` did.
struct networks_settled {
  std::uint32_t parked = 0;          ///< Put to rest.
  std::uint32_t queued = 0;          ///< Queued again.
  std::optional<net::endpoint> next; ///< There is more to do, behind this one.
  friend bool operator==(const networks_settled&, const networks_settled&) = default;
  SEEDWALK_INSPECT(networks_settled, parked, queued, next)
};

/// What mending did. `more`: there is more to look at, from `part` and `after` on.
struct times_mended {
  std::uint32_t records = 0;
  std::uint32_t bans = 0;
  std::uint32_t visits = 0; ///< Sightings included.
  std::uint8_t part = 0;
  net::bytes after{};
  bool more = false;
  friend bool operator==(const times_mended&, const times_mended&) = default;
  SEEDWALK_INSPECT(times_mended, records, bans, visits, part, after, more)
};

/// What one operation brought; most bring nothing. Recordings store it by index: append only.
using operation_result = std::variant<std::monostate, announcements_recorded, census_opened, tidied,
                                      networks_settled, times_mended>;

/// One result for each operation, in order.
struct batch_result {
  std::vector<operation_result> results;
  friend bool operator==(const batch_result&, const batch_result&) = default;
  SEEDWALK_INSPECT(batch_result, results)
};

} // namespace seedwalk::store
