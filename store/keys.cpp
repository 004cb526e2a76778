#include "store/keys.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "net/base/archive.hpp"

namespace seedwalk::store {

namespace {

/// Due times are written in five bytes, which lasts for 34,000 years.
constexpr std::size_t due_bytes = 5;
constexpr std::int64_t max_due = (std::int64_t{1} << (due_bytes * 8)) - 1;

/// Puts the parts of a key side by side, and makes one string of them: a batch writes thousands.
class key_writer {
public:
  explicit key_writer(key_kind kind) { byte(static_cast<std::uint8_t>(kind)); }

  key_writer& byte(std::uint8_t x) {
    data_[size_++] = static_cast<char>(x);
    return *this;
  }
  key_writer& number(std::uint64_t x, std::size_t size) {
    for (auto shift = size * 8; shift != 0; shift -= 8)
      byte(static_cast<std::uint8_t>(x >> (shift - 8)));
    return *this;
  }
  key_writer& endpoint(const net::endpoint& peer) {
    const endpoint_bytes bytes{peer};
    std::copy_n(bytes.view().begin(), bytes.view().size(), data_.begin() + size_);
    size_ += bytes.view().size();
    return *this;
  }
  /// A netgroup's name, behind its size.
  key_writer& group(std::string_view name) {
    assert(name.size() <= max_group);
    byte(static_cast<std::uint8_t>(name.size()));
    std::copy(name.begin(), name.end(), data_.begin() + size_);
    size_ += name.size();
    return *this;
  }
  /// Any time in `due_bytes`, whatever it is.
  key_writer& due(timestamp t) {
    return number(static_cast<std::uint64_t>(std::clamp<std::int64_t>(t.count(), 0, max_due)),
                  due_bytes);
  }
  std::string str() const { return {data_.data(), size_}; }

private:
  static constexpr std::size_t max_group = 6; ///< As `net::netgroup` has it.

  /// The longest are a visit's (kind, day, endpoint, number) and a group's (kind, size, name,
  /// number, endpoint), which are of the same size.
  std::array<char, 1 + 4 + endpoint_bytes::max_size + 8> data_;
  static_assert(1 + 1 + max_group + 4 <= 1 + 4 + 8);
  std::size_t size_ = 0;
};

std::optional<std::uint64_t> take_number(std::string_view& in, std::size_t size) {
  if (in.size() < size)
    return std::nullopt;
  std::uint64_t x = 0;
  for (std::size_t i = 0; i != size; ++i)
    x = x << 8 | static_cast<std::uint8_t>(in[i]);
  in.remove_prefix(size);
  return x;
}

bool take_kind(std::string_view& in, key_kind kind) {
  if (in.empty() || in.front() != static_cast<char>(kind))
    return false;
  in.remove_prefix(1);
  return true;
}

} // namespace

endpoint_bytes::endpoint_bytes(const net::endpoint& peer) {
  // Nearly all are IPv4, and nearly all are hashed: bytes that were stored as one word are loaded
  // again without waiting.
  if (peer.network == net::network_id::ipv4) {
    std::array<std::uint8_t, 8> word{static_cast<std::uint8_t>(peer.network)};
    std::copy_n(peer.address.begin(), 4, word.begin() + 1);
    word[5] = static_cast<std::uint8_t>(peer.port >> 8);
    word[6] = static_cast<std::uint8_t>(peer.port);
    const auto whole = std::bit_cast<std::uint64_t>(word);
    std::memcpy(data_.data(), &whole, sizeof whole);
    size_ = 1 + 4 + 2;
    return;
  }
  data_[0] = static_cast<std::uint8_t>(peer.network);
  // All of it: a copy of known length is a few instructions.
  std::copy(peer.address.begin(), peer.address.end(), data_.begin() + 1);
  size_ = 1 + net::address_size(peer.network);
  data_[size_++] = static_cast<std::uint8_t>(peer.port >> 8);
  data_[size_++] = static_cast<std::uint8_t>(peer.port);
}

std::string endpoint_key(const net::endpoint& peer) {
  const endpoint_bytes key{peer};
  return std::string(net::as_text(key.view()));
}

std::optional<net::endpoint> take_endpoint(std::string_view& in) {
  if (in.empty())
    return std::nullopt;
  net::endpoint peer;
  peer.network = static_cast<net::network_id>(in.front());
  const auto size = net::address_size(peer.network);
  if (in.size() < 1 + size + 2)
    return std::nullopt;
  std::copy_n(in.begin() + 1, size, peer.address.begin());
  in.remove_prefix(1 + size);
  peer.port = static_cast<std::uint16_t>(*take_number(in, 2));
  return peer;
}

std::string prefix(key_kind kind) {
  return std::string(1, static_cast<char>(kind));
}

std::string meta_key(std::string_view name) {
  return prefix(key_kind::meta).append(name);
}

std::string peer_key(const net::endpoint& peer) {
  return key_writer(key_kind::peer).endpoint(peer).str();
}

std::string census_key(std::uint32_t number) {
  return key_writer(key_kind::census).number(number, 4).str();
}

std::string user_agent_key(std::uint32_t number) {
  return key_writer(key_kind::user_agent).number(number, 4).str();
}

std::string ban_key(const ban_target& target) {
  const auto bytes = net::to_archive(target);
  return prefix(key_kind::ban).append(net::as_text(bytes));
}

std::string due_prefix(dial_class queue) {
  return key_writer(key_kind::due).byte(static_cast<std::uint8_t>(queue)).str();
}

std::string due_bound(dial_class queue, timestamp due) {
  return key_writer(key_kind::due).byte(static_cast<std::uint8_t>(queue)).due(due).str();
}

std::string due_key(dial_class queue, timestamp due, std::uint32_t tiebreak,
                    const net::endpoint& peer) {
  return key_writer(key_kind::due)
      .byte(static_cast<std::uint8_t>(queue))
      .due(due)
      .number(tiebreak, 4)
      .endpoint(peer)
      .str();
}

std::string group_prefix(std::string_view group) {
  return key_writer(key_kind::group).group(group).str();
}

std::string group_key(std::string_view group, std::uint32_t tiebreak, const net::endpoint& peer) {
  return key_writer(key_kind::group).group(group).number(tiebreak, 4).endpoint(peer).str();
}

std::string day_prefix(key_kind kind, std::uint32_t day) {
  return key_writer(kind).number(day, 4).str();
}

std::string visit_prefix(std::uint32_t day, const net::endpoint& peer) {
  return key_writer(key_kind::visit).number(day, 4).endpoint(peer).str();
}

std::string visit_key(std::uint32_t day, const net::endpoint& peer, std::uint64_t number) {
  return key_writer(key_kind::visit).number(day, 4).endpoint(peer).number(number, 8).str();
}

std::string inbound_key(std::uint32_t day, std::uint64_t number) {
  return key_writer(key_kind::inbound).number(day, 4).number(number, 8).str();
}

std::optional<net::endpoint> parse_peer_key(std::string_view key) {
  if (!take_kind(key, key_kind::peer))
    return std::nullopt;
  const auto peer = take_endpoint(key);
  return key.empty() ? peer : std::nullopt;
}

std::optional<due_parts> parse_due_key(std::string_view key) {
  if (!take_kind(key, key_kind::due))
    return std::nullopt;
  const auto queue = take_number(key, 1);
  const auto due = take_number(key, due_bytes);
  const auto tiebreak = take_number(key, 4);
  const auto peer = take_endpoint(key);
  if (!queue || *queue >= dial_class_count || !due || !tiebreak || !peer || !key.empty())
    return std::nullopt;
  return due_parts{static_cast<dial_class>(*queue), timestamp{static_cast<std::int64_t>(*due)},
                   static_cast<std::uint32_t>(*tiebreak), *peer};
}

std::optional<group_parts> parse_group_key(std::string_view key) {
  if (!take_kind(key, key_kind::group))
    return std::nullopt;
  const auto size = take_number(key, 1);
  if (!size || key.size() < *size)
    return std::nullopt;
  group_parts out;
  out.group = key.substr(0, *size);
  key.remove_prefix(*size);
  const auto tiebreak = take_number(key, 4);
  const auto peer = take_endpoint(key);
  if (!tiebreak || !peer || !key.empty())
    return std::nullopt;
  out.tiebreak = static_cast<std::uint32_t>(*tiebreak);
  out.peer = *peer;
  return out;
}

std::optional<visit_parts> parse_visit_key(std::string_view key) {
  if (!take_kind(key, key_kind::visit))
    return std::nullopt;
  const auto day = take_number(key, 4);
  const auto peer = take_endpoint(key);
  const auto number = take_number(key, 8);
  if (!day || !peer || !number || !key.empty())
    return std::nullopt;
  return visit_parts{static_cast<std::uint32_t>(*day), *peer, *number};
}

std::optional<std::uint32_t> parse_number_key(key_kind kind, std::string_view key) {
  if (!take_kind(key, kind) || key.size() != 4)
    return std::nullopt;
  return static_cast<std::uint32_t>(*take_number(key, 4));
}

std::optional<std::uint32_t> parse_day(std::string_view key) {
  if (key.size() < 5)
    return std::nullopt;
  key.remove_prefix(1);
  return static_cast<std::uint32_t>(*take_number(key, 4));
}

} // namespace seedwalk::store
