#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <xxhash.h>

#include "net/base/archive.hpp"
#include "net/base/bytes.hpp"

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

  /// Goes on from a value that another chain had.
  void resume(std::uint64_t value) { value_ = value; }

  /// What a recording keeps of it for each step.
  std::uint16_t digest16() const { return static_cast<std::uint16_t>(value_ >> 16); }

private:
  std::uint64_t value_ = 0x5eed;
};

/// Mixes values into a chain, field by field, without making an archive of them: words of one width
/// cost less to write than what is made to be read.
class chain_writer : public net::field_walk<chain_writer> {
public:
  explicit chain_writer(chain& to) : chain_(to) {}

private:
  friend class net::field_walk<chain_writer>;

  void stage_byte(std::uint8_t x) { stage_whole(x); }

  void stage_whole(std::uint64_t x) {
    if (stage_.size() - staged_ < sizeof x)
      flush();
    std::memcpy(stage_.data() + staged_, &x, sizeof x);
    staged_ += sizeof x;
  }

  void stage_raw(const void* data, std::size_t size) {
    if (stage_.size() - staged_ < size)
      flush();
    if (size > stage_.size())
      return chain_.mix({static_cast<const std::uint8_t*>(data), size});
    if (size != 0)
      std::memcpy(stage_.data() + staged_, data, size);
    staged_ += size;
  }

  void flush() { chain_.mix(net::byte_view{stage_.data(), std::exchange(staged_, 0)}); }

  chain& chain_;
  std::array<std::uint8_t, 1024> stage_;
  std::size_t staged_ = 0;
};

} // namespace seedwalk::sim
