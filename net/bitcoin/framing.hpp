#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "net/base/inspect.hpp"
#include "net/bitcoin/messages.hpp"

namespace seedwalk::net {

/// Magic, command, payload length, checksum: what precedes every payload.
inline constexpr std::size_t header_bytes = 24;
inline constexpr std::size_t command_bytes = 12;
inline constexpr std::size_t command_offset = 4;
inline constexpr std::size_t length_offset = 16;
inline constexpr std::size_t checksum_offset = 20;

/// The longest payload that anybody may announce (Core's MAX_PROTOCOL_MESSAGE_LENGTH).
inline constexpr std::uint32_t max_payload_bytes = 4'000'000;

/// The first four bytes of sha256d of a payload.
using payload_checksum = std::array<std::uint8_t, 4>;

/// What the header of one message said, and where in the stream it began.
struct frame {
  std::uint64_t offset = 0; ///< Of the header's first byte, from the start of the stream.
  message_kind kind = message_kind::unknown;
  std::string command; ///< Its printable part, where it is malformed.
  std::uint32_t payload_bytes = 0;
  payload_checksum checksum{}; ///< As announced.

  friend bool operator==(const frame&, const frame&) = default;

  SEEDWALK_INSPECT(frame, offset, kind, command, payload_bytes, checksum)
};

} // namespace seedwalk::net
