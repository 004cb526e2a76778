#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "net/base/error.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/base/outcome.hpp"
#include "net/base/owner.hpp"
#include "store/census_record.hpp"

namespace seedwalk::actors {

/// What a crawl did so far, since its census began.
struct crawl_counters {
  std::uint64_t tried = 0;  ///< Visits that ended, whatever ended them.
  std::uint64_t good = 0;   ///< Of them, those that reached the peer's verack.
  std::uint64_t failed = 0; ///< The others.
  std::array<std::uint64_t, net::outcome_count> outcomes{}; ///< By net::outcome.
  std::uint64_t addresses = 0;                              ///< Entries of addr answers.
  std::uint64_t peak_connections = 0;                       ///< Most slots in use at once.
  /// What failed by our own doing, by reason: dials, and connections that were lost.
  std::map<net::error, std::uint64_t> local_failures;
  /// What ended the collections of addresses, by net::collection_end.
  std::array<std::uint64_t, net::collection_end_count> collections{};
  std::uint64_t peak_unwritten_bytes = 0; ///< Most that waited for the DB writer at once.

  friend bool operator==(const crawl_counters&, const crawl_counters&) = default;
  SEEDWALK_INSPECT(crawl_counters, tried, good, failed, outcomes, addresses, peak_connections,
                   collections, peak_unwritten_bytes, local_failures)
};

/// What made a crawl fail: what the exit code of a command tells.
enum class crawl_fault : std::uint8_t {
  none = 0,
  program,         ///< An actor of ours failed.
  configuration,   ///< What was asked for is not to be had, such as a port in use.
  storage_full,    ///< There was no room to write for longer than `storage.full_patience`.
  storage_failed,  ///< The operating system refused to read or write for as long.
  storage_damaged, ///< The database is damaged.
  nobody_reached,  ///< No dial got out of this machine or could, or no seed or name led anywhere.
};

// The conversation between the crawler, which starts and ends a crawl, and the connection manager.

/// Crawler to manager: begin; visits belong to this census.
struct begin_crawl {
  std::uint32_t census = 0;
  crawl_counters so_far; ///< Of the same census before a restart.
  /// The crawler may find more to dial: names are being resolved, or DNS seeds may be asked. Until
  /// `no_more_to_come`, a crawl that ends when nothing is due asks before it ends.
  bool more_to_come = false;
  SEEDWALK_INSPECT(begin_crawl, census, so_far, more_to_come)
};

/// Crawler to manager: endpoints may have been queued behind the place that it has come to, such as
/// those of networks that are dialled from now on, or of names that were resolved.
struct endpoints_queued {
  SEEDWALK_INSPECT(endpoints_queued)
};

/// Manager to crawler: this crawl is to end when nothing is due, and nothing is; shall it? Said
/// while more is to come, and again after each `endpoints_queued`. The answer is either of those
/// two.
struct nothing_is_due {
  std::uint64_t dialled = 0; ///< Dials that ended in this run.
  std::uint64_t reached = 0; ///< Of them, those that reached the peer's verack.
  bool our_doing = false;    ///< All dials failed by this machine's own doing.
  SEEDWALK_INSPECT(nothing_is_due, dialled, reached, our_doing)
};

/// Crawler to manager: there is nowhere else to look; end once nothing is due.
struct no_more_to_come {
  SEEDWALK_INSPECT(no_more_to_come)
};

/// Crawler to manager: no new dials; cancel what is under way; say `crawl_ended` when nothing is
/// left.
struct end_crawl {
  SEEDWALK_INSPECT(end_crawl)
};

/// Manager to crawler: nothing is due any more (said once, and only if the crawl is to end then),
/// or what `end_crawl` asked for is done. All visits are durable.
struct crawl_ended {
  crawl_counters counters;
  bool nothing_due = false;
  std::string problem{}; ///< Nothing is due, but it was all in vain: why. Else empty.
  SEEDWALK_INSPECT(crawl_ended, counters, nothing_due, problem)
};

/// Crawler to manager: how far is it? Answered by `crawl_progress`.
struct ask_progress {
  net::owner from;
  SEEDWALK_INSPECT(ask_progress, from)
};

/// Manager to crawler.
struct crawl_progress {
  crawl_counters counters;
  std::uint32_t connections = 0; ///< Slots in use.
  std::uint32_t waiting = 0;     ///< Endpoints fetched and not yet dialled.
  bool more_due = true;          ///< Beside those, somebody may be due.
  /// Of this run, by net::network_id.
  std::array<std::uint64_t, 8> good_by_network{};
  std::uint64_t dialled = 0;     ///< Dials that ended in this run.
  std::uint32_t established = 0; ///< Connections whose handshake is complete.
  std::uint64_t known = 0;       ///< Endpoints in the database; the crawler fills it in.
  /// The moment of this message, if the wall clock is believed then (clock_check.hpp).
  std::optional<net::instant> believed_at;
  SEEDWALK_INSPECT(crawl_progress, counters, connections, waiting, more_due, good_by_network,
                   dialled, established, known, believed_at)
};

/// Manager to crawler: a network answers again; belongs into the census.
struct outage_ended {
  store::outage_interval interval;
  SEEDWALK_INSPECT(outage_ended, interval)
};

/// Crawler to all others: the crawl is over, and everything is durable. Go.
struct shut_down {
  SEEDWALK_INSPECT(shut_down)
};

/// An actor without which the crawl cannot go on to the crawler: why it cannot.
struct part_failed {
  std::string problem;
  crawl_fault fault = crawl_fault::program;
  SEEDWALK_INSPECT(part_failed, problem, fault)
};

} // namespace seedwalk::actors
