#pragma once

// The layout of messages on the wire, once for both directions: `fields(io, x)` names the fields of
// x in their order, and `field_reader` or `field_writer` reads or writes them. Only payload.cpp and
// its neighbours include this.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "net/bitcoin/messages.hpp"
#include "net/bitcoin/wire_reader.hpp"
#include "net/bitcoin/wire_writer.hpp"

namespace seedwalk::net::detail {

inline constexpr std::size_t hash_bytes = 32;

/// No rule of the protocol but that the payload holds it.
inline constexpr std::uint64_t no_limit = UINT64_MAX;

/// Walks the fields of a payload one by one, in the order of the wire, and fills them in: the
/// reading half of a message's one description.
class field_reader {
public:
  static constexpr bool reads = true;

  explicit field_reader(wire_reader& in) : in_(in) {}

  void u8(std::uint8_t& x) { x = in_.u8(); }
  void u32(std::uint32_t& x) { x = in_.u32(); }
  void u64(std::uint64_t& x) { x = in_.u64(); }
  void i32(std::int32_t& x) { x = in_.i32(); }
  void i64(std::int64_t& x) { x = in_.i64(); }
  void u48(std::uint64_t& x) { x = in_.u48(); }
  void port(std::uint16_t& x) { x = in_.port(); }
  void flag(bool& x) { x = in_.u8() != 0; }

  template <std::size_t N>
  void fixed(std::array<std::uint8_t, N>& x) {
    in_.fill(x);
  }

  /// Bytes or text after their length.
  template <class T>
  void blob(T& x, std::uint64_t most = no_limit, wire_error e = wire_error::truncated) {
    const auto data = in_.var_view(most, e);
    x.assign(data.begin(), data.end());
  }

  /// Whatever is left.
  void rest(bytes& x) {
    const auto data = in_.raw(in_.left());
    x.assign(data.begin(), data.end());
  }

  /// Elements after their count, each of at least `least_bytes`. More than `most` of them are `e`,
  /// but only where nothing else is wrong with them: Core looks at the number last.
  template <class T, class Fields>
  void list(std::vector<T>& xs, std::size_t least_bytes, std::uint64_t most, wire_error e,
            Fields&& each) {
    const auto start = in_.offset();
    const auto n = in_.count(least_bytes);
    xs.clear();
    if (n > most) {
      T passing{};
      for (std::size_t i = 0; i != n && in_.ok(); ++i)
        each(passing);
      in_.fail(e, start);
      return;
    }
    xs.reserve(n);
    for (std::size_t i = 0; i != n && in_.ok(); ++i)
      each(xs.emplace_back());
  }

  /// Something that old versions of a message end before.
  template <class T, class Fields>
  void from_here_on(std::optional<T>& x, Fields&& each) {
    if (in_.left() == 0 || !in_.ok())
      x.reset();
    else
      each(x.emplace());
  }

  /// A rule about what was read; what broke it began at `offset`.
  void require(bool holds, wire_error e, std::size_t offset) {
    if (!holds)
      in_.fail(e, offset);
  }

  std::size_t offset() const { return in_.offset(); }
  wire_reader& raw() { return in_; }

private:
  wire_reader& in_;
};

/// The writing half: the same walk over the same fields.
class field_writer {
public:
  static constexpr bool reads = false;

  explicit field_writer(wire_writer& out) : out_(out) {}

  void u8(std::uint8_t x) { out_.u8(x); }
  void u32(std::uint32_t x) { out_.u32(x); }
  void u64(std::uint64_t x) { out_.u64(x); }
  void i32(std::int32_t x) { out_.i32(x); }
  void i64(std::int64_t x) { out_.i64(x); }
  void u48(std::uint64_t x) { out_.u48(x); }
  void port(std::uint16_t x) { out_.port(x); }
  void flag(bool x) { out_.u8(x); }

  template <std::size_t N>
  void fixed(const std::array<std::uint8_t, N>& x) {
    out_.raw(x);
  }

  void blob(const bytes& x, std::uint64_t = 0, wire_error = {}) { out_.var_bytes(x); }
  void blob(const std::string& x, std::uint64_t = 0, wire_error = {}) {
    out_.var_bytes(as_bytes(x));
  }
  void rest(const bytes& x) { out_.raw(x); }

  template <class T, class Fields>
  void list(const std::vector<T>& xs, std::size_t, std::uint64_t, wire_error, Fields&& each) {
    out_.size(xs.size());
    for (const auto& x : xs)
      each(x);
  }

  /// Once something is missing, so is all that follows it.
  template <class T, class Fields>
  void from_here_on(const std::optional<T>& x, Fields&& each) {
    ended_ = ended_ || !x;
    if (!ended_)
      each(*x);
  }

  void require(bool, wire_error, std::size_t) {}
  std::size_t offset() const { return 0; }
  wire_writer& raw() { return out_; }

private:
  wire_writer& out_;
  bool ended_ = false;
};

/// `T` or `const T`, as `fields` is called with for reading or writing.
template <class X, class T>
concept is = std::same_as<std::remove_const_t<X>, T>;

} // namespace seedwalk::net::detail
