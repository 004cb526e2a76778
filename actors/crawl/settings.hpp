#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/config/crawl_config.hpp"
#include "actors/crawl/dial_schedule.hpp"
#include "actors/crawl/reconnect_table.hpp"
#include "net/address/addr_list.hpp"
#include "net/address/routability.hpp"
#include "net/bitcoin/session_config.hpp"

namespace seedwalk::actors {

/// How many inbound connections there may be.
struct inbound_limits {
  std::uint32_t slots = 0;
  std::uint32_t over_capacity = 0; ///< Beyond, to be told so politely.
};

/// What a run has found out about its surroundings: its settings follow from it, too.
struct findings {
  net::routes_found routes;               ///< What this machine can do.
  std::set<net::endpoint> resolved;       ///< Where the names of `start.connect` led.
  std::optional<net::endpoint> tor_proxy; ///< Where the name of `network.tor_proxy` led.

  friend bool operator==(const findings&, const findings&) = default;
  SEEDWALK_INSPECT(findings, routes, resolved, tor_proxy)
};

/// A configuration made ready for use: what its parts come to in the terms of those who act on
/// them. Immutable once it is shared.
struct settings {
  crawl_config config;
  net::chain_params chain;
  net::session_config session;
  std::uint64_t digest = 0;           ///< Of the configuration, logging left out.
  std::string build;                  ///< Identity of the binary.
  std::uint64_t seed = 0;             ///< Of the run.
  std::vector<address_rule> excluded; ///< Beside `config.peers.exclude`: what a file said.
  findings found;
  std::optional<net::endpoint> tor_proxy; ///< As configured, or where its name led.
  reachability reach;                     ///< What follows from all that.

  /// `from` is valid. `seed` is the run's: the key of our version nonces comes from it.
  settings(crawl_config from, std::uint64_t seed, std::string build_name,
           std::vector<address_rule> excluded_by_file = {}, findings found_out = {});

  /// What is dialled to reach a peer: itself, or a proxy that is asked for it.
  net::address route_to(const net::endpoint& peer) const;

  /// Whether an endpoint that was learned is worth keeping and dialling: routable (unless the
  /// operator said otherwise), not excluded, not banned by configuration.
  bool may_dial(const net::endpoint& peer) const;
  /// Whether the operator lets us dial what is judged so.
  bool allows(net::routability verdict) const;
  /// Takes out of a list those that `may_dial` is false for.
  void keep_dialable(net::msg::addr_list& entries) const;

  /// False for those whom `start.fixed` leaves alone, for as long as this run lasts: an endpoint
  /// that is not named by `start.connect`, be it by its address or by a name that led there.
  bool asked_for(const net::endpoint& peer) const;

  /// Whether a connection from there is accepted, as far as configuration says.
  bool may_accept(const net::endpoint& peer) const;

  dial_limits dials() const;
  inbound_limits inbound() const;
  std::uint32_t connections_max() const;
  const std::vector<std::string>& dns_seeds() const { return chain.dns_seeds; }
  std::uint16_t default_port() const { return chain.default_port; }
};

/// The settings that an actor goes by: part of its state, given when it is spawned and replaced by
/// a message. Several thousand peers hold the same.
///
/// In an archive it is the number alone: `settings_shelf` has the values of each number, and says
/// so to an actor that was brought back from an archive.
struct settings_in_use {
  std::uint32_t number = 0; ///< 1, 2, ... in the order in which the crawler made them.
  net::not_archived<std::shared_ptr<const settings>> values;

  const settings& operator*() const { return *values; }
  const settings* operator->() const { return values.get(); }

  SEEDWALK_INSPECT(settings_in_use, number, values)
};

/// All settings of a run that somebody goes by, by number. A reload makes new ones; the crawler
/// tells the others. Actors do not look here for what they should do: what is in force for them is
/// in their state.
///
/// Threads: any.
class settings_shelf {
public:
  explicit settings_shelf(std::shared_ptr<const settings> first) { add(std::move(first)); }

  /// The newest, which the crawler made last.
  settings_in_use newest() const;

  settings_in_use add(std::shared_ptr<const settings> next);

  /// Fills in the values of a number that came from an archive; the newest, where it is 0. Throws
  /// std::logic_error for a number that is not here.
  void attach(settings_in_use& in_use) const;

  /// All that somebody goes by: they stay on the shelf as long as these are held.
  std::vector<std::shared_ptr<const settings>> all() const;

  /// All that somebody goes by, archived.
  net::bytes capture() const;

  /// Has those again that `capture` wrote. False if `archived` is no such thing.
  bool restore(net::byte_view archived);

private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, std::weak_ptr<const settings>> known_;
  settings_in_use newest_;
  /// Brought back, and not yet gone by: kept until the next are made.
  std::vector<std::shared_ptr<const settings>> kept_;
};

} // namespace seedwalk::actors
