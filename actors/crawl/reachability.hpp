#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/address/named_host.hpp"
#include "net/base/inspect.hpp"
#include "net/door/completion.hpp"
#include "store/network_reach.hpp"

namespace seedwalk::actors {

/// Whether the endpoints of a network are dialled, and why they are not.
enum class reach : std::uint8_t {
  dialled = 0,
  not_asked_for,    ///< `network.only` names others.
  needs_proxy,      ///< Tor, and `network.tor_proxy` is not set.
  proxy_unresolved, ///< Tor, and the name that `network.tor_proxy` gives leads nowhere yet.
  no_route,         ///< This machine has no route there.
  not_supported,    ///< Nobody dials Tor v2 any more, and we do not dial I2P.
};

/// "dialled", "network.only does not name it", ...: for logs and messages.
std::string_view name_of(reach r);

/// What an operator can do about it, as half a sentence; empty: nothing.
std::string_view advice_on(reach r);

/// What a configuration says of networks.
struct reach_options {
  std::vector<net::network_id> only; ///< Unless empty, dial these and no others.
  /// A SOCKS5 proxy that dials onions, by its address or by its name: one of the two, or none.
  std::optional<net::endpoint> tor_proxy;
  std::optional<net::named_host> tor_proxy_name = {};

  bool has_proxy() const { return tor_proxy || tor_proxy_name; }

  friend bool operator==(const reach_options&, const reach_options&) = default;
  SEEDWALK_INSPECT(reach_options, only, tor_proxy, tor_proxy_name)
};

/// Which networks are dialled. The policy, as data: what was configured and what this machine can
/// do go in, and for each network a verdict comes out.
///
/// Tor v3 is dialled through a proxy only. IPv6, CJDNS and Yggdrasil are, where the machine has a
/// route; so is IPv4, but that a machine without a route to either IPv4 or IPv6 is taken for one
/// that is cut off for the moment, and dials both. What `only` names is dialled without a route,
/// too: the operator knows better. Loopback is always dialled.
class reachability {
public:
  /// Everything that has a route, until somebody says what has.
  reachability() = default;
  reachability(const reach_options& asked, const net::routes_found& routes);

  reach of(net::network_id network) const {
    const auto n = static_cast<std::size_t>(network);
    return n < verdicts_.size() ? verdicts_[n] : reach::not_supported;
  }
  bool dials(const net::endpoint& peer) const {
    return of(peer.network) == reach::dialled || net::is_loopback(peer);
  }

  /// By net::network_id, as the database wants it.
  std::array<bool, 8> dialled() const;
  /// The same with the reasons, as a census keeps it.
  std::array<store::network_reach, 8> networks() const;

  /// "ipv4, ipv6", and "torv3 (no --tor-proxy is given), i2p (...)": for a log.
  std::string dialled_text() const;
  std::string not_dialled_text() const;

  /// Why nobody was dialled though endpoints are known, and what to do: `known` says how many, by
  /// net::network_id, all of them of networks that are not dialled.
  std::string nobody_dialled_text(const std::array<std::uint64_t, 8>& known) const;

  friend bool operator==(const reachability&, const reachability&) = default;

private:
  std::array<reach, 8> verdicts_{}; ///< By net::network_id.
};

/// The network of a name: "ipv4", ..., and "onion" as Bitcoin Core has it for Tor v3.
std::optional<net::network_id> network_named(std::string_view name);

} // namespace seedwalk::actors
