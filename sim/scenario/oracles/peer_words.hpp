#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "net/base/bytes.hpp"
#include "net/bitcoin/framing.hpp"
#include "store/version_record.hpp"

namespace seedwalk::sim {

/// What a peer says on one connection, read from the bytes themselves: which messages begin, and
/// its version. Knows nothing of decoder, session and records, so that these can be compared with
/// it.
///
/// Keeps the payload of a version alone, of at most `version_bytes_max`. Threads: one at a time.
class peer_words {
public:
  static constexpr std::uint32_t version_bytes_max = 1'000;

  /// More has come.
  void hear(net::byte_view data);

  /// Its first version from which nothing is missing up to the fields that 70001 has; of several
  /// the first whose checksum is right. The addresses in it are not read.
  const std::optional<store::version_record>& version() const { return version_; }
  /// Its checksum is right: nothing has changed it on its way.
  bool version_is_whole() const;
  /// Bits of `store::feature`: what it has begun to say, wherever that stood.
  std::uint32_t features() const { return features_; }
  /// The same of messages without a payload that stood between version and verack, and that
  /// nothing has changed on their way.
  std::uint32_t negotiated() const { return negotiated_; }
  bool said_verack() const { return said_verack_; }
  std::uint64_t bytes() const { return bytes_; }

private:
  void begin_message();
  void end_message();

  std::array<std::uint8_t, net::header_bytes> header_{};
  std::uint32_t header_read_ = 0;
  std::uint32_t payload_left_ = 0;
  bool keeps_payload_ = false;
  net::bytes payload_;                     ///< Of a version,
  std::array<std::uint8_t, 4> checksum_{}; ///< and what its header announced.
  std::optional<store::version_record> version_;
  std::uint32_t features_ = 0;
  std::uint32_t negotiated_ = 0;
  bool said_verack_ = false;
  std::uint64_t bytes_ = 0;
};

/// The time in a version message that these bytes begin with; nothing: they begin with another.
std::optional<std::int64_t> time_of_version(net::byte_view data);

} // namespace seedwalk::sim
