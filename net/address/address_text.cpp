#include "net/address/address_text.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <openssl/evp.h>

namespace seedwalk::net {

namespace {

constexpr std::string_view base32_alphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::uint8_t onion_version = 3;
constexpr std::size_t onion_size = 32 + 2 + 1;

int base32_value(char c) {
  if (c >= 'a' && c <= 'z')
    return c - 'a';
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= '2' && c <= '7')
    return c - '2' + 26;
  return -1;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// The first two bytes of SHA3-256(".onion checksum" | key | version).
std::array<std::uint8_t, 2> onion_checksum(std::span<const std::uint8_t, 32> public_key) {
  constexpr std::string_view salt = ".onion checksum";
  bytes input;
  input.reserve(salt.size() + public_key.size() + 1);
  input.insert(input.end(), salt.begin(), salt.end());
  input.insert(input.end(), public_key.begin(), public_key.end());
  input.push_back(onion_version);
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(input.data(), input.size(), digest.data(), nullptr, EVP_sha3_256(), nullptr);
  return {digest[0], digest[1]};
}

/// Where the first longest run of at least two zero groups is: [first, second).
std::pair<std::size_t, std::size_t> longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
  std::pair<std::size_t, std::size_t> best{0, 0};
  for (std::size_t i = 0; i != groups.size();) {
    auto end = i;
    while (end != groups.size() && groups[end] == 0)
      ++end;
    if (end - i >= 2 && end - i > best.second - best.first)
      best = {i, end};
    i = std::max(end, i + 1);
  }
  return best;
}

/// Colon-separated groups of up to four hex digits, the last of which may be dotted decimal.
/// Returns how many of `groups` were filled, nothing if the text is malformed.
std::optional<std::size_t> parse_groups(std::string_view text, std::span<std::uint16_t> groups) {
  std::size_t count = 0;
  while (!text.empty()) {
    const auto colon = text.find(':');
    const auto part = text.substr(0, colon);
    if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      const auto ipv4 = parse_ipv4(part);
      if (!ipv4 || count + 2 > groups.size())
        return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*ipv4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*ipv4);
      return count;
    }
    if (part.empty() || part.size() > 4 || count == groups.size())
      return std::nullopt;
    std::uint16_t group = 0;
    for (char c : part) {
      const int digit = hex_value(c);
      if (digit < 0)
        return std::nullopt;
      group = static_cast<std::uint16_t>(group << 4 | digit);
    }
    groups[count++] = group;
    if (colon == std::string_view::npos)
      return count;
    text.remove_prefix(colon + 1);
    if (text.empty())
      return std::nullopt;
  }
  return count;
}

} // namespace

std::string ipv4_text(std::span<const std::uint8_t, 4> address) {
  std::string text;
  for (auto byte : address) {
    if (!text.empty())
      text += '.';
    text += std::to_string(byte);
  }
  return text;
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part != 4; ++part) {
    const auto dot = text.find('.');
    const auto digits = text.substr(0, dot);
    if ((dot == std::string_view::npos) != (part == 3) || digits.empty() || digits.size() > 3 ||
        (digits.size() > 1 && digits.front() == '0'))
      return std::nullopt;
    std::uint32_t number = 0;
    for (char c : digits) {
      if (c < '0' || c > '9')
        return std::nullopt;
      number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (number > 255)
      return std::nullopt;
    address = address << 8 | number;
    text.remove_prefix(part == 3 ? text.size() : dot + 1);
  }
  return address;
}

std::string ipv6_text(std::span<const std::uint8_t, 16> address) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i != 8; ++i)
    groups[i] = static_cast<std::uint16_t>(address[2 * i] << 8 | address[2 * i + 1]);
  const bool mapped =
      std::all_of(groups.begin(), groups.begin() + 5, [](auto g) { return g == 0; }) &&
      groups[5] == 0xffff;
  if (mapped)
    return "::ffff:" + ipv4_text(address.last<4>());
  const auto [run_begin, run_end] = longest_zero_run(groups);
  std::string text;
  for (std::size_t i = 0; i != 8;) {
    if (run_begin != run_end && i == run_begin) {
      text += "::";
      i = run_end;
      continue;
    }
    if (!text.empty() && text.back() != ':')
      text += ':';
    char digits[5];
    std::snprintf(digits, sizeof digits, "%x", groups[i]);
    text += digits;
    ++i;
  }
  return text;
}

std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text) {
  std::array<std::uint16_t, 8> groups{};
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (parse_groups(text, groups) != std::size_t{8})
      return std::nullopt;
  } else {
    // Dotted decimal may only end the whole address, never what precedes the gap.
    const auto front_text = text.substr(0, gap);
    std::array<std::uint16_t, 7> back{};
    const auto front = parse_groups(front_text, groups);
    const auto rest = parse_groups(text.substr(gap + 2), back);
    if (!front || !rest || front_text.find('.') != std::string_view::npos || *front + *rest > 7)
      return std::nullopt;
    std::copy_n(back.begin(), *rest, groups.end() - static_cast<std::ptrdiff_t>(*rest));
  }
  std::array<std::uint8_t, 16> address{};
  for (std::size_t i = 0; i != 8; ++i) {
    address[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    address[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
  }
  return address;
}

std::string base32_text(byte_view data) {
  std::string text;
  text.reserve((data.size() * 8 + 4) / 5);
  std::uint32_t pending = 0;
  int bits = 0;
  for (auto byte : data) {
    pending = pending << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5)
      text += base32_alphabet[pending >> (bits - 5) & 31];
  }
  if (bits > 0)
    text += base32_alphabet[pending << (5 - bits) & 31];
  return text;
}

std::optional<bytes> parse_base32(std::string_view text, std::size_t size) {
  if (text.size() != (size * 8 + 4) / 5)
    return std::nullopt;
  bytes data;
  data.reserve(size);
  std::uint32_t pending = 0;
  int bits = 0;
  for (char c : text) {
    const int value = base32_value(c);
    if (value < 0)
      return std::nullopt;
    pending = pending << 5 | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      data.push_back(static_cast<std::uint8_t>(pending >> bits));
    }
  }
  if ((pending & ((1u << bits) - 1)) != 0)
    return std::nullopt;
  return data;
}

std::string onion_text(std::span<const std::uint8_t, 32> public_key) {
  const auto checksum = onion_checksum(public_key);
  bytes name(public_key.begin(), public_key.end());
  name.insert(name.end(), checksum.begin(), checksum.end());
  name.push_back(onion_version);
  return base32_text(name) + ".onion";
}

std::optional<std::array<std::uint8_t, 32>> parse_onion(std::string_view text) {
  constexpr std::string_view suffix = ".onion";
  if (!text.ends_with(suffix))
    return std::nullopt;
  text.remove_suffix(suffix.size());
  const auto name = parse_base32(text, onion_size);
  if (!name || name->back() != onion_version)
    return std::nullopt;
  std::array<std::uint8_t, 32> key{};
  std::copy_n(name->begin(), key.size(), key.begin());
  const auto checksum = onion_checksum(key);
  if (!std::equal(checksum.begin(), checksum.end(), name->begin() + 32))
    return std::nullopt;
  return key;
}

std::optional<std::array<std::uint8_t, 32>> parse_b32_i2p(std::string_view text) {
  constexpr std::string_view suffix = ".b32.i2p";
  if (!text.ends_with(suffix))
    return std::nullopt;
  text.remove_suffix(suffix.size());
  const auto hash = parse_base32(text, 32);
  if (!hash)
    return std::nullopt;
  std::array<std::uint8_t, 32> result{};
  std::copy_n(hash->begin(), result.size(), result.begin());
  return result;
}

} // namespace seedwalk::net
