#include "actors/crawl/reachability.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace seedwalk::actors {

namespace {

using net::network_id;

constexpr std::array all_networks = {network_id::ipv4,     network_id::ipv6, network_id::torv2,
                                     network_id::torv3,    network_id::i2p,  network_id::cjdns,
                                     network_id::yggdrasil};

store::network_reach kept_as(reach r) {
  switch (r) {
  case reach::dialled:
    return store::network_reach::dialled;
  case reach::not_asked_for:
    return store::network_reach::not_asked_for;
  case reach::needs_proxy:
  case reach::proxy_unresolved:
    return store::network_reach::no_proxy;
  case reach::no_route:
    return store::network_reach::no_route;
  case reach::not_supported:
    break;
  }
  return store::network_reach::not_supported;
}

bool has_route(network_id network, const net::routes_found& routes) {
  const bool cut_off = !routes.ipv4 && !routes.ipv6;
  switch (network) {
  case network_id::ipv4:
    return routes.ipv4 || cut_off;
  case network_id::ipv6:
    return routes.ipv6 || cut_off;
  case network_id::cjdns:
    return routes.cjdns;
  case network_id::yggdrasil:
    return routes.yggdrasil;
  case network_id::torv2:
  case network_id::torv3:
  case network_id::i2p:
    break;
  }
  return false;
}

} // namespace

std::string_view name_of(reach r) {
  switch (r) {
  case reach::dialled:
    return "dialled";
  case reach::not_asked_for:
    return "network.only does not name it";
  case reach::needs_proxy:
    return "no --tor-proxy is given";
  case reach::proxy_unresolved:
    return "the name that --tor-proxy gives does not resolve";
  case reach::no_route:
    return "this machine has no route there";
  case reach::not_supported:
    break;
  }
  return "we cannot dial it";
}

std::string_view advice_on(reach r) {
  switch (r) {
  case reach::not_asked_for:
    return "name them with --only-net, or leave that out";
  case reach::needs_proxy:
    return "give --tor-proxy HOST:PORT";
  case reach::proxy_unresolved:
    return "check the resolver, or give the proxy's address";
  case reach::no_route:
    return "give this machine a route there; --only-net dials them without one";
  case reach::dialled:
  case reach::not_supported:
    break;
  }
  return {};
}

reachability::reachability(const reach_options& asked, const net::routes_found& routes) {
  for (auto& verdict : verdicts_)
    verdict = reach::not_supported;
  for (const auto network : all_networks) {
    auto& verdict = verdicts_[static_cast<std::size_t>(network)];
    const bool named = std::ranges::find(asked.only, network) != asked.only.end();
    if (network == network_id::torv2 || network == network_id::i2p)
      verdict = reach::not_supported;
    else if (!asked.only.empty() && !named)
      verdict = reach::not_asked_for;
    else if (network == network_id::torv3)
      verdict = asked.tor_proxy        ? reach::dialled
                : asked.tor_proxy_name ? reach::proxy_unresolved
                                       : reach::needs_proxy;
    else
      verdict = named || has_route(network, routes) ? reach::dialled : reach::no_route;
  }
}

std::array<bool, 8> reachability::dialled() const {
  std::array<bool, 8> result{};
  for (std::size_t n = 0; n != result.size(); ++n)
    result[n] = verdicts_[n] == reach::dialled;
  return result;
}

std::array<store::network_reach, 8> reachability::networks() const {
  std::array<store::network_reach, 8> result{};
  for (const auto network : all_networks)
    result[static_cast<std::size_t>(network)] = kept_as(of(network));
  return result;
}

std::string reachability::dialled_text() const {
  std::string text;
  for (const auto network : all_networks)
    if (of(network) == reach::dialled)
      text += fmt::format("{}{}", text.empty() ? "" : ", ", net::name_of(network));
  return text.empty() ? "none" : text;
}

std::string reachability::not_dialled_text() const {
  std::string text;
  for (const auto network : all_networks)
    if (const auto reason = of(network); reason != reach::dialled && network != network_id::torv2)
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", net::name_of(network),
                          name_of(reason));
  return text.empty() ? "none" : text;
}

std::string reachability::nobody_dialled_text(const std::array<std::uint64_t, 8>& known) const {
  std::uint64_t all = 0;
  std::string targets;
  std::vector<std::string_view> advice;
  for (const auto network : all_networks) {
    const auto count = known[static_cast<std::size_t>(network)];
    if (count == 0)
      continue;
    const auto reason = of(network);
    all += count;
    targets += fmt::format("{}{} {} ({})", targets.empty() ? "" : ", ", count,
                           net::name_of(network), name_of(reason));
    if (const auto hint = advice_on(reason);
        !hint.empty() && std::ranges::find(advice, hint) == advice.end())
      advice.push_back(hint);
  }
  if (advice.empty())
    advice.push_back("give --connect HOST:PORT of another network");
  return fmt::format("nobody was dialled: none of the {} known endpoints is on a network that is "
                     "dialled from here: {}; {}",
                     all, targets, fmt::join(advice, "; "));
}

std::optional<net::network_id> network_named(std::string_view name) {
  if (name == "onion")
    return network_id::torv3;
  const auto found = std::ranges::find_if(
      all_networks, [&](auto network) { return net::name_of(network) == name; });
  return found == all_networks.end() ? std::nullopt : std::optional{*found};
}

} // namespace seedwalk::actors
