#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "net/base/inspect.hpp"
#include "store/timestamp.hpp"

namespace seedwalk::store {

/// The hash of a block's header, in the order in which it stands on the wire: reports print it the
/// other way round.
using block_hash = std::array<std::uint8_t, 32>;

/// Which chain a peer is on, as told by headers that it gave when it was asked for those at a
/// height: chains that share magic and port differ there. Nobody asks for headers yet.
struct header_chain {
  timestamp at{};                 ///< When it answered.
  std::uint32_t height = 0;       ///< The height that was asked for.
  std::optional<block_hash> hash; ///< Of its header there; nothing: its chain ends below.

  friend bool operator==(const header_chain&, const header_chain&) = default;

  SEEDWALK_INSPECT(header_chain, at, height, hash)
};

} // namespace seedwalk::store
