#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "net/bitcoin/session_state.hpp"

namespace seedwalk::actors {

/// What the connections of this run are called: each by its endpoint and by how many there were
/// with that endpoint before it, so that the visits of everybody else change no name, and nothing
/// that is drawn by one. A name is never given twice.
///
/// Who dials us is counted and called by address alone: an ephemeral port says nothing.
///
///     dialled:   127.1.0.1:18444#3
///     accepted:  127.1.0.1#2
///
/// Costs 12 bytes a place in a hash table of which 2/5 to 4/5 are taken, or 15 to 30 bytes for each
/// endpoint that was ever connected in this run (not for those that are only known): 24 MiB for a
/// million. Endpoints are told apart by 64 bits of a hash; two that share them share a count, which
/// repeats no name. Beyond `counted_max` endpoints (a long run that strangers flood) those who are
/// new share one count.
///
/// A value. Threads: one at a time.
class connection_counts {
public:
  /// 96 MiB.
  static constexpr std::size_t counted_max = 6'000'000;

  explicit connection_counts(std::size_t most = counted_max) : most_(most) {}

  /// The name of a connection that begins with `peer`, as dialled or as accepted.
  std::string next_name(const net::endpoint& peer, net::direction direction);

  /// Endpoints that have a count of their own.
  std::size_t counted() const { return counted_; }

  SEEDWALK_INSPECT(connection_counts, hashes_, counts_, counted_, most_, others_)

private:
  std::uint64_t next(std::uint64_t hash);
  std::size_t place_of(std::uint64_t hash) const;
  void grow();

  // order never seen: asked for one endpoint at a time
  std::vector<std::uint64_t> hashes_; ///< A power of two of them, or none. 0: a free place.
  std::vector<std::uint32_t> counts_; ///< Each beside its hash.
  std::uint64_t counted_ = 0;
  std::uint64_t most_;
  std::uint64_t others_ = 0; ///< Connections with those who have no count of their own.
};

} // namespace seedwalk::actors
