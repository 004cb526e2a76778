#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/config/crawl_recipe.hpp"
#include "actors/crawl/crawler.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/schedule.hpp"
#include "net/base/outcome.hpp"
#include "net/base/probe.hpp"
#include "sim/disk/disk.hpp"
#include "sim/network/fault_rules.hpp"
#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"
#include "sim/nodes/topology.hpp"
#include "sim/scenario/oracles/oracle_choice.hpp"

namespace seedwalk::sim {

/// What people and time do to crawlers while they run, each at its moment.
namespace operation {

/// A configuration file is read again, as by SIGHUP.
struct reload {
  std::string contents;
  friend bool operator==(const reload&, const reload&) = default;
};

/// It ends in order. A second signal ends its process at once, as the program's driver does: what
/// reached its disk's kernel is kept, and nobody starts it again.
struct stop {
  int signal = 0; ///< SIGINT, SIGTERM; 0: somebody asked who sends none, and may ask again.
  friend bool operator==(const stop&, const stop&) = default;
};

/// The process dies at once, every connection is reset, the disk keeps what `loss` leaves; it is
/// started again on that after `down`, under a new incarnation.
struct crash {
  loss_model loss;
  std::chrono::nanoseconds down{std::chrono::seconds{1}};
  friend bool operator==(const crash&, const crash&) = default;
};

/// Its machine is given one more address, and with it a route to that network.
struct own_address {
  net::endpoint address;
  friend bool operator==(const own_address&, const own_address&) = default;
};

/// The proxy for onions does something else from now on. It is the world's, no crawler's.
struct proxy {
  proxy_state does = proxy_state::working;
  friend bool operator==(const proxy&, const proxy&) = default;
};

/// Its disk has room for so much in all.
struct disk_room {
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  friend bool operator==(const disk_room&, const disk_room&) = default;
};

/// From now on the resolver knows this name, and says this of it.
struct name {
  std::string host;
  name_answer answer;
  friend bool operator==(const name&, const name&) = default;
};

/// A bit of a file of its database changes while nobody looks.
struct flip_bit {
  enum class kind : std::uint8_t { log, table, manifest, current };
  kind of = kind::log;    ///< Of several the newest. Nothing happens where there is none.
  std::uint64_t byte = 0; ///< From the beginning; beyond the end it is counted on from there again.
  std::uint32_t bit = 0;  ///< 0 to 7
  friend bool operator==(const flip_bit&, const flip_bit&) = default;
};

/// Somebody on its machine asks it something through its control socket, as `seedwalk ctl` does.
struct control {
  std::string request;                 ///< A line of JSON; see tools/README.md.
  std::optional<std::string> answered; ///< What the answer must have in it.
  friend bool operator==(const control&, const control&) = default;
};

} // namespace operation

using operation_action =
    std::variant<operation::reload, operation::stop, operation::crash, operation::own_address,
                 operation::proxy, operation::disk_room, operation::name, operation::flip_bit,
                 operation::control>;

/// One of them: when, to which crawler, what.
struct planned_operation {
  net::steady_time at{0};
  /// The nth crawler, from 0; nothing: each of them. What concerns the world happens once.
  std::optional<std::uint32_t> crawler;
  operation_action action;
  /// Instead of `at`: between two steps, when so many have been made in the world.
  std::optional<std::uint64_t> at_step = std::nullopt;
  /// Instead of `at`: in the nth call that changes its disk, counted from the beginning of the run,
  /// once that has come so far. A crash leaves what was written by then.
  std::optional<std::uint64_t> at_disk_call = std::nullopt;
  call_progress progress = {};

  friend bool operator==(const planned_operation&, const planned_operation&) = default;
};

/// A name that the resolver knows, and what it says of it.
struct named_answer {
  std::string host;
  name_answer answer;
  friend bool operator==(const named_answer&, const named_answer&) = default;
};

/// More crawlers than that no scenario has.
inline constexpr std::uint32_t crawlers_max = 100;

/// What the nth of several crawlers is called: "a", "b", ..., "z", "a1", ...
std::string crawler_name(std::uint32_t nth);

/// What crawlers of a scenario are made of.
struct crawler_part {
  std::uint32_t count = 1; ///< So many that are alike.
  actors::crawl_recipe recipe;
  std::vector<net::endpoint> addresses = network::host{}.addresses;
  disk::options drive;
  std::uint64_t endpoints_expected = 0;
  std::vector<clock_step> wall_steps;

  friend bool operator==(const crawler_part&, const crawler_part&) = default;
};

/// What must be so of one endpoint when a run is over. What is not said may be anything.
struct peer_expectation {
  std::optional<std::uint32_t> node; ///< By its number, or
  std::optional<net::endpoint> at;   ///< any endpoint. One of both is said.
  std::uint32_t crawler = 0;         ///< Whose database is asked.
  std::optional<bool> known;
  std::optional<bool> good;
  std::optional<net::outcome> outcome;     ///< Of the last visit.
  std::optional<net::stage> stage;         ///< How far that got.
  std::optional<net::blame> blame;         ///< Whose doing its end was.
  std::optional<std::uint32_t> tries;      ///< That counted.
  std::optional<std::uint32_t> maybe_full; ///< Closed before version in a row.
  std::optional<std::uint64_t> heard;      ///< Endpoints that were first heard of from it.
  std::optional<std::uint64_t> accepted;   ///< Connections that the node accepted.
  std::optional<std::string> user_agent;   ///< Of its last version.
  std::optional<std::uint64_t> services;   ///< The same.
  std::optional<std::int32_t> protocol;    ///< The same.
  std::optional<std::chrono::seconds> announced_beyond; ///< It is at least so far from that.
  std::optional<std::chrono::seconds>
      announced_within; ///< Its announced time is no further from the world's time at the end.

  friend bool operator==(const peer_expectation&, const peer_expectation&) = default;
};

/// What must hold of a run. What is not said may be anything, but that nothing is broken.
struct expectations {
  /// Violations are expected: each of these texts is part of one, and there are no others.
  std::vector<std::string> violations;
  /// Violations that may come, or not: each has one of these texts in it.
  std::vector<std::string> violations_allowed;
  std::optional<actors::crawl_end> end; ///< Of the first crawler.
  std::optional<net::steady_time> ends_within;
  std::optional<net::steady_time> lasts;          ///< At least.
  std::optional<std::uint32_t> precision_percent; ///< At least.
  std::optional<std::uint32_t> recall_percent;    ///< At least.
  std::optional<std::uint32_t> recall_at_most;    ///< Percent.
  std::optional<std::uint64_t> known;             ///< Endpoints in the first one's database.
  std::optional<std::uint64_t> good;              ///< Of them, good ones.
  std::optional<std::uint64_t> addresses;         ///< Entries of answers to getaddr.
  std::optional<std::uint64_t> most_connections;  ///< At most so many at once.
  std::optional<std::uint64_t> visits_at_least;   ///< That ended, in the census.
  std::optional<bool> resumed;                    ///< It went on with an open census.
  std::optional<std::string> problem;             ///< Part of why it failed.
  std::vector<std::pair<net::outcome, std::uint64_t>> outcomes; ///< Visits that ended so, exactly.
  bool all_operations = false;    ///< None was left when the run was over.
  std::vector<net::probe> probes; ///< Rare places that are reached.
  std::vector<peer_expectation> peers;

  friend bool operator==(const expectations&, const expectations&) = default;
};

/// An order of messages, for people and files: some actor of a kind takes the first message
/// directly before the second. Types are without their namespaces.
struct wanted_order {
  std::string actor; ///< "crawler"
  std::string first; ///< "operations_saved"
  std::string second;
  friend auto operator<=>(const wanted_order&, const wanted_order&) = default;
  friend bool operator==(const wanted_order&, const wanted_order&) = default;
};

/// A simulated crawl, as a plain value: who is out there, what goes wrong, how the crawlers are
/// configured, what is done to them, the seed of it all, and what must hold.
///
/// `file/scenario_file.hpp` reads and writes it as TOML; everything but profiles and departures
/// that are kept is in a file.
struct crawl_scenario {
  std::uint64_t seed = 1;
  topology_options nodes;
  internet_options network;
  std::vector<named_answer> names;
  std::vector<fault_rule> faults;
  /// Besides, so many drawn from the seed when the world is made (drawn_misfortunes.hpp).
  std::uint32_t drawn_faults = 0;
  std::uint32_t drawn_reloads = 0;
  /// The crawler's own addresses: the networks that it has a route to.
  std::vector<net::endpoint> addresses = network::host{}.addresses;
  /// A SOCKS5 proxy at this address, and what it does.
  net::endpoint proxy = net::ipv4_endpoint(0x7f000001, 9050);
  proxy_state proxy_does = proxy_state::absent;
  disk::options drive;
  std::uint64_t endpoints_expected = 0; ///< What the database has memory for; 0: the nodes.
  actors::crawl_recipe crawler; ///< Where it starts is the topology's seeds, unless it says.
  bool starts_at_dns = false;   ///< Nobody is given to start at: DNS seeds are asked.
  strategy schedule = strategy::uniform;
  /// By the strategy `pairs`: what it tries to make, of more than three those that it can; none:
  /// what it finds that an earlier run by fifo had not.
  std::vector<wanted_order> wanted;
  bool deep = false;
  schedule_options order = near_events(); ///< But for the strategy.
  /// Several crawlers, "a", "b" ..., listen at addresses one after the other, and begin with each
  /// other besides. Each is a process of its own; what is judged is the first.
  std::uint32_t crawlers = 1;
  std::vector<crawler_part> others; ///< Behind those: crawlers that differ.
  std::vector<planned_operation> operations;
  /// From a step on another strategy decides, with a seed of its own.
  struct another_order {
    std::uint64_t from_step = 0;
    sim::strategy strategy = strategy::uniform;
    std::uint64_t seed = 1;
    std::uint32_t depth = 3; ///< Of strategies that have one.
    friend bool operator==(const another_order&, const another_order&) = default;
  };
  std::optional<another_order> then;
  /// From a step on everything is drawn from another seed.
  struct another_seed {
    std::uint64_t from_step = 0;
    std::uint64_t seed = 1;
    friend bool operator==(const another_seed&, const another_seed&) = default;
  };
  std::vector<another_seed> reseeds; ///< In the order of their steps.
  /// From a step on all that is left to chance is drawn anew, and the world stays as it is. Beside
  /// what a reseed changes these are the schedule (fifo and its choices become `uniform`), what the
  /// disks' calls take, what crashes lose, and the moments of faults and operations that have not
  /// come (redrawn_moments.hpp). What nodes and actors draw for themselves stays.
  std::vector<another_seed> redraws; ///< In the order of their steps.
  net::steady_time limit =
      std::chrono::hours{24 * 7};           ///< Virtual time after which it should have ended.
  std::chrono::seconds wall{1'767'225'600}; ///< 2026-01-01 00:00:00 UTC, as good as any.
  std::vector<clock_step> wall_steps;       ///< When the crawler's clock is set; nodes' are right.
  expectations expect;
  oracle_choice oracles; ///< Who watches it: no run is another for that.

  /// Whether its strategies ask for what an earlier run tells.
  bool wants_profile() const;

  /// All of its crawlers, those of before `others` as the first part.
  std::vector<crawler_part> parts() const;
  void set_parts(std::vector<crawler_part> parts);
  /// How many crawlers there are.
  std::uint32_t crawler_count() const;

  /// Events due within 50 us compete, and nobody who is due is passed over for longer.
  static schedule_options near_events();

  friend bool operator==(const crawl_scenario&, const crawl_scenario&) = default;
};

/// A scenario with everything at its default: `nodes` honest nodes on loopback-style addresses, no
/// faults, a crawler that visits all of them once.
crawl_scenario plain_crawl(std::uint64_t seed, std::uint32_t nodes);

/// A scenario whose parts agree, as a world is made of it: one seed, the drawn misfortunes beside
/// those that were said, and the topology's seeds as the place to start.
crawl_scenario completed(crawl_scenario s);

/// The nodes of such a scenario: where they are follows from the crawlers, too.
topology_options completed_nodes(const crawl_scenario& s);

} // namespace seedwalk::sim
