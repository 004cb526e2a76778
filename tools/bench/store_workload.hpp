#pragma once

#include <cstdint>

#include "net/address/endpoint.hpp"
#include "store/batch.hpp"

namespace seedwalk::bench {

/// What the benchmarks of the database write: the same operations in each run.

inline constexpr std::uint64_t per_batch = 1'000;
inline constexpr store::timestamp workload_start{1'800'000'000};

/// The nth endpoint: in drawn order, no two alike.
net::endpoint workload_peer(std::uint64_t n);

/// The nth of the peers that announce endpoints, each in a netgroup of its own.
net::endpoint workload_source(std::uint64_t n);

/// Announcements of `count` endpoints from the nth on.
store::batch workload_announcements(std::uint64_t first, std::uint64_t count);

/// `count` visits to `peers` endpoints, in no order of theirs; one in ten finds a node.
store::batch workload_visits(std::uint64_t first, std::uint64_t count, std::uint64_t peers);

} // namespace seedwalk::bench
