#pragma once

#include <chrono>
#include <cstdint>

#include "net/address/endpoint.hpp"
#include "store/ban_record.hpp"
#include "store/peer_record.hpp"
#include "store/schedule.hpp"
#include "store/timestamp.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::store {

// What was written while the wall clock was ahead, and what becomes of it when the clock is right
// again: an endpoint that was visited "tomorrow" would not be visited before tomorrow.
//
// Only what says that something happened in the future is changed. That is enough: who is not
// changed was visited at `now` or before, by whatever clock, and waits for no more than its own
// interval from there. So after mending everybody is due within its interval of `now`.
//
// And only once `now` is believed: a clock that stands in 1970 finds everything in the future, and
// what it took for now would be lost. Until then due times alone are moved, which costs an early
// visit at most.
//
// Pure functions. Threads: any.

/// The latest moment at which something happened to this record, by the clocks that wrote it.
timestamp latest_of(const peer_record& r);

/// The longest time for which a schedule lets somebody wait who is to be dialled again.
std::chrono::seconds longest_interval(const schedule_options& o);

/// Makes the best of an announcement at `now`: one that was refused for being in the future, or
/// taken though it was, by a clock that was wrong then, is judged again. True if that changed the
/// record.
bool judge_announcement_again(peer_record& r, timestamp now);

/// Whether it is known that `now` is right.
enum class clock_trust : std::uint8_t { doubtful = 0, believed };

/// Places an endpoint again, no later than it was, and takes times after a believed `now` for
/// `now`. `set_back`: by how much the clock was just set back, 0 if that is not known; who was
/// dialled under that clock then is due when it would have been under the right one, so that not
/// everybody is due at once. True if that changed the record.
bool mend(const net::endpoint& peer, peer_record& r, timestamp now, std::chrono::seconds set_back,
          clock_trust trust, const schedule_options& o, std::uint64_t seed);

/// A ban that begins in the future begins now, and is as long. True if that changed it.
bool mend(ban_record& b, timestamp now);

/// Visits and sightings of the future are over now. True if that changed them.
bool mend(visit_record& v, timestamp now);
bool mend(inbound_sighting& s, timestamp now);

} // namespace seedwalk::store
