#include "actors/crawl/settings.hpp"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>

#include "net/address/routability.hpp"
#include "net/base/archive.hpp"
#include "net/base/random.hpp"

namespace seedwalk::actors {

namespace {

bool names(const address_rule& rule, const net::endpoint& peer) {
  if (const auto subnet = std::get_if<store::subnet>(&rule))
    return store::contains(*subnet, peer);
  return std::get<net::endpoint>(rule) == peer;
}

bool any_names(const std::vector<address_rule>& rules, const net::endpoint& peer) {
  for (const auto& rule : rules)
    if (names(rule, peer))
      return true;
  return false;
}

/// What networks are dialled by, once the proxy's address is known.
reach_options reach_of(reach_options asked, const std::optional<net::endpoint>& proxy) {
  asked.tor_proxy = proxy;
  return asked;
}

} // namespace

settings::settings(crawl_config from, std::uint64_t run_seed, std::string build_name,
                   std::vector<address_rule> excluded_by_file, findings found_out)
    : config(std::move(from)), chain(chain_of(config)), build(std::move(build_name)),
      seed(run_seed), excluded(std::move(excluded_by_file)), found(std::move(found_out)),
      tor_proxy(config.network.reach.tor_proxy ? config.network.reach.tor_proxy : found.tor_proxy),
      reach(reach_of(config.network.reach, tor_proxy), found.routes) {
  session.magic = chain.magic;
  session.user_agent = config.network.user_agent;
  session.nonce_key = net::keyed_hash(seed, "version nonces");
  session.required_services = config.peers.required_services;
  session.banned_user_agents = config.peers.ban_user_agents;
  session.required_user_agents = config.peers.required_user_agents;
  // Of several listeners the first is the one that we are known by.
  if (!config.peers.listen.empty())
    session.listen_port = config.peers.listen.front().port;
  session.timers = config.timers;
  session.keep_alive = config.keep_alive;
  // What is logged changes nothing that is stored: a replay may log what the run did not.
  auto stored = config;
  stored.log = {};
  digest = net::keyed_hash(0, "configuration", net::to_archive(stored));
}

net::address settings::route_to(const net::endpoint& peer) const {
  if (peer.network == net::network_id::torv3 && tor_proxy)
    return net::through_proxy{peer, *tor_proxy};
  return peer;
}

bool settings::allows(net::routability verdict) const {
  switch (verdict) {
  case net::routability::routable:
    return true;
  case net::routability::port_zero:
  case net::routability::multicast:
  case net::routability::this_network:
  case net::routability::unused_network:
    return false; // Nothing can be dialled there, whatever the operator allows.
  default:
    return config.network.allow_unroutable;
  }
}

bool settings::may_dial(const net::endpoint& peer) const {
  // What is unroutable for its address may have no port besides, and the operator allows the first.
  if (peer.port == 0 && peer.network != net::network_id::i2p)
    return false;
  return allows(net::routability_of(peer)) && !any_names(config.peers.exclude, peer) &&
         !any_names(excluded, peer) && !any_names(config.peers.ban, peer);
}

void settings::keep_dialable(net::msg::addr_list& entries) const {
  const bool names_nobody =
      config.peers.exclude.empty() && excluded.empty() && config.peers.ban.empty();
  entries.erase_if([&](const auto& entry) {
    // Nearly all are IPv4, and nobody is named: of them no endpoint is made.
    if (!names_nobody || entry.network() != net::network_id::ipv4)
      return !may_dial(entry.peer());
    const auto key = entry.key();
    const auto port = static_cast<std::uint16_t>(key[5] << 8 | key[6]);
    const auto address = std::uint32_t{key[1]} << 24 | std::uint32_t{key[2]} << 16 |
                         std::uint32_t{key[3]} << 8 | key[4];
    return port == 0 || !allows(net::routability_of_ipv4(address, port));
  });
}

bool settings::asked_for(const net::endpoint& peer) const {
  const auto& from = config.start;
  return !from.fixed || std::ranges::find(from.connect, peer) != from.connect.end() ||
         found.resolved.contains(peer);
}

bool settings::may_accept(const net::endpoint& peer) const {
  return !any_names(config.peers.ban, peer);
}

inbound_limits settings::inbound() const {
  const auto& l = config.limits;
  if (config.peers.listen.empty())
    return {};
  // Others do not take the last slot from who is to dial at all: nothing would ever be crawled.
  const auto kept = std::min(l.max_outbound, 1u);
  return {std::min(l.max_inbound, l.max_connections - kept), l.over_capacity};
}

dial_limits settings::dials() const {
  const auto& l = config.limits;
  // Both directions share max_connections; slots that are kept for others to dial us are not
  // dialled from.
  const auto left = l.max_connections - inbound().slots;
  return {std::min(l.max_outbound, left),
          {l.live_percent, l.fresh_percent, l.rest_percent},
          l.dials_per_second,
          l.group_connections,
          l.group_dials_per_second};
}

std::uint32_t settings::connections_max() const {
  return config.limits.max_connections + config.limits.over_capacity;
}

settings_in_use settings_shelf::newest() const {
  const std::lock_guard lock{mutex_};
  return newest_;
}

settings_in_use settings_shelf::add(std::shared_ptr<const settings> next) {
  const std::lock_guard lock{mutex_};
  std::erase_if(known_, [](const auto& one) { return one.second.expired(); });
  kept_.clear();
  newest_ = {newest_.number + 1, std::move(next)};
  known_[newest_.number] = newest_.values;
  return newest_;
}

void settings_shelf::attach(settings_in_use& in_use) const {
  if (in_use.values)
    return;
  const std::lock_guard lock{mutex_};
  if (in_use.number == 0)
    in_use = newest_;
  else if (const auto known = known_.find(in_use.number); known != known_.end())
    in_use.values = known->second.lock();
  if (!in_use.values)
    throw std::logic_error(fmt::format("there are no settings number {}", in_use.number));
}

std::vector<std::shared_ptr<const settings>> settings_shelf::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<const settings>> result;
  for (const auto& [number, one] : known_)
    if (auto values = one.lock())
      result.push_back(std::move(values));
  return result;
}

namespace {

/// What settings are made of, by number.
struct archived_settings {
  std::uint32_t number = 0;
  crawl_config config;
  std::uint64_t seed = 0;
  std::string build;
  std::vector<address_rule> excluded;
  findings found;
  SEEDWALK_INSPECT(archived_settings, number, config, seed, build, excluded, found)
};

} // namespace

net::bytes settings_shelf::capture() const {
  const std::lock_guard lock{mutex_};
  std::vector<archived_settings> all;
  for (const auto& [number, one] : known_)
    if (const auto s = one.lock())
      all.push_back({number, s->config, s->seed, s->build, s->excluded, s->found});
  return net::to_archive(all);
}

bool settings_shelf::restore(net::byte_view archived) {
  std::vector<archived_settings> all;
  if (!net::from_archive(archived, all) || all.empty())
    return false;
  const std::lock_guard lock{mutex_};
  known_.clear();
  kept_.clear();
  for (auto& one : all) {
    newest_ = {one.number, std::make_shared<const settings>(
                               std::move(one.config), one.seed, std::move(one.build),
                               std::move(one.excluded), std::move(one.found))};
    known_[one.number] = newest_.values;
    kept_.push_back(newest_.values);
  }
  return true;
}

} // namespace seedwalk::actors
