#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seedwalk::net {

/// Bytes that somebody owns.
using bytes = std::vector<std::uint8_t>;

/// Bytes that somebody else owns; valid only as long as the callee's contract says.
using byte_view = std::span<const std::uint8_t>;

/// The bytes of a text, unowned.
inline byte_view as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text of some bytes, unowned.
inline std::string_view as_text(byte_view data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

} // namespace seedwalk::net
