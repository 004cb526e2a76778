#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/base/owner.hpp"
#include "net/bitcoin/session_state.hpp"
#include "store/peer_record.hpp"

namespace seedwalk::actors {

/// Where an endpoint stands in the pool.
///
///     imminent --> connecting --> awaiting_handshake --> connected --> saving --> (gone)
///                    |    |           |        |          |            ^  ^  ^
///                    |    `-----------+--------+--failed--+------------|--´  |
///                    `----------------´-----> rejected <--´------------´-----´
enum class pool_phase : std::uint8_t {
  imminent = 0,       ///< Due, and waiting for its slot.
  connecting,         ///< Its slot is taken, its dial under way.
  awaiting_handshake, ///< Connected or accepted; its verack is not in.
  connected,          ///< Its verack is in.
  rejected, ///< We have told it to go: banned, duplicate, over capacity. Its outcome is awaited.
  saving,   ///< Its connection is over, its slot free, its record not durable yet.
};

inline constexpr std::size_t pool_phase_count = 6;

/// "imminent", "connecting", "awaiting_handshake", ...
std::string_view name_of(pool_phase phase);

/// True for the steps drawn above and no others.
bool may_follow(pool_phase from, pool_phase to);

/// What the manager knows of one live or imminent connection.
struct pool_entry {
  pool_phase phase = pool_phase::imminent;
  net::direction direction = net::direction::outbound;
  net::owner connection; ///< Its peer connection, while there is one.
  store::dial_class queue = store::dial_class::fresh;
  bool hold = false;                      ///< Meant to stay.
  bool was_good = false;                  ///< Succeeded within a day when it was dialled.
  std::chrono::seconds started{0};        ///< Wall time of the dial or of the acceptance.
  net::steady_time last_seen{0};          ///< When it was last heard; when it began, before that.
  std::chrono::nanoseconds round_trip{0}; ///< The shortest; 0: none measured.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t messages_in = 0;
  /// The address seen and the port that its version announces: who it is, on whatever connection.
  std::optional<net::endpoint> identity;
  std::uint64_t nonce_smaller = 0; ///< Of the two version nonces, once `identity` is known.
  std::uint64_t nonce_larger = 0;
  std::string user_agent;

  SEEDWALK_INSPECT(pool_entry, phase, direction, connection, queue, hold, was_good, started,
                   last_seen, round_trip, bytes_in, bytes_out, messages_in, identity, nonce_smaller,
                   nonce_larger, user_agent)
};

/// True while a connection exists or is being made: its slot is taken.
constexpr bool is_live(pool_phase phase) {
  return phase != pool_phase::imminent && phase != pool_phase::saving;
}

/// The one map of everybody who is connected or about to be, and what can be asked of it.
///
/// Keys are endpoints as dialled or as accepted; an accepted one has an ephemeral port, so the same
/// peer may stand under two keys until its version says who it is. Both have the same address, and
/// stand side by side.
///
/// A value. Threads: one at a time.
class peer_pool {
public:
  using map = std::map<net::endpoint, pool_entry>;

  /// Adds an entry; nullptr, and nothing changes, if the key is taken.
  pool_entry* enter(const net::endpoint& key, pool_entry entry);

  /// The entry; nullptr if there is none. One look-up.
  pool_entry* find(const net::endpoint& key);
  const pool_entry* find(const net::endpoint& key) const;

  /// Moves an entry of this pool on. A step that `may_follow` does not know is a bug of ours: it
  /// throws std::logic_error, naming both phases.
  void move_on(pool_entry& entry, pool_phase to);

  /// Removes an entry; does nothing if there is none.
  void leave(const net::endpoint& key);

  /// The other live connections to the peer that `key` turned out to be, those that were told to go
  /// left out: same address, and an identity or a dialled endpoint that is the same. There may be
  /// several: one that the peer has ended long ago, without our having heard of it, and a dial.
  std::vector<net::endpoint> other_connections(const net::endpoint& key,
                                               const net::endpoint& identity) const;

  std::uint32_t in_phase(pool_phase phase) const {
    return by_phase_[static_cast<std::size_t>(phase)];
  }
  std::uint32_t live(net::direction direction) const {
    return live_[static_cast<std::size_t>(direction)];
  }
  std::uint32_t live() const { return live_[0] + live_[1] + live_[2]; }
  std::uint32_t held() const { return held_; } ///< Live, outbound, and meant to stay.

  /// Keys of live entries that were last seen at `before` or earlier.
  std::vector<net::endpoint> silent_since(net::steady_time before) const;

  const map& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

  SEEDWALK_INSPECT(peer_pool, entries_, by_phase_, live_, held_)

private:
  void count(const pool_entry& entry, std::int32_t by);

  map entries_;
  std::array<std::uint32_t, pool_phase_count> by_phase_{};
  std::array<std::uint32_t, 3> live_{}; ///< By net::direction.
  std::uint32_t held_ = 0;
};

/// Of two connections to the same peer that cross, the one that stays: that with the smaller
/// version nonce, which both sides know of both connections. True: the first stays.
bool first_stays(const pool_entry& first, const pool_entry& second);

} // namespace seedwalk::actors
