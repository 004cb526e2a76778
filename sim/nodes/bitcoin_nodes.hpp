#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/base/buffer.hpp"
#include "net/base/bytes.hpp"
#include "sim/nodes/node_model.hpp"
#include "sim/nodes/topology.hpp"

namespace seedwalk::sim {

/// A moment as an entry of an addr message can announce it.
inline std::uint32_t announced_time(std::chrono::seconds wall) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(wall.count(), 0, UINT32_MAX));
}

/// The nodes of a topology, alive: each connection gets a session that behaves as its node's kind
/// says, and judges what it hears.
///
/// The handshake is Bitcoin Core's as an inbound peer (net_processing.cpp): nothing is said before
/// the dialler's version; then version, wtxidrelay and sendaddrv2 (where both speak 70016), verack;
/// after the dialler's verack sendcmpct and a ping. getaddr is answered once, with addrv2 where the
/// dialler asked for it. Messages are answered in their order but by `pong_first` and
/// `answers_by_timer`: the pong to a ping behind getaddr comes behind the answer.
///
/// The referee's rules are those by which Core would ignore or cut off the dialler: what does not
/// decode; anything before version; a second version or verack; negotiation after verack; requests
/// before verack; getaddr twice; a pong that nothing asked for; a ping without nonce.
///
/// What a connection draws is keyed by (seed, node, dialler's address, nth connection from that
/// address to that node): an ephemeral port says nothing, and who dials other nodes changes
/// nothing. How old a node's entries are is keyed by (seed, who tells, who is told of).
///
/// One thread. The topology outlives it, and it outlives its sessions.
class bitcoin_nodes final : public node_population {
public:
  /// Encoded answers kept, in bytes of memory.
  static constexpr std::size_t cached_bytes_max = 64u << 20;
  /// Addresses that dial and have counts of their own.
  static constexpr std::size_t diallers_max = 1'000;

  explicit bitcoin_nodes(const sim::topology& topology) : topology_(topology) {}

  std::unique_ptr<node_session> open(std::uint32_t node, const net::endpoint& peer) override;

  const sim::topology& topology() const { return topology_; }

  /// A node's answer to getaddr, with its header, ready to be sent. `wall` is the time of day.
  net::buffer answer_of(std::uint32_t node, bool v2, std::chrono::seconds wall);

private:
  net::bytes encode_answer(std::uint32_t node, bool v2, std::chrono::seconds wall) const;
  std::uint64_t next_visit(std::uint32_t node, const net::endpoint& peer);

  const sim::topology& topology_;
  /// How many connections each node had, by the dialler's address. 4 bytes a node and dialler: one
  /// crawler's visits to a million nodes are 4 MB. Who dials as one of more than `diallers_max`
  /// shares the counts of nobody's address with the others.
  std::map<net::endpoint, std::vector<std::uint32_t>> visits_;
  // order never seen: asked by number alone
  std::unordered_map<std::uint64_t, net::buffer> answers_; ///< By 2 * node + v2.
  std::deque<std::uint64_t> oldest_answers_;
  std::size_t cached_bytes_ = 0;
};

} // namespace seedwalk::sim
