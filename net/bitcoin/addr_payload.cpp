#include "net/bitcoin/addr_payload.hpp"

#include <algorithm>
#include <cstring>

namespace seedwalk::net::detail {

namespace {

using msg::skipped_entries;

constexpr std::size_t entries_max = 1000;        // Core's MAX_ADDR_TO_SEND
constexpr std::uint64_t address_bytes_max = 512; // BIP155

// time, services, network, length, no address, port
constexpr std::size_t v2_entry_bytes_min = 4 + 1 + 1 + 1 + 0 + 2;
// time, services, network, length, the longest address of a known network, port
constexpr std::ptrdiff_t v2_entry_bytes_max = 4 + 9 + 1 + 1 + 32 + 2;
constexpr std::size_t v1_entry_bytes = 8 + 16 + 2;
constexpr std::size_t time_bytes = 4;

constexpr std::uint8_t cjdns_prefix = 0xfc;

template <class T>
T load(const std::uint8_t* at) {
  T x;
  std::memcpy(&x, at, sizeof x);
  return x;
}

std::uint16_t load_port(const std::uint8_t* at) {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

/// ::ffff:0:0/96
bool is_ipv4_mapped(const std::uint8_t* address) {
  return load<std::uint64_t>(address) == 0 && load<std::uint32_t>(address + 8) == 0xffff0000;
}

/// fd87:d87e:eb43::/48, in which Tor v2 names once travelled.
bool is_onioncat(const std::uint8_t* address) {
  constexpr std::uint64_t prefix = 0x43eb7ed887fd;
  return (load<std::uint64_t>(address) & 0xffffffffffff) == prefix;
}

/// An entry as it lies in a message.
struct raw_entry {
  std::uint32_t time = 0;
  std::uint64_t services = 0;
  std::uint8_t network = 0;
  const std::uint8_t* address = nullptr; ///< As long as the network's are.
  std::uint16_t port = 0;
};

/// True if an entry is one to keep; counts it otherwise. Precondition: of a network that we keep.
bool is_kept(const raw_entry& entry, skipped_entries& skipped) {
  switch (static_cast<network_id>(entry.network)) {
  case network_id::ipv6:
    if (is_ipv4_mapped(entry.address) || is_onioncat(entry.address)) {
      ++skipped.embedded;
      return false;
    }
    return true;
  case network_id::cjdns:
    if (entry.address[0] != cjdns_prefix) {
      ++skipped.not_cjdns;
      return false;
    }
    return true;
  default: // IPv4, Tor v3 and I2P
    return true;
  }
}

void keep(msg::addr_list& entries, const raw_entry& entry) {
  entries.push_back(entry.time, entry.services, static_cast<network_id>(entry.network),
                    entry.address, entry.port);
}

/// The networks whose addresses we keep, and whose length is therefore a rule: BIP155 lets the
/// others have any.
constexpr std::size_t kept_length(std::uint8_t network) {
  // A byte a network, from the right: this is looked at once an entry.
  constexpr std::uint64_t lengths = 0x00'10'20'20'00'10'04'00;
  return network < 8 ? lengths >> (8 * network) & 0xff : 0;
}
static_assert(kept_length(1) == address_size(network_id::ipv4) && kept_length(3) == 0 &&
              kept_length(5) == address_size(network_id::i2p) && kept_length(7) == 0);

void count_skipped(skipped_entries& skipped, std::uint8_t network) {
  if (network == static_cast<std::uint8_t>(network_id::torv2))
    ++skipped.torv2;
  else if (network == static_cast<std::uint8_t>(network_id::yggdrasil))
    ++skipped.yggdrasil;
  else
    ++skipped.unknown_network;
}

/// One entry wherever it lies, with all checks. True if it is one to keep.
bool read_v2_entry(wire_reader& in, raw_entry& entry, skipped_entries& skipped) {
  entry.time = in.u32();
  entry.services = in.size();
  entry.network = in.u8();
  const auto length_at = in.offset();
  const auto address = in.var_view(address_bytes_max, wire_error::address_too_long);
  const auto required = kept_length(entry.network);
  if (required != 0 && address.size() != required)
    in.fail(wire_error::wrong_address_length, length_at);
  entry.port = in.port();
  if (!in.ok())
    return false;
  if (required == 0) {
    count_skipped(skipped, entry.network);
    return false;
  }
  entry.address = address.data();
  return is_kept(entry, skipped);
}

/// The same for an entry that surely lies whole before `at + v2_entry_bytes_max`, in the shape that
/// nearly all have; moves `at` behind it. What is out of the ordinary is left to the careful way:
/// then false, and nothing has changed but `entry`.
bool read_v2_entry_fast(const std::uint8_t*& at, raw_entry& entry) {
  auto next = at + 5;
  std::uint64_t services = at[4];
  if (services >= 0xfd) {
    const bool two_bytes = services == 0xfd;
    services = load<std::uint16_t>(next);
    next += 2;
    if (!two_bytes || services < 0xfd)
      return false;
  }
  entry.network = next[0];
  const std::size_t length = next[1];
  next += 2;
  if (length == 0 || length != kept_length(entry.network))
    return false;
  entry.time = load<std::uint32_t>(at);
  entry.services = services;
  entry.address = next;
  entry.port = load_port(next + length);
  at = next + length + 2;
  return true;
}

/// Where an address of the sixteen bytes of old belongs. False for Tor v2.
bool place_v1(raw_entry& entry, const std::uint8_t* address, skipped_entries& skipped) {
  if (is_onioncat(address)) {
    ++skipped.torv2;
    return false;
  }
  const bool mapped = is_ipv4_mapped(address);
  entry.network = static_cast<std::uint8_t>(mapped ? network_id::ipv4 : network_id::ipv6);
  entry.address = mapped ? address + 12 : address;
  return true;
}

std::uint8_t* store_size(std::uint8_t* at, std::uint64_t x) {
  const auto put = [&](std::uint8_t first, std::size_t n) {
    *at++ = first;
    std::memcpy(at, &x, n);
    return at + n;
  };
  if (x < 0xfd) {
    *at++ = static_cast<std::uint8_t>(x);
    return at;
  }
  return x <= 0xffff ? put(0xfd, 2) : x <= 0xffffffff ? put(0xfe, 4) : put(0xff, 8);
}

template <class T>
std::uint8_t* store(std::uint8_t* at, T x) {
  std::memcpy(at, &x, sizeof x);
  return at + sizeof x;
}

std::uint8_t* store_port(std::uint8_t* at, std::uint16_t port) {
  *at++ = static_cast<std::uint8_t>(port >> 8);
  *at++ = static_cast<std::uint8_t>(port);
  return at;
}

/// Appends the entries in one pass over memory that is sized for the longest of them beforehand.
template <class Entry>
void append_entries(bytes& out, const msg::addr_list& entries, std::size_t entry_bytes_max,
                    Entry&& put) {
  const auto start = out.size();
  out.resize(start + 9 + entries.size() * entry_bytes_max);
  auto at = store_size(out.data() + start, entries.size());
  for (const auto entry : entries)
    at = put(at, entry);
  out.resize(static_cast<std::size_t>(at - out.data()));
}

} // namespace

void read_addrv2(wire_reader& in, msg::addrv2& x) {
  const auto count_at = in.offset();
  const auto count = in.count(v2_entry_bytes_min);
  x.skipped = {};
  x.entries.clear();
  auto at = in.at();
  const auto end = at + in.left();
  // An entry takes at most so many bytes more in a list than here, where services may be one byte.
  constexpr std::size_t more = msg::addr_list::key_offset + 3 - v2_entry_bytes_min;
  x.entries.reserve(std::min(in.left() + std::min(count, entries_max) * more,
                             entries_max * msg::addr_list::entry_bytes_max));
  raw_entry entry;
  for (std::size_t i = 0; i != count; ++i) {
    if (i == entries_max)
      // Too many, but only if nothing is malformed: Core looks at the number last.
      x.entries.clear();
    bool is_to_keep = false;
    if (end - at >= v2_entry_bytes_max && read_v2_entry_fast(at, entry)) {
      is_to_keep = is_kept(entry, x.skipped);
    } else {
      in.advance(static_cast<std::size_t>(at - in.at()));
      is_to_keep = read_v2_entry(in, entry, x.skipped);
      if (!in.ok())
        return;
      at = in.at();
    }
    if (is_to_keep && i < entries_max)
      keep(x.entries, entry);
  }
  in.advance(static_cast<std::size_t>(at - in.at()));
  if (count > entries_max)
    in.fail(wire_error::too_many_addresses, count_at);
}

void read_addr(wire_reader& in, msg::addr& x, bool has_times) {
  const auto entry_bytes = v1_entry_bytes + (has_times ? time_bytes : 0);
  const auto count_at = in.offset();
  const auto count = in.count(entry_bytes);
  x.has_times = has_times;
  x.skipped = {};
  x.entries.clear();
  if (count > entries_max) {
    in.fail(wire_error::too_many_addresses, count_at);
    return;
  }
  constexpr std::size_t v1_packed_max = msg::addr_list::key_offset + 1 + 16 + 2;
  x.entries.reserve(count * v1_packed_max);
  // The count was checked against what is left: every entry is whole.
  auto at = in.raw(count * entry_bytes).data();
  for (std::size_t i = 0; i != count; ++i) {
    raw_entry entry;
    if (has_times) {
      entry.time = load<std::uint32_t>(at);
      at += time_bytes;
    }
    entry.services = load<std::uint64_t>(at);
    entry.port = load_port(at + 24);
    if (place_v1(entry, at + 8, x.skipped))
      keep(x.entries, entry);
    at += v1_entry_bytes;
  }
}

void append_addrv2(bytes& out, const msg::addrv2& x) {
  append_entries(out, x.entries, v2_entry_bytes_max, [](std::uint8_t* at, const auto& entry) {
    const auto address = entry.peer.address_bytes();
    at = store(at, entry.time);
    at = store_size(at, entry.services);
    *at++ = static_cast<std::uint8_t>(entry.peer.network);
    *at++ = static_cast<std::uint8_t>(address.size());
    std::memcpy(at, address.data(), address.size());
    return store_port(at + address.size(), entry.peer.port);
  });
}

void append_addr(bytes& out, const msg::addr& x) {
  append_entries(out, x.entries, time_bytes + v1_entry_bytes,
                 [&](std::uint8_t* at, const auto& entry) {
                   if (x.has_times)
                     at = store(at, entry.time);
                   at = store(at, entry.services);
                   const auto& peer = entry.peer;
                   std::memset(at, 0, 16);
                   if (peer.network == network_id::ipv4) {
                     at[10] = at[11] = 0xff;
                     std::memcpy(at + 12, peer.address.data(), 4);
                   } else if (peer.network == network_id::ipv6) {
                     std::memcpy(at, peer.address.data(), 16);
                   }
                   return store_port(at + 16, peer.port);
                 });
}

} // namespace seedwalk::net::detail
