#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net::msg {

/// One gossiped address. Time and services are what its sender says.
struct addr_entry {
  endpoint peer;
  std::uint32_t time = 0; ///< Unix seconds as announced, however absurd.
  std::uint64_t services = 0;

  friend bool operator==(const addr_entry&, const addr_entry&) = default;

  template <inspector F>
  friend auto inspect(F& f, addr_entry& x) {
    return f(x.peer, x.time, x.services);
  }

  /// The most that `write_words` writes.
  static constexpr std::size_t words_bytes_max =
      2 * sizeof(std::uint64_t) + endpoint_words::bytes_max;

  /// The entry in few machine words, for a hash of it; how many bytes they are.
  std::size_t write_words(std::uint8_t* out) const {
    const std::array<std::uint64_t, 2> numbers = {time, services};
    std::memcpy(out, numbers.data(), sizeof numbers);
    return sizeof numbers + endpoint_words::write(peer, out + sizeof numbers);
  }
};

} // namespace seedwalk::net::msg
