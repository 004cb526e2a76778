#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/log_options.hpp"
#include "actors/crawl/reachability.hpp"
#include "actors/crawl/reconnect_table.hpp"
#include "net/address/endpoint.hpp"
#include "net/address/named_host.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/session_timers.hpp"
#include "store/ban_record.hpp"
#include "store/schedule.hpp"

namespace seedwalk::actors {

/// Whom a rule is about: one endpoint, or all of a subnet on any port.
using address_rule = std::variant<net::endpoint, store::subnet>;

/// Which chain is walked, and what our `version` says.
struct network_options {
  std::string name = "main";   ///< One of net::known_chains().
  net::bytes signet_challenge; ///< Of a signet that is not the default one (BIP325).
  std::string user_agent = "/Seedwalk:0.1.0/"; ///< On a public chain with a way to reach us.
  bool allow_unroutable = false; ///< Dial addresses that the Internet does not route, too.
  reach_options reach;           ///< Which networks are dialled, and through what.

  friend bool operator==(const network_options&, const network_options&) = default;

  SEEDWALK_INSPECT(network_options, name, signet_challenge, user_agent, allow_unroutable, reach)
};

/// Where a crawl starts: at `connect` and `connect_names`; else at what the database knows; else,
/// while fewer than `enough_known` endpoints succeeded this week, at the DNS seeds. These are asked
/// again when nobody who is known can be reached (seed_watch.hpp).
struct start_options {
  std::vector<net::endpoint> connect;
  std::vector<net::named_host> connect_names; ///< More of them, resolved when a crawl begins.
  bool fixed = false; ///< Dial those two, and none of those that are heard of.
  bool dns = true;
  std::vector<std::string> dns_seeds; ///< Empty: those of the chain.
  std::uint32_t enough_known = 1'000;

  /// True if somebody is named to start at, so that DNS seeds are nobody's business.
  bool names_somebody() const { return !connect.empty() || !connect_names.empty(); }

  friend bool operator==(const start_options&, const start_options&) = default;

  SEEDWALK_INSPECT(start_options, connect, connect_names, fixed, dns, dns_seeds, enough_known)
};

/// How a crawl lives and when it ends.
struct run_options {
  bool once = false;             ///< Ends when nothing is due.
  std::chrono::seconds limit{0}; ///< Ends after so long; 0: no limit.
  std::uint32_t hold = 0;        ///< Keeps so many good peers connected.
  std::uint32_t threads = 0;     ///< 0: one thread in a reproducible order. Else CAF's scheduler.
  std::chrono::seconds stop_deadline{10}; ///< An orderly end gives visits so long to finish.
  std::uint32_t vantage = 0; ///< The operator's number for this machine, kept with each visit.

  friend bool operator==(const run_options&, const run_options&) = default;

  SEEDWALK_INSPECT(run_options, once, limit, hold, threads, stop_deadline, vantage)
};

/// How much at once. The rates are for other people's machines: loopback has none.
struct limit_options {
  std::uint32_t max_connections = 500; ///< Both directions together.
  std::uint32_t max_outbound = 500;
  std::uint32_t max_inbound = 100;
  std::uint32_t over_capacity = 16; ///< Inbound ones beyond that are told so politely.
  std::uint32_t dials_per_second = 200;
  std::uint32_t group_connections = 2;      ///< At once to an IPv4 /24 or an IPv6 /48.
  std::uint32_t group_dials_per_second = 1; ///< To the same.
  std::uint32_t live_percent = 50;  ///< Share of slots and dials for those that succeeded lately,
  std::uint32_t fresh_percent = 40; ///< for those never tried,
  std::uint32_t rest_percent = 10;  ///< and for all others. What is not used is lent.

  friend bool operator==(const limit_options&, const limit_options&) = default;

  SEEDWALK_INSPECT(limit_options, max_connections, max_outbound, max_inbound, over_capacity,
                   dials_per_second, group_connections, group_dials_per_second, live_percent,
                   fresh_percent, rest_percent)
};

/// Where the database is, what it keeps and how it is written.
struct storage_options {
  std::string path;                                           ///< A folder.
  std::chrono::seconds history = std::chrono::hours{24 * 30}; ///< Visits older than that go.
  std::uint64_t max_known = 2'000'000;
  std::uint32_t max_per_ipv4 = 16;     ///< Endpoints kept of one IPv4 address,
  std::uint32_t max_per_ipv6_64 = 4;   ///< of one IPv6 /64, which can answer as 2^64 nodes,
  std::uint32_t max_per_ipv6_48 = 256; ///< and of one IPv6 /48.
  std::uint64_t max_inbound_records =
      1'000'000;                          ///< Connections of others to us that are remembered.
  std::uint32_t batch_operations = 256;   ///< Written at once; a block of addresses is one.
  std::chrono::seconds full_patience{30}; ///< A disk without room for so long ends the crawl.
  std::uint64_t cache_bytes = 160ull << 20;

  friend bool operator==(const storage_options&, const storage_options&) = default;

  SEEDWALK_INSPECT(storage_options, path, history, max_known, max_per_ipv4, max_per_ipv6_64,
                   max_per_ipv6_48, max_inbound_records, batch_operations, full_patience,
                   cache_bytes)
};

/// Who is welcome.
struct peer_options {
  std::vector<net::endpoint> listen; ///< Where inbound connections are accepted.
  std::vector<address_rule> exclude; ///< Never dialled, whatever is learned.
  std::string exclude_file;          ///< More of them, one a line; `#` begins a comment.
  std::vector<address_rule> ban;     ///< Neither dialled nor welcomed.
  std::chrono::seconds ban_time = std::chrono::hours{24}; ///< For misbehaviour.
  std::vector<std::string> ban_user_agents;      ///< Patterns: see net/base/text_pattern.hpp.
  std::vector<std::string> required_user_agents; ///< Unless empty, peers match one of these.
  std::uint64_t required_services = 0;           ///< Bits that peers we dial must offer.

  friend bool operator==(const peer_options&, const peer_options&) = default;

  SEEDWALK_INSPECT(peer_options, listen, exclude, exclude_file, ban, ban_time, ban_user_agents,
                   required_user_agents, required_services)
};

/// Everything that a crawl can be told, as one value: what a configuration file says, what a
/// recording begins with, what a reload replaces.
///
/// Every default that the protocol or Bitcoin Core suggests has its source beside it where the type
/// is declared. config_table.hpp names each member for files, flags and the environment.
struct crawl_config {
  network_options network;
  start_options start;
  run_options run;
  limit_options limits;
  net::timer_table timers = net::default_timers;
  net::keep_alive_timers keep_alive;
  store::schedule_options schedule;
  std::chrono::seconds getaddr_interval = std::chrono::hours{24}; ///< Core caches its answer 21 to
                                                                  ///< 27 hours.
  reconnect_options reconnects;
  storage_options storage;
  peer_options peers;
  log_options log;

  friend bool operator==(const crawl_config&, const crawl_config&) = default;

  SEEDWALK_INSPECT(crawl_config, network, start, run, limits, timers, keep_alive, schedule,
                   getaddr_interval, reconnects, storage, peers, log)
};

/// What is wrong with a configuration.
struct config_error {
  std::string option;  ///< As files have it: "limits.max_connections".
  std::string message; ///< One line: what is wrong and what to do.

  friend bool operator==(const config_error&, const config_error&) = default;
};

/// Whether a crawl can run on `config`: the first thing that forbids it, if there is one.
tl::expected<void, config_error> validate(const crawl_config& config);

/// The chain that `config` names, with the magic of its signet challenge and its own DNS seeds.
/// `config` is valid.
net::chain_params chain_of(const crawl_config& config);

/// Whether the reader of `user_agent` in a log can find out whom to ask: a URL, a mail address, or
/// "+" and something of the kind.
bool has_contact(std::string_view user_agent);

} // namespace seedwalk::actors
