#pragma once

// Drawn values of everything that crosses the wire, for properties. Each `draw` fills a value that
// is valid on the wire: encoding it and decoding that gives the value back.
//
//     RC_ASSERT(...) about  *any_message()  or  *any_message(message_kind::addrv2)

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <rapidcheck.h>

#include "net/address/endpoint.hpp"
#include "net/bitcoin/messages.hpp"

namespace seedwalk::test {

using net::byte_view;
using net::bytes;
using net::endpoint;
using net::hash256;
using net::message;
using net::message_kind;
using net::network_id;

std::uint64_t between_u64(std::uint64_t first, std::uint64_t last);

/// A number in [first, last].
template <class T>
T between(T first, T last) {
  return static_cast<T>(
      between_u64(static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last)));
}

/// A number of any size, the edges of CompactSize more often than chance would.
std::uint64_t any_u64();
std::uint32_t any_u32();

/// `size` bytes from one draw: quick, where shrinking would tell nothing.
bytes some_bytes(std::size_t size);
bytes up_to(std::size_t most);
std::string printable(std::size_t least, std::size_t most);

template <std::size_t N>
void draw(std::array<std::uint8_t, N>& x) {
  const auto drawn = some_bytes(N);
  std::copy(drawn.begin(), drawn.end(), x.begin());
}
void draw(net::msg::addr_entry& x);

/// A valid endpoint of that network: one that its text form names too.
endpoint endpoint_on(network_id network);

/// An endpoint of any network that the crawler keeps.
endpoint kept_endpoint();

rc::Gen<message> any_message(message_kind kind);
rc::Gen<message> any_message();

} // namespace seedwalk::test
