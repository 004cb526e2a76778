#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/base/bytes.hpp"

namespace seedwalk::net {

// Addresses as text, one function a notation and direction. `endpoint` puts them together; nothing
// here knows of ports. Parsers return nothing where the text is not exactly one address.

/// Dotted decimal.
std::string ipv4_text(std::span<const std::uint8_t, 4> address);

/// Four decimal numbers without leading zeros; most significant byte first.
std::optional<std::uint32_t> parse_ipv4(std::string_view text);

/// The canonical text of RFC 5952: lower case, the first longest run of zero groups shortened, the
/// last 32 bits dotted where the address is IPv4-mapped.
std::string ipv6_text(std::span<const std::uint8_t, 16> address);

/// Any text form of RFC 4291, section 2.2. No zone: a zone names an interface of this machine.
std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text);

/// RFC 4648 base32 in lower case, without padding.
std::string base32_text(byte_view data);

/// Reads base32 of exactly `size` bytes, in either case, without padding; the bits left over in the
/// last character must be zero, so that each value has one spelling.
std::optional<bytes> parse_base32(std::string_view text, std::size_t size);

/// The 62 characters of a Tor v3 name: base32(public key, checksum, version), then ".onion"
/// (rend-spec-v3, section 6).
std::string onion_text(std::span<const std::uint8_t, 32> public_key);

/// The public key of a Tor v3 name, after verifying checksum and version.
std::optional<std::array<std::uint8_t, 32>> parse_onion(std::string_view text);

/// The hash in 52 base32 characters followed by ".b32.i2p".
std::optional<std::array<std::uint8_t, 32>> parse_b32_i2p(std::string_view text);

} // namespace seedwalk::net
