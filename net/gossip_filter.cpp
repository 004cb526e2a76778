#include "net/gossip_filter.hpp"

namespace seedwalk::net {

namespace {

/// There is no way at all to dial this, wherever we are.
bool undialable(const endpoint& peer) {
  switch (peer.network) {
  case network_id::ipv4:
  case network_id::ipv6:
  case network_id::torv3:
  case network_id::cjdns:
    return peer.port == 0;
  case network_id::i2p:
    return peer.port != 0;
  default:
    return true;
  }
}

} // namespace

std::chrono::seconds sane_time(std::chrono::seconds claimed, std::chrono::seconds now) {
  constexpr std::chrono::seconds earliest{100'000'000};
  constexpr std::chrono::minutes ahead_max{10};
  constexpr std::chrono::hours presumed_age{5 * 24};
  if (claimed <= earliest || claimed > now + ahead_max)
    return now - presumed_age;
  return claimed;
}

std::optional<learned_address> gossip_filter::judge(const msg::addr_entry& entry, instant now) {
  if (!policy_.networks.contains(entry.peer.network)) {
    ++counts_.other_network;
    return std::nullopt;
  }
  const auto verdict = routability_of(entry.peer);
  if (verdict != routability::routable && (!policy_.allow_unroutable || undialable(entry.peer))) {
    ++counts_.unroutable[verdict];
    return std::nullopt;
  }
  const std::chrono::seconds claimed{entry.time};
  const auto seen = sane_time(claimed, now.wall);
  ++counts_.kept;
  counts_.time_mended += seen != claimed;
  return learned_address{entry.peer, entry.services, claimed, seen};
}

} // namespace seedwalk::net
