#include "net/address/endpoint.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "net/address/address_text.hpp"

namespace seedwalk::net {

namespace {

constexpr std::array<std::uint8_t, 12> ipv4_mapped_prefix = {0, 0, 0, 0, 0,    0,
                                                             0, 0, 0, 0, 0xff, 0xff};

tl::unexpected<parse_error> refuse(std::string_view text, std::string_view reason) {
  return tl::unexpected(refusal(text, reason));
}

/// As `parse_port`, but port 0 is one.
std::optional<std::uint16_t> number_of_port(std::string_view digits) {
  if (digits.empty() || digits.size() > 5 || (digits.size() > 1 && digits.front() == '0'))
    return std::nullopt;
  std::uint32_t port = 0;
  for (char c : digits) {
    if (c < '0' || c > '9')
      return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (port > 0xffff)
    return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

constexpr std::string_view no_valid_port = "has no valid port: a number from 1 to 65535";
constexpr std::string_view port_zero =
    "has port 0, which nobody listens on: a port is a number from 1 to 65535";

/// Which network sixteen bytes of IPv6 text belong to.
endpoint from_ipv6_bytes(const std::array<std::uint8_t, 16>& raw) {
  endpoint result;
  if (std::equal(ipv4_mapped_prefix.begin(), ipv4_mapped_prefix.end(), raw.begin())) {
    result.network = network_id::ipv4;
    std::copy(raw.begin() + 12, raw.end(), result.address.begin());
    return result;
  }
  result.network = raw[0] == 0xfc            ? network_id::cjdns
                   : (raw[0] & 0xfe) == 0x02 ? network_id::yggdrasil
                                             : network_id::ipv6;
  std::copy(raw.begin(), raw.end(), result.address.begin());
  return result;
}

/// The host part alone, without brackets and port.
tl::expected<endpoint, parse_error> parse_host(std::string_view as_written,
                                               std::string_view whole) {
  endpoint result;
  // Names of hosts compare without case (RFC 4343); so do those of Tor and I2P.
  std::string host{as_written};
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (host.ends_with(".onion")) {
    auto key = parse_onion(host);
    if (!key)
      return refuse(whole, "is not a Tor v3 name: wrong length, alphabet, version or checksum");
    result.network = network_id::torv3;
    result.address = *key;
    return result;
  }
  if (host.ends_with(".i2p")) {
    auto hash = parse_b32_i2p(host);
    if (!hash)
      return refuse(whole, "is not an I2P name of 52 base32 characters before .b32.i2p");
    result.network = network_id::i2p;
    result.address = *hash;
    return result;
  }
  if (auto ipv4 = parse_ipv4(host))
    return ipv4_endpoint(*ipv4, 0);
  return refuse(whole, "is neither an IPv4, an IPv6, a Tor v3 nor an I2P address");
}

struct split_text {
  std::string_view host;
  std::string_view port;
  bool has_port = false;
  bool is_ipv6 = false;
};

tl::expected<split_text, parse_error> split(std::string_view text) {
  split_text parts;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos)
      return refuse(text, "has no closing bracket");
    parts.host = text.substr(1, close - 1);
    parts.is_ipv6 = true;
    const auto rest = text.substr(close + 1);
    if (rest.empty())
      return parts;
    if (rest.front() != ':')
      return refuse(text, "has something other than :port after its bracket");
    parts.port = rest.substr(1);
    parts.has_port = true;
    return parts;
  }
  const auto first = text.find(':');
  if (first == std::string_view::npos) {
    parts.host = text;
  } else if (text.find(':', first + 1) != std::string_view::npos) {
    parts.host = text;
    parts.is_ipv6 = true;
  } else {
    parts.host = text.substr(0, first);
    parts.port = text.substr(first + 1);
    parts.has_port = true;
  }
  return parts;
}

/// The IPv4 address that an IPv6 address stands for, if it is a gateway's: mapped, translated
/// (RFC 6052, RFC 6145), 6to4 (RFC 3964) or Teredo (RFC 4380).
std::optional<std::array<std::uint8_t, 4>> linked_ipv4(const endpoint& peer) {
  const auto& a = peer.address;
  const auto starts_with = [&](std::initializer_list<std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), a.begin());
  };
  if (peer.network == network_id::ipv4)
    return std::array{a[0], a[1], a[2], a[3]};
  if (peer.network != network_id::ipv6)
    return std::nullopt;
  if (std::equal(ipv4_mapped_prefix.begin(), ipv4_mapped_prefix.end(), a.begin()) ||
      starts_with({0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}) ||
      starts_with({0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}))
    return std::array{a[12], a[13], a[14], a[15]};
  if (starts_with({0x20, 0x02}))
    return std::array{a[2], a[3], a[4], a[5]};
  if (starts_with({0x20, 0x01, 0, 0})) {
    const auto inverted = [&](std::size_t i) { return static_cast<std::uint8_t>(~a[i]); };
    return std::array{inverted(12), inverted(13), inverted(14), inverted(15)};
  }
  return std::nullopt;
}

/// How many leading bits of an address make its group, for what has no IPv4 inside.
std::size_t group_bits(const endpoint& peer) {
  const auto& a = peer.address;
  switch (peer.network) {
  case network_id::ipv4:
    return 16;
  case network_id::ipv6:
    return a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x04 && a[3] == 0x70 ? 36 : 32;
  case network_id::cjdns:
  case network_id::yggdrasil:
    return 12; // The first eight are the network's own prefix.
  case network_id::torv2:
  case network_id::torv3:
  case network_id::i2p:
    return 4;
  }
  return 0;
}

} // namespace

std::string_view name_of(network_id network) {
  switch (network) {
  case network_id::ipv4:
    return "ipv4";
  case network_id::ipv6:
    return "ipv6";
  case network_id::torv2:
    return "torv2";
  case network_id::torv3:
    return "torv3";
  case network_id::i2p:
    return "i2p";
  case network_id::cjdns:
    return "cjdns";
  case network_id::yggdrasil:
    return "yggdrasil";
  }
  return "unknown";
}

std::string to_string(const endpoint& peer) {
  const byte_view used = peer.address_bytes();
  std::string text;
  switch (peer.network) {
  case network_id::ipv4:
    text = ipv4_text(used.first<4>());
    break;
  case network_id::ipv6:
  case network_id::cjdns:
  case network_id::yggdrasil:
    text.append("[").append(ipv6_text(used.first<16>())).append("]");
    break;
  case network_id::torv2:
    text = base32_text(used) + ".onion";
    break;
  case network_id::torv3:
    text = onion_text(used.first<32>());
    break;
  case network_id::i2p:
    text = base32_text(used) + ".b32.i2p";
    break;
  default:
    text = "unknown";
  }
  text += ':';
  text += std::to_string(peer.port);
  return text;
}

parse_error refusal(std::string_view text, std::string_view reason) {
  // The text may come from anywhere and be of any length.
  constexpr std::size_t quoted_max = 80;
  std::string message = "\"";
  message += text.substr(0, quoted_max);
  message += text.size() > quoted_max ? "...\" " : "\" ";
  message += reason;
  return {std::move(message)};
}

tl::expected<std::uint16_t, std::string_view> parse_port(std::string_view digits) {
  const auto port = number_of_port(digits);
  if (!port || *port == 0)
    return tl::unexpected(port ? port_zero : no_valid_port);
  return *port;
}

endpoint ipv4_endpoint(std::uint32_t address, std::uint16_t port) {
  endpoint result;
  for (std::size_t i = 0; i != 4; ++i)
    result.address[i] = static_cast<std::uint8_t>(address >> (24 - 8 * i));
  result.port = port;
  return result;
}

tl::expected<endpoint, parse_error> parse_endpoint(std::string_view text,
                                                   std::uint16_t default_port) {
  auto parts = split(text);
  if (!parts)
    return tl::unexpected(parts.error());
  endpoint result;
  if (parts->is_ipv6) {
    auto raw = parse_ipv6(parts->host);
    if (!raw)
      return refuse(text, "is not an IPv6 address (with a port it needs brackets)");
    result = from_ipv6_bytes(*raw);
  } else if (auto host = parse_host(parts->host, text); host) {
    result = *host;
  } else {
    return host;
  }
  if (parts->has_port) {
    auto port = number_of_port(parts->port);
    if (!port)
      return refuse(text, no_valid_port);
    result.port = *port;
  } else if (result.network != network_id::i2p) {
    result.port = default_port;
  }
  if (result.port == 0 && result.network != network_id::i2p)
    return refuse(text, parts->has_port ? port_zero : "lacks a port");
  return result;
}

bool is_loopback(const endpoint& peer) {
  if (peer.network == network_id::ipv4)
    return peer.address[0] == 127;
  if (peer.network != network_id::ipv6)
    return false;
  const auto used = peer.address_bytes();
  return std::all_of(used.begin(), used.end() - 1, [](auto b) { return b == 0; }) && used[15] == 1;
}

bytes netgroup(const endpoint& peer) {
  if (auto ipv4 = linked_ipv4(peer))
    return {static_cast<std::uint8_t>(network_id::ipv4), (*ipv4)[0], (*ipv4)[1]};
  bytes group = {static_cast<std::uint8_t>(peer.network)};
  const auto bits = group_bits(peer);
  group.insert(group.end(), peer.address.begin(),
               peer.address.begin() + static_cast<std::ptrdiff_t>(bits / 8));
  if (bits % 8 != 0)
    group.push_back(static_cast<std::uint8_t>(peer.address[bits / 8] | (0xff >> (bits % 8))));
  return group;
}

} // namespace seedwalk::net
