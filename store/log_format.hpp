#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace seedwalk::store {

// LevelDB's logs, which its manifests are, too (doc/log_format.md there): blocks of 32 KiB, in each
// of them fragments of records, each with a header checksum:4 length:2 type:1.

inline constexpr std::size_t log_block_bytes = 32'768;
inline constexpr std::size_t log_header_bytes = 7;

inline constexpr std::uint8_t full_record = 1;
inline constexpr std::uint8_t first_fragment = 2;
inline constexpr std::uint8_t middle_fragment = 3;
inline constexpr std::uint8_t last_record_type = 4; ///< The last fragment's.

/// The header of a fragment.
struct log_header {
  std::uint32_t checksum = 0;
  std::size_t length = 0;
  std::uint8_t type = 0;
};

/// What stands at `at` of a block; nothing where a block has no room for a header.
inline std::optional<log_header> read_log_header(std::string_view block, std::size_t at) {
  if (at + log_header_bytes > block.size())
    return std::nullopt;
  const auto byte = [&](std::size_t n) { return static_cast<std::uint8_t>(block[at + n]); };
  log_header header;
  for (std::size_t n = 4; n-- != 0;)
    header.checksum = header.checksum << 8 | byte(n);
  header.length = byte(4) | static_cast<std::size_t>(byte(5)) << 8;
  header.type = byte(6);
  return header;
}

} // namespace seedwalk::store
