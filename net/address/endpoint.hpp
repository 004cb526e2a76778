#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

/// The networks of BIP155, numbered as on the wire.
enum class network_id : std::uint8_t {
  ipv4 = 1,
  ipv6 = 2,
  torv2 = 3, ///< Retired. Decoded to be skipped and counted; never an endpoint that is kept.
  torv3 = 4,
  i2p = 5,
  cjdns = 6,
  yggdrasil = 7,
};

/// "ipv4", "ipv6", "torv3", "i2p", "cjdns", "yggdrasil" ("torv2" too), as in every report of ours.
std::string_view name_of(network_id network);

/// How many address bytes a network has on the wire (BIP155); 0 for a number that is no network.
constexpr std::size_t address_size(network_id network) {
  constexpr std::array<std::uint8_t, 8> sizes = {0, 4, 16, 10, 32, 32, 16, 16};
  const auto index = static_cast<std::size_t>(network);
  return index < sizes.size() ? sizes[index] : 0;
}

/// An address and a port on one of the BIP155 networks: what a crawler counts, dials and remembers.
///
/// A plain value, ordered by network, address bytes, port, so that it can key ordered containers
/// and database records. Unused trailing bytes of `address` are zero, always: equality is bytewise.
struct endpoint {
  network_id network = network_id::ipv4;
  std::array<std::uint8_t, 32> address{};
  std::uint16_t port = 0; ///< Host byte order. 0 only on I2P (BIP155).

  /// The address bytes in use: 4, 10, 16 or 32 of them.
  byte_view address_bytes() const { return {address.data(), address_size(network)}; }

  friend bool operator==(const endpoint&, const endpoint&) = default;
  friend std::strong_ordering operator<=>(const endpoint& a, const endpoint& b) {
    if (a.network != b.network)
      return a.network <=> b.network;
    for (std::size_t i = 0; i != a.address.size(); i += sizeof(std::uint64_t))
      if (const auto x = word_at(a, i), y = word_at(b, i); x != y)
        return byte_order(x) <=> byte_order(y);
    return a.port <=> b.port;
  }

  SEEDWALK_INSPECT(endpoint, network, address, port)

private:
  static std::uint64_t word_at(const endpoint& e, std::size_t offset) {
    std::uint64_t word;
    std::memcpy(&word, e.address.data() + offset, sizeof word);
    return word;
  }
  /// Such that words compare as their bytes do.
  static std::uint64_t byte_order(std::uint64_t word) {
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
  }
};

/// An endpoint in as few words as its network has, for callers that hash many: equal words, equal
/// endpoints.
class endpoint_words {
public:
  static constexpr std::size_t bytes_max = 5 * sizeof(std::uint64_t);

  explicit endpoint_words(const endpoint& e) : size_(write(e, words_.data())) {}
  byte_view view() const { return {words_.data(), size_}; }

  /// Writes `bytes_max` bytes; returns how many of them mean something.
  static std::size_t write(const endpoint& e, std::uint8_t* out) {
    const auto head = static_cast<std::uint64_t>(e.network) | std::uint64_t{e.port} << 8;
    std::memcpy(out, &head, sizeof head);
    std::memcpy(out + sizeof head, e.address.data(), e.address.size());
    const auto words = (address_size(e.network) + sizeof head - 1) / sizeof head;
    return (1 + words) * sizeof head;
  }

private:
  std::array<std::uint8_t, bytes_max> words_;
  std::size_t size_;
};

/// `127.1.0.1:18444`, `[2001:db8::1]:8333`, `<56 characters>.onion:8333`, `<52
/// characters>.b32.i2p:0`; CJDNS and Yggdrasil are printed as the IPv6 addresses they are. IPv6
/// text is canonical (RFC 5952).
std::string to_string(const endpoint& peer);

/// An IPv4 endpoint from its four bytes, most significant first: ipv4_endpoint(0x7f000001, 8333).
endpoint ipv4_endpoint(std::uint32_t address, std::uint16_t port);

/// What is wrong with a text that should name an endpoint: one sentence, fit for an operator.
struct parse_error {
  std::string message;
};

/// That `text`, of which only the beginning is quoted, is wrong for `reason`.
parse_error refusal(std::string_view text, std::string_view reason);

/// A port in up to five digits without leading zeros. Port 0 is an error, and so is no port.
tl::expected<std::uint16_t, std::string_view> parse_port(std::string_view digits);

/// Reads what `to_string` prints, and `127.0.0.1` or `::1` alone where `default_port` is not 0.
///
/// fc00::/8 is read as CJDNS, 0200::/7 as Yggdrasil, IPv4-mapped IPv6 as IPv4. Tor v3 checksums are
/// verified (rend-spec-v3, 6). An I2P name without a port has port 0. Names that would need
/// resolving are refused: resolving is the network door's business.
tl::expected<endpoint, parse_error> parse_endpoint(std::string_view text,
                                                   std::uint16_t default_port = 0);

/// True for 127.0.0.0/8 and ::1: this machine, where politeness limits do not apply.
bool is_loopback(const endpoint& peer);

/// The group that one operator plausibly controls, as Bitcoin Core's NetGroupManager::GetGroup has
/// it without an asmap: IPv4 /16 (also where IPv6 embeds it: 6to4, Teredo, NAT64), IPv6 /32
/// (HE.net's 2001:470::/32 by /36), and the first four bits that mean something of the others.
/// Unlike in Core, loopback and private addresses have groups as all others do.
/// Opaque, at most 6 bytes, the first of which is the network.
bytes netgroup(const endpoint& peer);

} // namespace seedwalk::net
