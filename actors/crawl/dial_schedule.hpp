#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "store/ban_record.hpp"
#include "store/query.hpp"

namespace seedwalk::actors {

/// How many outbound slots and dials there are, and which endpoints get them.
struct dial_limits {
  std::uint32_t slots = 500;
  std::array<std::uint32_t, store::dialled_class_count> share_percent{
      50, 40, 10}; ///< By store::dial_class.
  std::uint32_t dials_per_second = 200;
  std::uint32_t group_slots = 2;            ///< At once to an IPv4 /24 or an IPv6 /48.
  std::uint32_t group_dials_per_second = 1; ///< To the same.

  friend bool operator==(const dial_limits&, const dial_limits&) = default;
  SEEDWALK_INSPECT(dial_limits, slots, share_percent, dials_per_second, group_slots,
                   group_dials_per_second)
};

/// Who is dialled next, of those that are due: reserves the slot before the dial, and takes it back
/// after the visit.
///
/// Three classes have reserved shares of slots and of dials; what a class does not use is lent to
/// the others, so that a million dead endpoints do not starve the live ones, and do not wait for
/// ever either. Rates are for other people's machines: loopback endpoints have none.
///
/// A value: no clock, no draws; the order within a class is that in which `add` was called. Not
/// thread-safe.
class dial_schedule {
public:
  explicit dial_schedule(dial_limits limits = {}) : limits_(limits) {}

  /// Holds from the next dial on; slots in use beyond a smaller number stay until they are
  /// released.
  void set_limits(const dial_limits& limits) { limits_ = limits; }
  const dial_limits& limits() const { return limits_; }

  /// No more than so many of the slots are given out, whatever the limits say.
  void set_ceiling(std::uint32_t slots) { ceiling_ = slots; }

  /// Queues somebody who is due.
  void add(const store::due_peer& peer);

  /// The next one to dial, whose slot is now taken; nothing if no slot is free, nobody waits, or
  /// all that wait must wait longer.
  std::optional<store::due_peer> next(net::steady_time now);

  /// Takes back the slot of `peer`, whom `next` gave for class `queue`. Precondition: exactly once
  /// for each.
  void release(const net::endpoint& peer, store::dial_class queue, net::steady_time now);

  /// After `next` gave nobody though somebody waits and a slot is free: when to ask again, unless a
  /// release comes first. Nothing: only a release or an addition helps.
  std::optional<net::steady_time> ready_at() const { return ready_at_; }

  /// Whether endpoints of a network are dialled: those of a paused one wait.
  enum class gate : std::uint8_t { open = 0, paused, one };

  /// `one` lets one through, and then is `paused`.
  void set_gate(net::network_id network, gate setting) {
    gates_[static_cast<std::size_t>(network)] = setting;
  }

  std::size_t waiting() const;
  std::size_t waiting(store::dial_class queue) const {
    return queues_[static_cast<std::size_t>(queue)].size();
  }
  std::uint32_t in_use() const { return in_use_; }

  /// Forgets those who wait and are `unwanted`, and names them.
  std::deque<store::due_peer>
  drop_waiting(const std::function<bool(const net::endpoint&)>& unwanted);

  SEEDWALK_INSPECT(dial_schedule, limits_, queues_, class_in_use_, class_pass_, in_use_, groups_,
                   next_dial_, ready_at_, gates_, ceiling_)

private:
  struct group {
    std::uint32_t in_use = 0;
    net::steady_time next_dial{0};
    SEEDWALK_INSPECT(group, in_use, next_dial)
  };

  std::uint32_t reserved(std::size_t queue) const;
  std::optional<std::size_t> find_allowed(std::size_t queue, net::steady_time now);
  gate gate_of(const net::endpoint& peer) const {
    return gates_[static_cast<std::size_t>(peer.network)];
  }
  bool group_allows(const net::endpoint& peer, net::steady_time now);
  store::due_peer take(std::size_t queue, std::size_t index, net::steady_time now);
  void not_before(net::steady_time when);

  dial_limits limits_;
  std::array<std::deque<store::due_peer>, store::dialled_class_count> queues_;
  std::array<std::uint32_t, store::dialled_class_count> class_in_use_{};
  /// Stride scheduling: each dial moves its class on by the inverse of its share; the class
  /// furthest back is next.
  std::array<std::uint64_t, store::dialled_class_count> class_pass_{};
  std::uint32_t in_use_ = 0;
  std::map<store::subnet, group>
      groups_; ///< Only those in use or dialled within the last interval.
  net::steady_time next_dial_{0};
  std::optional<net::steady_time> ready_at_;
  std::array<gate, 8> gates_{}; ///< By net::network_id.
  std::uint32_t ceiling_ = UINT32_MAX;
};

} // namespace seedwalk::actors
