#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "net/base/bytes.hpp"

namespace seedwalk::net {

/// Appends the protocol's primitive types to a vector of bytes; the counterpart of `wire_reader`.
///
/// Integers are little-endian but for ports, which are big-endian.
class wire_writer {
public:
  explicit wire_writer(bytes& out) : out_(out) {}

  void u8(std::uint8_t x) { out_.push_back(x); }
  void u16(std::uint16_t x) { little(x); }
  void u32(std::uint32_t x) { little(x); }
  void u64(std::uint64_t x) { little(x); }
  void i32(std::int32_t x) { little(static_cast<std::uint32_t>(x)); }
  void i64(std::int64_t x) { little(static_cast<std::uint64_t>(x)); }
  void u48(std::uint64_t x) {
    u32(static_cast<std::uint32_t>(x));
    u16(static_cast<std::uint16_t>(x >> 32));
  }
  void port(std::uint16_t x) {
    u8(static_cast<std::uint8_t>(x >> 8));
    u8(static_cast<std::uint8_t>(x));
  }

  /// A CompactSize, in its shortest form.
  void size(std::uint64_t x) {
    if (x < 0xfd) {
      u8(static_cast<std::uint8_t>(x));
    } else if (x <= 0xffff) {
      u8(0xfd);
      u16(static_cast<std::uint16_t>(x));
    } else if (x <= 0xffffffff) {
      u8(0xfe);
      u32(static_cast<std::uint32_t>(x));
    } else {
      u8(0xff);
      u64(x);
    }
  }

  void raw(byte_view data) { out_.insert(out_.end(), data.begin(), data.end()); }

  void var_bytes(byte_view data) {
    size(data.size());
    raw(data);
  }

private:
  template <class T>
  void little(T x) {
    std::array<std::uint8_t, sizeof(T)> raw_bytes;
    for (std::size_t i = 0; i != sizeof(T); ++i)
      raw_bytes[i] = static_cast<std::uint8_t>(x >> (8 * i));
    raw(raw_bytes);
  }

  bytes& out_;
};

} // namespace seedwalk::net
