#include "store/schedule.hpp"

#include <algorithm>

#include "net/base/probe.hpp"
#include "net/base/random.hpp"
#include "store/keys.hpp"

namespace seedwalk::store {

namespace {

using std::chrono::seconds;

/// `interval`, more or less by up to `percent` of it; drawn anew for each number of tries.
seconds jittered(seconds interval, std::uint32_t percent, const net::endpoint& peer,
                 std::uint32_t tries, std::uint64_t seed) {
  auto key = endpoint_key(peer);
  for (int shift = 24; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(tries >> shift));
  net::random_stream stream(seed, "schedule", net::as_bytes(key));
  const auto spread = interval.count() * std::min<std::int64_t>(percent, 100) / 100;
  return interval + seconds{stream.between(-spread, spread)};
}

bool ever_reached(const peer_record& r) {
  return r.last_success != never;
}

} // namespace

seconds shortest_interval(const schedule_options& o) {
  const auto shortest = std::min({o.live_interval, o.first_tries_interval,
                                  *std::min_element(o.backoff.begin(), o.backoff.end())});
  return shortest - shortest * std::min<std::int64_t>(o.jitter_percent, 100) / 100;
}

timestamp sane_announced_time(std::uint32_t announced, timestamp now) {
  const timestamp t{announced};
  return is_sane_announced_time(t, now) ? t : now - std::chrono::hours{24 * 5};
}

bool is_sane_announced_time(timestamp announced, timestamp now) {
  return announced > seconds{100'000'000} && announced <= now + announced_ahead_max;
}

bool fresh(timestamp announced_time, timestamp now, const schedule_options& o) {
  return announced_time != never && announced_time >= now - o.freshness;
}

timestamp forget_time(const peer_record& r, const schedule_options& o) {
  return std::max({r.first_heard, r.announced_time, r.last_success}) + o.forget;
}

placement place_new(const peer_record& r, timestamp now, const schedule_options& o) {
  if (fresh(r.announced_time, now, o))
    return {dial_class::fresh, now};
  return {dial_class::dormant, forget_time(r, o)};
}

placement place_announced(const peer_record& r, timestamp now, const schedule_options& o) {
  if (r.queue != dial_class::dormant)
    return {r.queue, r.due};
  if (fresh(r.announced_time, now, o)) {
    if (!r.last)
      return {dial_class::fresh, now};
    if ((r.sources & ~r.sources_at_try) != 0) {
      net::reached(net::probe::dormant_woken);
      return {dial_class::rest, std::max(now, r.last_counted + o.first_tries_interval)};
    }
  }
  return {dial_class::dormant, forget_time(r, o)};
}

placement place_failed(const net::endpoint& peer, const peer_record& r, timestamp at,
                       const schedule_options& o, std::uint64_t seed) {
  const auto step = std::min<std::size_t>(std::max(r.failures, 1u), o.backoff.size()) - 1;
  const bool live = at - r.last_success < o.live_window;
  return {live ? dial_class::live : dial_class::rest,
          at + jittered(o.backoff[step], o.jitter_percent, peer, r.tries, seed)};
}

placement place_visited(const net::endpoint& peer, const peer_record& r, const visit_record& visit,
                        const schedule_options& o, std::uint64_t seed) {
  const auto at = visit.ended;
  const auto soon = [&](seconds interval) {
    return at + jittered(interval, o.jitter_percent, peer, r.tries, seed);
  };
  if (reached(visit.stage))
    return {dial_class::live, soon(o.live_interval)};
  // No longer never tried, but not judged either.
  const auto waiting = r.queue == dial_class::live ? dial_class::live : dial_class::rest;
  if (visit.blame == net::blame::cancelled)
    return {r.queue, r.due};
  if (visit.blame == net::blame::local)
    return {r.queue == dial_class::dormant ? dial_class::rest : r.queue,
            std::max(r.due, at + o.local_retry)};
  if (r.maybe_full != 0)
    return {waiting,
            at + o.full_retries[std::min<std::size_t>(r.maybe_full, o.full_retries.size()) - 1]};
  if (!ever_reached(r)) {
    if (r.failures < o.first_tries)
      return {dial_class::rest, soon(o.first_tries_interval)};
    return {dial_class::dormant, forget_time(r, o)};
  }
  if (forget_time(r, o) <= at)
    return {dial_class::dormant, at};
  return place_failed(peer, r, at, o, seed);
}

placement place_unparked(const net::endpoint& peer, const peer_record& r, timestamp now,
                         const schedule_options& o, std::uint64_t seed) {
  const placement stays{dial_class::dormant, forget_time(r, o)};
  if (stays.due <= now)
    return stays;
  const auto after = [&](seconds interval) {
    return r.last_counted + jittered(interval, o.jitter_percent, peer, r.tries, seed);
  };
  if (ever_reached(r)) {
    const auto step = std::min<std::size_t>(std::max(r.failures, 1u), o.backoff.size()) - 1;
    const bool live = now - r.last_success < o.live_window;
    return {live ? dial_class::live : dial_class::rest,
            after(r.failures == 0 ? o.live_interval : o.backoff[step])};
  }
  // What failed by our own doing says nothing of it.
  if (r.failures == 0)
    return fresh(r.announced_time, now, o) ? placement{dial_class::fresh, now} : stays;
  if (r.failures < o.first_tries)
    return {dial_class::rest, after(o.first_tries_interval)};
  auto asleep = r;
  asleep.queue = dial_class::dormant;
  return place_announced(asleep, now, o);
}

void count_visit(peer_record& r, const visit_record& visit, const schedule_options& o) {
  const bool success = reached(visit.stage);
  const bool peer_failed = visit.blame == net::blame::peer;
  r.last_try = visit.ended;
  if (peer_failed || success || !r.last)
    r.last = verdict{visit.ended, visit.outcome, visit.stage, visit.blame, visit.via};
  if (visit.version)
    r.version = visit.version;
  if (visit.addresses.answer != net::addr_answer::not_asked)
    r.last_getaddr = visit.ended;
  if (visit.chain)
    r.chain = visit.chain;
  if (has(visit.features, feature::v2_fallback))
    r.v2.last_fallback = visit.ended;
  if (success) {
    // A clock that stands in 1970 does not make it forgotten.
    r.last_success = std::max(r.last_success, visit.ended);
    if (r.first_success == never)
      r.first_success = visit.ended;
    if (has(visit.features, feature::p2p_v2))
      r.v2.last_spoken = r.last_success;
    r.failures = 0;
    r.maybe_full = 0;
  }
  if (!peer_failed)
    return;
  const bool maybe_full = !success && visit.outcome == net::outcome::closed_before_version;
  if (maybe_full && r.maybe_full < o.full_retries.size()) {
    ++r.maybe_full;
    net::reached(net::probe::maybe_full);
    return;
  }
  r.maybe_full = 0;
  constexpr seconds first_age{1'000}; // As bitcoin-seeder has it, its MIN_RETRY.
  update(r.averages, success, r.last_counted == never ? first_age : visit.ended - r.last_counted);
  r.last_counted = visit.ended;
  r.sources_at_try = r.sources;
  ++r.tries;
  if (success)
    ++r.successes;
  else
    ++r.failures;
}

} // namespace seedwalk::store
