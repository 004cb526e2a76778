#include "tools/sim_network_flags.hpp"

#include <fmt/format.h>

#include "sim/scenario/file/value_texts.hpp"

namespace seedwalk::tools {

namespace {

/// An address that gives the simulated machine a route to a network.
std::optional<net::endpoint> own_address(net::network_id network) {
  switch (network) {
  case net::network_id::ipv4:
    return net::ipv4_endpoint(0xc6336401, 0); // 198.51.100.1
  case net::network_id::ipv6:
    return *sim::parse_address("2a01::1");
  case net::network_id::cjdns:
    return *sim::parse_address("fc00::1");
  case net::network_id::yggdrasil:
    return *sim::parse_address("200::1");
  case net::network_id::torv2:
  case net::network_id::torv3:
  case net::network_id::i2p:
    break;
  }
  return std::nullopt;
}

} // namespace

void sim_network_flags::declare(CLI::App& app) {
  app.add_option("--net", networks_,
                 "parts of a network, NAME=PARTS: ipv4, ipv6, torv3, i2p, cjdns; repeatable; ipv4 "
                 "alone unless given");
  app.add_option("--route", routes_,
                 "where the crawler has a route to: ipv4, ipv6, cjdns, yggdrasil; repeatable; ipv4 "
                 "unless given");
  app.add_option("--proxy", proxy_,
                 "the crawler dials onions through a proxy that is working, silent or absent; none "
                 "unless given")
      ->check(CLI::IsMember({"working", "silent", "absent"}));
}

tl::expected<void, std::string> sim_network_flags::apply(sim::crawl_scenario& s) const {
  if (!networks_.empty())
    s.nodes.networks.clear();
  for (const auto& text : networks_) {
    const auto share = sim::parse_network_share(text);
    if (!share)
      return tl::unexpected(fmt::format("--net {}: {}", text, share.error()));
    s.nodes.networks.push_back(*share);
  }
  if (!routes_.empty())
    s.addresses.clear();
  for (const auto& text : routes_) {
    const auto network = actors::network_named(text);
    const auto address = network ? own_address(*network) : std::nullopt;
    if (!address)
      return tl::unexpected(
          fmt::format("--route {}: must be one of ipv4, ipv6, cjdns, yggdrasil", text));
    s.addresses.push_back(*address);
  }
  if (proxy_.empty())
    return {};
  s.crawler.config.network.reach.tor_proxy = s.proxy;
  s.proxy_does = proxy_ == "working"  ? sim::proxy_state::working
                 : proxy_ == "silent" ? sim::proxy_state::silent
                                      : sim::proxy_state::absent;
  return {};
}

std::string sim_network_flags::again() const {
  std::string text;
  for (const auto& network : networks_)
    text += " --net " + network;
  for (const auto& route : routes_)
    text += " --route " + route;
  return proxy_.empty() ? text : text + " --proxy " + proxy_;
}

} // namespace seedwalk::tools
