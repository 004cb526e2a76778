#include "net/bitcoin/messages.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "net/bitcoin/wire_reader.hpp"
#include "net/bitcoin/wire_writer.hpp"

namespace seedwalk::net {

namespace {

constexpr std::array<std::string_view, message_kind_count> commands = {
    "version",      "verack",      "wtxidrelay",  "sendaddrv2",  "feature",      "sendtxrcncl",
    "sendheaders",  "sendcmpct",   "feefilter",   "ping",        "pong",         "reject",
    "alert",        "getaddr",     "addr",        "addrv2",      "inv",          "getdata",
    "notfound",     "getblocks",   "getheaders",  "headers",     "mempool",      "tx",
    "block",        "merkleblock", "cmpctblock",  "getblocktxn", "blocktxn",     "filterload",
    "filteradd",    "filterclear", "getcfilters", "cfilter",     "getcfheaders", "cfheaders",
    "getcfcheckpt", "cfcheckpt",   "unknown"};

/// A number for the beginning and the length of a command. No two commands have the same.
constexpr std::uint64_t key_of(std::string_view command) {
  std::array<char, 8> first{};
  std::copy_n(command.begin(), std::min(command.size(), first.size()), first.begin());
  return std::bit_cast<std::uint64_t>(first) + command.size();
}

/// Commands by a hash of their keys, each alone in its place: every message is asked for its kind a
/// few times, and going through all commands took longer than parsing most messages.
struct command_table {
  static constexpr std::uint8_t nobody = message_kind_count - 1;
  std::uint64_t factor = 1;
  std::array<std::uint8_t, 256> kinds{};

  constexpr std::size_t place_of(std::uint64_t key) const { return key * factor >> 56; }

  constexpr bool fill() {
    kinds.fill(nobody);
    for (std::uint8_t i = 0; i != nobody; ++i) {
      auto& place = kinds[place_of(key_of(commands[i]))];
      if (place != nobody)
        return false;
      place = i;
    }
    return true;
  }

  /// Looks for a factor that keeps them apart.
  consteval command_table() {
    while (!fill())
      factor = factor * 0x5851f42d4c957f2d + 0x14057b7ef767814e;
  }
};

constexpr command_table by_command;

constexpr std::array<std::uint8_t, 12> ipv4_mapped_prefix = {0, 0, 0, 0, 0,    0,
                                                             0, 0, 0, 0, 0xff, 0xff};

} // namespace

message_kind kind_of(std::string_view command) {
  // Of what is no command, the place is empty or another's. A peer may well send the word
  // "unknown", which is no command of the protocol either.
  const auto kind = by_command.kinds[by_command.place_of(key_of(command))];
  const bool found = kind != command_table::nobody && commands[kind] == command;
  return found ? static_cast<message_kind>(kind) : message_kind::unknown;
}

std::string_view name_of(message_kind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < commands.size() ? commands[index] : commands.back();
}

std::string_view command_of(const message& m) {
  if (auto unknown = std::get_if<msg::unknown_message>(&m))
    return unknown->command;
  return name_of(kind_of(m));
}

namespace msg {

endpoint version_address::peer() const {
  endpoint result;
  result.port = port;
  if (std::equal(ipv4_mapped_prefix.begin(), ipv4_mapped_prefix.end(), address.begin())) {
    result.network = network_id::ipv4;
    std::copy(address.begin() + 12, address.end(), result.address.begin());
  } else {
    result.network = network_id::ipv6;
    std::copy(address.begin(), address.end(), result.address.begin());
  }
  return result;
}

version_address version_address::of(std::uint64_t services, const endpoint& peer) {
  version_address result;
  result.services = services;
  result.port = peer.port;
  if (peer.network == network_id::ipv4) {
    std::copy(ipv4_mapped_prefix.begin(), ipv4_mapped_prefix.end(), result.address.begin());
    std::copy_n(peer.address.begin(), 4, result.address.begin() + 12);
  } else if (peer.network == network_id::ipv6) {
    std::copy_n(peer.address.begin(), 16, result.address.begin());
  }
  return result;
}

std::vector<byte_view> witness_items(const tx_input& input) {
  std::vector<byte_view> items;
  if (input.witness.empty())
    return items;
  wire_reader in{input.witness};
  const auto count = in.count(1);
  for (std::size_t i = 0; i != count && in.ok(); ++i) {
    const auto item = in.var_view();
    if (in.ok())
      items.push_back(item);
  }
  return items;
}

bytes witness_stack(const std::vector<bytes>& items) {
  bytes stack;
  if (items.empty())
    return stack;
  wire_writer out{stack};
  out.size(items.size());
  for (const auto& item : items)
    out.var_bytes(item);
  return stack;
}

} // namespace msg

} // namespace seedwalk::net
