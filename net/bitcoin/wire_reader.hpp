#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "net/base/bytes.hpp"
#include "net/bitcoin/wire_error.hpp"

namespace seedwalk::net {

static_assert(std::endian::native == std::endian::little,
              "wire_reader loads integers as they lie in memory");

/// Takes the protocol's primitive types off the front of some bytes, never beyond their end.
///
/// The first failure sticks: it is what `error` and `error_offset` tell, and whatever is read after
/// it is zero or empty. So a message can be read field by field and asked once, at its end, whether
/// all went well; only loops have to look at `ok` on their way.
class wire_reader {
public:
  explicit wire_reader(byte_view in)
      : begin_(in.data()), at_(in.data()), end_(in.data() + in.size()) {}

  bool ok() const { return !failed_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

  /// The next byte, for a caller that has looked at `left` and moves on with `advance`.
  const std::uint8_t* at() const { return at_; }
  void advance(std::size_t n) { at_ += n; }

  /// What went wrong first. Precondition: !ok().
  wire_error error() const { return error_; }
  /// Where that was: the first byte of the field that broke a rule, or the end of the input.
  std::size_t error_offset() const { return error_offset_; }

  /// Makes the reader fail, unless it has already. `offset` is one in the input.
  void fail(wire_error e, std::size_t offset) {
    if (failed_)
      return;
    failed_ = true;
    error_ = e;
    error_offset_ = offset;
    at_ = end_;
  }

  std::uint8_t u8() { return little<std::uint8_t>(); }
  std::uint16_t u16() { return little<std::uint16_t>(); }
  std::uint32_t u32() { return little<std::uint32_t>(); }
  std::uint64_t u64() { return little<std::uint64_t>(); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  std::uint64_t u48() {
    const std::uint64_t low = u32();
    return low | static_cast<std::uint64_t>(u16()) << 32;
  }
  std::uint16_t port() {
    const auto x = u16();
    return static_cast<std::uint16_t>(x << 8 | x >> 8);
  }

  /// A CompactSize of any value; a form longer than it need be is refused.
  std::uint64_t size() {
    const auto start = offset();
    const auto first = u8();
    if (first < 0xfd)
      return first;
    const std::uint64_t value = first == 0xfd ? u16() : first == 0xfe ? u32() : u64();
    const std::uint64_t least = first == 0xfd ? 0xfd : first == 0xfe ? 0x10000 : 0x100000000;
    if (value < least)
      fail(wire_error::noncanonical_size, start);
    return failed_ ? 0 : value;
  }

  /// How many elements follow, each of at least `least_bytes`. Refused where what is left could not
  /// hold them, so that the result may be reserved.
  std::size_t count(std::size_t least_bytes) {
    const auto start = offset();
    const auto n = size();
    if (n > left() / least_bytes) {
      fail(wire_error::count_exceeds_payload, start);
      return 0;
    }
    return static_cast<std::size_t>(n);
  }

  /// The next `n` bytes, unowned.
  byte_view raw(std::size_t n) {
    if (left() < n) {
      fail(wire_error::truncated, size_of_input());
      return {};
    }
    const byte_view result{at_, n};
    at_ += n;
    return result;
  }

  /// Fills `out` whole, with zeros after a failure.
  template <class Array>
  void fill(Array& out) {
    const auto data = raw(out.size());
    if (data.empty())
      out.fill(0);
    else
      std::copy(data.begin(), data.end(), out.begin());
  }

  /// Bytes after their length, unowned; `e` where there are more than `most`.
  byte_view var_view(std::uint64_t most = UINT64_MAX, wire_error e = wire_error::truncated) {
    const auto start = offset();
    const auto n = size();
    if (n > most) {
      fail(e, start);
      return {};
    }
    if (n > left()) {
      fail(wire_error::truncated, size_of_input());
      return {};
    }
    return raw(static_cast<std::size_t>(n));
  }

private:
  std::size_t size_of_input() const { return static_cast<std::size_t>(end_ - begin_); }

  template <class T>
  T little() {
    if (left() < sizeof(T)) {
      fail(wire_error::truncated, size_of_input());
      return 0;
    }
    T x;
    std::memcpy(&x, at_, sizeof(T));
    at_ += sizeof(T);
    return x;
  }

  const std::uint8_t* begin_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::size_t error_offset_ = 0;
  wire_error error_ = wire_error::truncated;
  bool failed_ = false;
};

} // namespace seedwalk::net
