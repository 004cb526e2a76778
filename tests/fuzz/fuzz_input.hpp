#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "net/base/bytes.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/messages.hpp"

namespace seedwalk::test {

/// The bytes that libFuzzer came up with, taken off the front; zeros once they are used up.
class fuzz_input {
public:
  fuzz_input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  bool empty() const { return left_.empty(); }
  net::byte_view rest() { return take(left_.size()); }

  net::byte_view take(std::size_t most) {
    const auto result = left_.first(std::min(most, left_.size()));
    left_ = left_.subspan(result.size());
    return result;
  }
  std::uint8_t u8() {
    const auto byte = take(1);
    return byte.empty() ? 0 : byte[0];
  }
  std::uint16_t u16() {
    const auto low = u8();
    return static_cast<std::uint16_t>(low | u8() << 8);
  }

  /// Appends a message whose header is right, with a command and a payload that are taken off: no
  /// mutation finds a checksum by itself.
  void append_message(net::bytes& out, const net::magic_bytes& magic) {
    const auto kind = static_cast<net::message_kind>(u8() % net::message_kind_count);
    const auto size = u16();
    net::append_raw_message(out, magic, net::name_of(kind), take(size));
  }

private:
  net::byte_view left_;
};

/// What must hold in a fuzz target, in every build.
inline void require(bool holds, const char* text) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", text);
  std::abort();
}

} // namespace seedwalk::test
