#include "sim/scenario/oracles/peer_words.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "net/bitcoin/sha256.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::sim {

namespace {

/// An integer as it lies on the wire: the lowest byte first.
template <class T>
T integer_at(const std::uint8_t* at) {
  T value = 0;
  for (std::size_t i = 0; i != sizeof(T); ++i)
    value |= static_cast<T>(static_cast<T>(at[i]) << (8 * i));
  return value;
}

std::string_view command_of(const std::uint8_t* header) {
  const auto* text = reinterpret_cast<const char*>(header + net::command_offset);
  return {text, strnlen(text, net::command_bytes)};
}

/// The feature that a message of this command announces; 0: none.
std::uint32_t feature_of(std::string_view command) {
  using store::feature;
  static constexpr std::array<std::pair<std::string_view, feature>, 7> announced = {{
      {"wtxidrelay", feature::wtxidrelay},
      {"sendaddrv2", feature::sendaddrv2},
      {"sendheaders", feature::sendheaders},
      {"sendcmpct", feature::sendcmpct},
      {"feefilter", feature::feefilter},
      {"feature", feature::negotiation},
      {"sendtxrcncl", feature::sendtxrcncl},
  }};
  for (const auto& [name, bit] : announced)
    if (name == command)
      return static_cast<std::uint32_t>(bit);
  return 0;
}

/// Whether this is how a message without a payload begins, its magic aside: a bit that is flipped
/// on the way makes it another.
bool is_unchanged_and_empty(const std::array<std::uint8_t, net::header_bytes>& header) {
  constexpr std::array<std::uint8_t, 4> empty_checksum = {0x5d, 0xf6, 0xe0, 0xe2};
  const auto* const name = header.data() + net::command_offset;
  const auto* const name_end = name + net::command_bytes;
  return std::all_of(name + command_of(header.data()).size(), name_end,
                     [](std::uint8_t byte) { return byte == 0; }) &&
         integer_at<std::uint32_t>(header.data() + net::length_offset) == 0 &&
         std::equal(empty_checksum.begin(), empty_checksum.end(),
                    header.begin() + net::checksum_offset);
}

constexpr std::size_t address_bytes = 16 + 2;

/// The fields of Bitcoin Core's PushNodeVersion, one after the other.
std::optional<store::version_record> version_in(net::byte_view payload) {
  store::version_record v;
  std::size_t at = 0;
  const auto next = [&]<class T>(T& field) {
    if (payload.size() < at + sizeof(T))
      return false;
    field = static_cast<T>(integer_at<std::make_unsigned_t<T>>(payload.data() + at));
    at += sizeof(T);
    return true;
  };
  std::uint8_t agent_bytes = 0;
  std::uint8_t relays = 1;
  if (!next(v.protocol_version) || !next(v.services) || !next(v.time) || !next(v.receiver_services))
    return std::nullopt;
  at += address_bytes;
  if (!next(v.sender_services))
    return std::nullopt;
  at += address_bytes;
  constexpr std::uint8_t longest_in_one_byte = 0xfc;
  if (!next(v.nonce) || !next(agent_bytes) || agent_bytes > longest_in_one_byte ||
      payload.size() < at + agent_bytes)
    return std::nullopt;
  v.user_agent.assign(reinterpret_cast<const char*>(payload.data() + at), agent_bytes);
  at += agent_bytes;
  if (!next(v.start_height) || !next(relays))
    return std::nullopt;
  v.relay = relays != 0;
  return v;
}

} // namespace

void peer_words::hear(net::byte_view data) {
  bytes_ += data.size();
  const auto* at = data.data();
  const auto* const end = at + data.size();
  while (at != end) {
    const auto left = static_cast<std::uint32_t>(end - at);
    if (header_read_ != net::header_bytes) {
      const auto taken =
          std::min(left, static_cast<std::uint32_t>(net::header_bytes) - header_read_);
      std::copy_n(at, taken, header_.data() + header_read_);
      header_read_ += taken;
      at += taken;
      if (header_read_ == net::header_bytes)
        begin_message();
      continue;
    }
    const auto taken = std::min(left, payload_left_);
    if (keeps_payload_)
      payload_.insert(payload_.end(), at, at + taken);
    payload_left_ -= taken;
    at += taken;
    if (payload_left_ == 0)
      end_message();
  }
}

void peer_words::begin_message() {
  payload_left_ = integer_at<std::uint32_t>(header_.data() + net::length_offset);
  const auto command = command_of(header_.data());
  const auto feature = feature_of(command);
  features_ |= feature;
  if (version_ && !said_verack_ && is_unchanged_and_empty(header_))
    negotiated_ |= feature;
  said_verack_ = said_verack_ || command == "verack";
  keeps_payload_ = command == "version" && payload_left_ <= version_bytes_max &&
                   (!version_ || !version_is_whole());
  if (keeps_payload_) {
    payload_.clear();
    std::copy_n(header_.begin() + net::checksum_offset, checksum_.size(), checksum_.begin());
  }
  if (payload_left_ == 0)
    end_message();
}

void peer_words::end_message() {
  header_read_ = 0;
  if (!std::exchange(keeps_payload_, false))
    return;
  version_ = version_in(payload_);
}

bool peer_words::version_is_whole() const {
  const auto hash = net::sha256d(payload_);
  return std::equal(checksum_.begin(), checksum_.end(), hash.begin());
}

std::optional<std::int64_t> time_of_version(net::byte_view data) {
  constexpr std::size_t time_offset = net::header_bytes + 4 + 8; // Behind protocol and services.
  if (data.size() < time_offset + 8 || command_of(data.data()) != "version")
    return std::nullopt;
  return integer_at<std::int64_t>(data.data() + time_offset);
}

} // namespace seedwalk::sim
