#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "store/peer_record.hpp"
#include "store/timestamp.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::store {

/// When endpoints are dialled again. Everything is configuration; these are the defaults.
struct schedule_options {
  std::chrono::seconds live_interval = std::chrono::minutes{60};
  std::uint32_t jitter_percent = 10; ///< Each interval is drawn within so much of its length.
  std::chrono::seconds live_window = std::chrono::hours{24 * 7}; ///< A success makes live so long.
  std::array<std::chrono::seconds, 6> backoff = { ///< After 1, 2, ... failures in a row.
      std::chrono::hours{1},  std::chrono::hours{4},      std::chrono::hours{12},
      std::chrono::hours{24}, std::chrono::hours{24 * 3}, std::chrono::hours{24 * 7}};
  std::uint32_t first_tries = 2; ///< Without any answer; then only for a new source.
  std::chrono::seconds first_tries_interval = std::chrono::hours{24};
  std::array<std::chrono::seconds, 2> full_retries = {
      std::chrono::minutes{5}, std::chrono::minutes{30}}; ///< Closed before version: maybe full.
  std::chrono::seconds local_retry = std::chrono::minutes{5};  ///< After a failure of our own.
  std::chrono::seconds freshness = std::chrono::hours{24 * 7}; ///< An announcement counts so long.
  std::chrono::seconds forget = std::chrono::hours{24 * 30};   ///< Not announced, not reached.

  friend bool operator==(const schedule_options&, const schedule_options&) = default;

  SEEDWALK_INSPECT(schedule_options, live_interval, jitter_percent, live_window, backoff,
                   first_tries, first_tries_interval, full_retries, local_retry, freshness, forget)
};

/// No endpoint is due again sooner after a visit that said something of it, but for one that may be
/// full.
std::chrono::seconds shortest_interval(const schedule_options& o);

/// In which queue an endpoint waits, and until when.
struct placement {
  dial_class queue = dial_class::dormant;
  timestamp due{};

  friend bool operator==(const placement&, const placement&) = default;
};

/// An announced time fit for decisions: one that is at most 100,000,000 or more than ten minutes
/// ahead of `now` counts as five days ago (Bitcoin Core, ProcessAddrs in net_processing.cpp).
inline constexpr std::chrono::seconds announced_ahead_max = std::chrono::minutes{10};
timestamp sane_announced_time(std::uint32_t announced, timestamp now);
bool is_sane_announced_time(timestamp announced, timestamp now);

/// Whether an announcement of `announced_time` is recent enough to dial somebody for it.
bool fresh(timestamp announced_time, timestamp now, const schedule_options& o);

/// Where an endpoint belongs that was heard of for the first time at `now`.
placement place_new(const peer_record& r, timestamp now, const schedule_options& o);

/// Where an endpoint belongs after `visit`, which has been counted in `r` already.
///
///     reached                 live, after live_interval
///     cancelled               where it was before the visit
///     our own failure         where it was, no sooner than local_retry
///     closed before version   the same queue, after full_retries; the third time a failure
///     failed, once reached    live or rest, after backoff
///     failed, never reached   rest, a day later; after first_tries of them dormant
///
/// Drawn from (seed, endpoint, number of tries) alone.
placement place_visited(const net::endpoint& peer, const peer_record& r, const visit_record& visit,
                        const schedule_options& o, std::uint64_t seed);

/// Where an endpoint belongs that worked once and has failed `r.failures` times since, at `at`.
placement place_failed(const net::endpoint& peer, const peer_record& r, timestamp at,
                       const schedule_options& o, std::uint64_t seed);

/// Where an endpoint belongs for which announcements have been counted in `r`: woken, when it is
/// announced freshly and was never tried, or by a source that was not there at the last try;
/// otherwise where it is.
placement place_announced(const peer_record& r, timestamp now, const schedule_options& o);

/// Where an endpoint belongs that was put to rest because its network was not dialled, and now is:
/// where its last visit, or what was announced since, would have left it. It may be due at once.
placement place_unparked(const net::endpoint& peer, const peer_record& r, timestamp now,
                         const schedule_options& o, std::uint64_t seed);

/// When an endpoint that nobody reaches or announces any more is forgotten.
timestamp forget_time(const peer_record& r, const schedule_options& o);

/// Counts a visit: verdict, tries, successes, score, version. Only visits that end by the peer's
/// doing touch tries and score, and the first two in a row that it closed before its version do
/// not: it may be full. A verdict gives way only to one that says something of the peer.
void count_visit(peer_record& r, const visit_record& visit, const schedule_options& o);

} // namespace seedwalk::store
