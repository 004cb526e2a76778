#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "net/endpoint.hpp"
#include "net/inspect.hpp"
#include "net/instant.hpp"
#include "net/messages_addr.hpp"
#include "net/routability.hpp"

namespace seedwalk::net {

/// Which of the gossiped addresses are worth remembering.
struct gossip_policy {
  /// Keeps addresses that nobody else can reach either, loopback above all: for tests on one
  /// machine. What cannot be dialled at all (port 0, retired networks) is refused all the same.
  bool allow_unroutable = false;
  /// The networks that this crawl is about.
  std::set<network_id> networks = {network_id::ipv4, network_id::ipv6, network_id::torv3,
                                   network_id::i2p, network_id::cjdns};

  friend bool operator==(const gossip_policy&, const gossip_policy&) = default;
};

/// An address that is kept.
struct learned_address {
  endpoint peer;
  std::uint64_t services = 0;      ///< As claimed.
  std::chrono::seconds claimed{0}; ///< When it was last seen, as claimed: for the record.
  std::chrono::seconds seen{0};    ///< The same, made sane: for decisions.

  friend bool operator==(const learned_address&, const learned_address&) = default;

  template <inspector F>
  friend auto inspect(F& f, learned_address& x) {
    return f(x.peer, x.services, x.claimed, x.seen);
  }
};

/// How many entries were judged, and how.
struct gossip_counts {
  std::uint64_t kept = 0;
  std::uint64_t other_network = 0;
  std::map<routability, std::uint64_t> unroutable; ///< By reason.
  std::uint64_t time_mended = 0;                   ///< Of those kept.

  friend bool operator==(const gossip_counts&, const gossip_counts&) = default;

  template <inspector F>
  friend auto inspect(F& f, gossip_counts& x) {
    return f(x.kept, x.other_network, x.unroutable, x.time_mended);
  }
};

/// Judges gossip: what may be dialled at all, what this crawl is about, and when it was last seen.
/// Threads: one at a time.
class gossip_filter {
public:
  gossip_filter() = default;
  explicit gossip_filter(gossip_policy policy) : policy_(std::move(policy)) {}

  /// What to remember of `entry`, heard at `now`; nothing if it is refused. Counts either way.
  std::optional<learned_address> judge(const msg::addr_entry& entry, instant now);

  const gossip_policy& policy() const { return policy_; }
  void set_policy(gossip_policy policy) { policy_ = std::move(policy); }
  const gossip_counts& counts() const { return counts_; }

private:
  gossip_policy policy_;
  gossip_counts counts_;
};

/// The time to go by where a peer claims `claimed`: a claim of at most 100,000,000 (which predates
/// Bitcoin) or of more than ten minutes from now counts as five days ago, as in Bitcoin Core's
/// handling of addr messages (net_processing.cpp).
std::chrono::seconds sane_time(std::chrono::seconds claimed, std::chrono::seconds now);

} // namespace seedwalk::net
