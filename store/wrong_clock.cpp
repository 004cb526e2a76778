#include "store/wrong_clock.hpp"

#include <algorithm>

namespace seedwalk::store {

namespace {

using std::chrono::seconds;

/// Puts a moment of the future back to `now`.
bool clamp(timestamp& t, timestamp now) {
  if (t <= now)
    return false;
  t = now;
  return true;
}

bool clamp_times(peer_record& r, timestamp now) {
  bool changed = false;
  for (auto t : {&r.first_heard, &r.last_heard, &r.first_success, &r.last_success, &r.last_try,
                 &r.last_counted, &r.last_getaddr, &r.v2.last_spoken, &r.v2.last_fallback})
    changed |= clamp(*t, now);
  if (r.last)
    changed |= clamp(r.last->at, now);
  if (r.chain)
    changed |= clamp(r.chain->at, now);
  return changed;
}

/// Where an endpoint belongs that no clock was right for: it was put to rest by one that was ahead.
placement place_dormant(const net::endpoint& peer, const peer_record& r, timestamp now,
                        const schedule_options& o, std::uint64_t seed) {
  const auto placement = place_announced(r, now, o);
  const bool given_up = r.last_success == never || forget_time(r, o) <= now;
  if (placement.queue != dial_class::dormant || given_up)
    return placement;
  return place_failed(peer, r, now, o, seed);
}

} // namespace

timestamp latest_of(const peer_record& r) {
  return std::max({r.first_heard, r.last_heard, r.last_try});
}

seconds longest_interval(const schedule_options& o) {
  auto longest = std::max({o.live_interval, o.first_tries_interval, o.local_retry});
  for (const auto interval : o.backoff)
    longest = std::max(longest, interval);
  for (const auto interval : o.full_retries)
    longest = std::max(longest, interval);
  return longest + longest * std::min<std::int64_t>(o.jitter_percent, 100) / 100;
}

bool judge_announcement_again(peer_record& r, timestamp now) {
  const timestamp raw{r.announced_raw};
  const auto before = r.announced_time;
  if (r.announced_time > now + announced_ahead_max)
    r.announced_time = sane_announced_time(r.announced_raw, now);
  else if (is_sane_announced_time(raw, now))
    r.announced_time = std::max(r.announced_time, raw);
  return r.announced_time != before;
}

bool mend(const net::endpoint& peer, peer_record& r, timestamp now, seconds set_back,
          clock_trust trust, const schedule_options& o, std::uint64_t seed) {
  const auto before = placement{r.queue, r.due};
  const bool believed = trust == clock_trust::believed;
  const bool tried_ahead = r.last_try > now;
  const auto longest = longest_interval(o);
  const auto interval = tried_ahead ? std::clamp(r.due - r.last_try, seconds{0}, longest) : longest;
  const bool clamped = believed && clamp_times(r, now);
  const bool changed = (believed && judge_announcement_again(r, now)) || clamped;
  switch (r.queue) {
  case dial_class::dormant:
    if (changed) {
      const auto placement =
          tried_ahead ? place_dormant(peer, r, now, o, seed) : place_announced(r, now, o);
      r.queue = placement.queue;
      r.due = std::min(r.due, placement.due);
    }
    break;
  case dial_class::fresh:
    clamp(r.due, now);
    break;
  default:
    if (tried_ahead && set_back.count() > 0)
      r.due = std::clamp(r.due - set_back, now, now + interval);
    r.due = std::min(r.due, now + interval);
    if (changed && r.last_success != never)
      r.queue = now - r.last_success < o.live_window ? dial_class::live : dial_class::rest;
  }
  return changed || before != placement{r.queue, r.due};
}

bool mend(ban_record& b, timestamp now) {
  if (b.since <= now)
    return false;
  if (b.until != never)
    b.until = now + std::max(b.until - b.since, seconds{0});
  b.since = now;
  return true;
}

bool mend(visit_record& v, timestamp now) {
  const bool ended = clamp(v.ended, now);
  const bool started = clamp(v.started, v.ended);
  const bool told = v.chain && clamp(v.chain->at, v.ended);
  return ended || started || told;
}

bool mend(inbound_sighting& s, timestamp now) {
  const bool ended = clamp(s.ended, now);
  const bool began = clamp(s.at, s.ended);
  return ended || began;
}

} // namespace seedwalk::store
