#pragma once

#include <cstdint>
#include <string>

namespace seedwalk::net {

/// What a node says it offers, one bit each, in version and addr entries (Core's protocol.h).
namespace service {

inline constexpr std::uint64_t network = 1u << 0;          ///< All blocks.
inline constexpr std::uint64_t bloom = 1u << 2;            ///< Bloom filters and mempool (BIP111).
inline constexpr std::uint64_t witness = 1u << 3;          ///< Segregated witness (BIP144).
inline constexpr std::uint64_t compact_filters = 1u << 6;  ///< BIP157.
inline constexpr std::uint64_t network_limited = 1u << 10; ///< The last 288 blocks (BIP159).
inline constexpr std::uint64_t p2p_v2 = 1u << 11;          ///< The encrypted transport (BIP324).

} // namespace service

/// "network|witness|1<<25": known bits by name, others by position; "none" for none.
std::string services_text(std::uint64_t services);

} // namespace seedwalk::net
