#pragma once

#include <cstdint>

#include <xxhash.h>

#include "net/bytes.hpp"

namespace seedwalk::sim {

/// The hash of everything that a run did and was told, so far.
///
/// Two runs of the same binary, configuration, seed and inputs have the same chain after every
/// step; the first step after which they differ is where they parted. Not cryptographic.
class chain {
public:
  void mix(std::uint64_t value) {
    value_ ^= value + 0x9e3779b97f4a7c15ull + (value_ << 6) + (value_ >> 2);
    value_ *= 0xff51afd7ed558ccdull;
    value_ ^= value_ >> 32;
  }

  void mix(net::byte_view data) { mix(XXH3_64bits(data.data(), data.size())); }

  std::uint64_t value() const { return value_; }

  /// What a recording keeps of it for each step.
  std::uint16_t digest16() const { return static_cast<std::uint16_t>(value_ >> 16); }

private:
  std::uint64_t value_ = 0x5eed;
};

} // namespace seedwalk::sim
