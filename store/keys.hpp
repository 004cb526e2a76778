#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"
#include "store/ban_record.hpp"
#include "store/peer_record.hpp"
#include "store/timestamp.hpp"

namespace seedwalk::store {

/// The keys of the database, as README.md draws them. Numbers in keys are big-endian, so that the
/// order of bytes is the order of what they say.
enum class key_kind : char {
  ban = 'b',
  census = 'c',
  group = 'e', ///< Never reached, by the netgroup of the first source.
  inbound = 'i',
  meta = 'm',
  peer = 'p',
  due = 'q',
  user_agent = 'u',
  visit = 'v',
};

/// network, address, port: ordered as endpoints are.
std::string endpoint_key(const net::endpoint& peer);

/// The same without a string, for callers that look at one and keep nothing.
class endpoint_bytes {
public:
  static constexpr std::size_t max_size = 1 + 32 + 2;

  explicit endpoint_bytes(const net::endpoint& peer);
  net::byte_view view() const { return {data_.data(), size_}; }

private:
  std::array<std::uint8_t, max_size> data_;
  std::size_t size_;
};

/// Reads an endpoint from the front of `in`, and takes it away; nothing if there is none.
std::optional<net::endpoint> take_endpoint(std::string_view& in);

std::string meta_key(std::string_view name);
std::string peer_key(const net::endpoint& peer);
std::string census_key(std::uint32_t number);
std::string user_agent_key(std::uint32_t number);
std::string ban_key(const ban_target& target);

/// Where an endpoint waits: class, then due time, then 32 keyed random bits, so that what is due in
/// the same second is in no order that an address has.
std::string due_key(dial_class queue, timestamp due, std::uint32_t tiebreak,
                    const net::endpoint& peer);
std::string group_key(std::string_view group, std::uint32_t tiebreak, const net::endpoint& peer);
std::string visit_key(std::uint32_t day, const net::endpoint& peer, std::uint64_t number);
std::string inbound_key(std::uint32_t day, std::uint64_t number);

/// All keys of a kind; of a class; of a group; of an endpoint's visits on a day.
std::string prefix(key_kind kind);
std::string due_prefix(dial_class queue);
/// Before everything that is due at `due` or later.
std::string due_bound(dial_class queue, timestamp due);
std::string group_prefix(std::string_view group);
std::string visit_prefix(std::uint32_t day, const net::endpoint& peer);
std::string day_prefix(key_kind kind, std::uint32_t day);

/// What a key of the due index says.
struct due_parts {
  dial_class queue = dial_class::live;
  timestamp due{};
  std::uint32_t tiebreak = 0;
  net::endpoint peer;
};
/// What a key of the index of sources says.
struct group_parts {
  std::string group;
  std::uint32_t tiebreak = 0;
  net::endpoint peer;
};
/// What a key of a visit says.
struct visit_parts {
  std::uint32_t day = 0;
  net::endpoint peer;
  std::uint64_t number = 0;
};

/// What the functions above wrote, or nothing if it is not exactly such a key.
std::optional<net::endpoint> parse_peer_key(std::string_view key);
std::optional<due_parts> parse_due_key(std::string_view key);
std::optional<group_parts> parse_group_key(std::string_view key);
std::optional<visit_parts> parse_visit_key(std::string_view key);
/// The number at the end of a census or user agent key.
std::optional<std::uint32_t> parse_number_key(key_kind kind, std::string_view key);
/// The day of a visit or inbound key.
std::optional<std::uint32_t> parse_day(std::string_view key);

} // namespace seedwalk::store
