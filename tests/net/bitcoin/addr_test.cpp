#include <gtest/gtest.h>

#include "net/bitcoin/payload.hpp"
#include "net/bitcoin/wire_writer.hpp"
#include "tests/net/base/generators.hpp"
#include "tests/net/base/hex.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

/// One entry of addrv2, spelled out.
bytes entry_v2(std::uint8_t network, const bytes& address) {
  bytes result;
  result.reserve(1'024); // Without, g++ 12 warns of an overflow that cannot be.
  wire_writer out{result};
  out.u32(1'700'000'000);
  out.size(1033);
  out.u8(network);
  out.var_bytes(address);
  out.port(8333);
  return result;
}

bytes list_of(const std::vector<bytes>& entries) {
  bytes result;
  wire_writer out{result};
  out.size(entries.size());
  for (const auto& entry : entries)
    out.raw(entry);
  return result;
}

tl::expected<decoded_payload, payload_error> decode_v2(const std::vector<bytes>& entries) {
  return decode_payload("addrv2", list_of(entries));
}

msg::addrv2 decoded_v2(const std::vector<bytes>& entries) {
  return std::get<msg::addrv2>(decode_v2(entries).value().value);
}

const bytes good = entry_v2(1, {8, 8, 8, 8});
constexpr std::size_t length_at = 1 + 4 + 3 + 1; // In the first entry of a short list.

TEST(addrv2, reads_an_address_of_every_network) {
  struct vector {
    std::uint8_t network;
    std::string_view address;
    std::string_view text;
  };
  // Addresses as in the test vectors of BIP155's implementations.
  for (const auto& [network, address, text] : {
           vector{1, "01020304", "1.2.3.4:8333"},
           {2, "0102030405060708090a0b0c0d0e0f10", "[102:304:506:708:90a:b0c:d0e:f10]:8333"},
           {4, "79bcc625184b05194975c28b66b66b0469f7f6556fb1ac3189a79b40dda32f1f",
            "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333"},
           {5, "a2894dabaec08c0051a481a6dac88b64f98232ae42d4b6fd2fa81952dfe36a87",
            "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:8333"},
           {6, "fc000001000200030004000500060007", "[fc00:1:2:3:4:5:6:7]:8333"},
       }) {
    const auto message = decoded_v2({entry_v2(network, from_hex(address))});
    ASSERT_EQ(message.entries.size(), 1u);
    EXPECT_EQ(to_string(message.entries[0].peer), text);
    EXPECT_EQ(message.entries[0].time, 1'700'000'000);
    EXPECT_EQ(message.entries[0].services, 1033u);
    EXPECT_EQ(message.skipped.total(), 0u);
  }
}

TEST(addrv2, refuses_a_wrong_length_of_a_network_that_has_one) {
  for (const std::uint8_t network : {1, 2, 4, 5, 6}) {
    const auto right = address_size(static_cast<network_id>(network));
    for (std::size_t length = 0; length <= 40; ++length) {
      // Behind it more than enough, so that either way of reading an entry is taken.
      for (const std::size_t others : {0, 5}) {
        std::vector<bytes> entries = {entry_v2(network, bytes(length, 0xfc))};
        entries.insert(entries.end(), others, good);
        const auto result = decode_v2(entries);
        if (length == right)
          EXPECT_TRUE(result);
        else
          EXPECT_EQ(result.error(), (payload_error{wire_error::wrong_address_length, length_at}));
      }
    }
  }
}

TEST(addrv2, skips_what_it_cannot_keep_and_counts_it_whatever_its_length) {
  for (std::size_t length : {0, 1, 4, 10, 16, 32, 252, 253, 512}) {
    const auto message = decoded_v2({good, entry_v2(3, bytes(length)), entry_v2(7, bytes(length)),
                                     entry_v2(0, bytes(length)), entry_v2(8, bytes(length)),
                                     entry_v2(255, bytes(length)), good});
    EXPECT_EQ(message.entries.size(), 2u);
    EXPECT_EQ(message.entries[0], message.entries[1]) << "nothing of the skipped is left behind";
    EXPECT_EQ(message.skipped, (msg::skipped_entries{1, 1, 3, 0, 0}));
  }
}

TEST(addrv2, refuses_an_address_of_513_bytes_on_any_network) {
  for (int network = 0; network != 256; ++network)
    EXPECT_EQ(decode_v2({entry_v2(static_cast<std::uint8_t>(network), bytes(513))}).error(),
              (payload_error{wire_error::address_too_long, length_at}));
}

TEST(addrv2, skips_ipv4_and_onioncat_dressed_as_ipv6) {
  const auto message =
      decoded_v2({entry_v2(2, from_hex("00000000000000000000ffff01020304")),
                  entry_v2(2, from_hex("fd87d87eeb4301020304050607080900")), good});
  EXPECT_EQ(message.entries.size(), 1u);
  EXPECT_EQ(message.skipped.embedded, 2u);
}

TEST(addrv2, skips_cjdns_outside_its_range) {
  const auto message = decoded_v2({entry_v2(6, bytes(16, 0xfd)), entry_v2(6, bytes(16, 0xfc))});
  EXPECT_EQ(message.entries.size(), 1u);
  EXPECT_EQ(message.skipped.not_cjdns, 1u);
}

TEST(addrv2, keeps_fc00_as_ipv6_where_it_is_sent_so) {
  const auto message = decoded_v2({entry_v2(2, bytes(16, 0xfc))});
  EXPECT_EQ(message.entries[0].peer.network, network_id::ipv6);
}

TEST(addrv2, keeps_services_of_any_size_and_refuses_a_second_spelling) {
  for (const std::uint64_t services :
       {std::uint64_t{0}, std::uint64_t{0xfc}, std::uint64_t{0xfd}, std::uint64_t{0xffff},
        std::uint64_t{0x10000}, std::uint64_t{0xffffffff}, std::uint64_t{0x100000000}, UINT64_MAX})
    for (std::size_t others : {0, 5}) {
      msg::addrv2 m;
      m.entries.resize(1 + others, {ipv4_endpoint(0x08080808, 1), 1, services});
      bytes payload;
      append_payload(payload, m);
      EXPECT_EQ(std::get<msg::addrv2>(decode_payload("addrv2", payload).value().value), m);
    }
  auto padded = good;
  padded[5] = 0x08; // 1033 becomes 8, still in three bytes.
  padded[6] = 0x00;
  for (std::size_t others : {0, 5}) {
    std::vector<bytes> entries(others + 1, good);
    entries[0] = padded;
    EXPECT_EQ(decode_v2(entries).error(), (payload_error{wire_error::noncanonical_size, 5}));
  }
}

TEST(addrv2, of_too_many_entries_is_malformed_first_if_it_is_both) {
  std::vector<bytes> entries(1001, good);
  EXPECT_EQ(decode_v2(entries).error().error, wire_error::too_many_addresses);
  entries.back() = entry_v2(1, {1, 2, 3});
  EXPECT_EQ(decode_v2(entries).error().error, wire_error::wrong_address_length);
}

TEST(addr, knows_ipv4_ipv6_and_tor_v2_in_sixteen_bytes) {
  bytes payload = {3};
  wire_writer out{payload};
  for (std::string_view address :
       {"00000000000000000000ffff01020304", "fd87d87eeb4301020304050607080900",
        "fc00000000000000000000000000000a"}) {
    out.u32(5);
    out.u64(9);
    out.raw(from_hex(address));
    out.port(8333);
  }
  const auto message = std::get<msg::addr>(decode_payload("addr", payload).value().value);
  ASSERT_EQ(message.entries.size(), 2u);
  EXPECT_EQ(message.entries[0], (msg::addr_entry{ipv4_endpoint(0x01020304, 8333), 5, 9}));
  EXPECT_EQ(message.entries[1].peer.network, network_id::ipv6) << "a legacy fc00::/8 is no CJDNS";
  EXPECT_EQ(message.skipped.torv2, 1u);
}

TEST(addr, keeps_times_however_absurd) {
  msg::addr m;
  m.entries.push_back({ipv4_endpoint(1, 1), 0, 0});
  m.entries.push_back({ipv4_endpoint(1, 1), UINT32_MAX, UINT64_MAX});
  bytes payload;
  append_payload(payload, m);
  EXPECT_EQ(std::get<msg::addr>(decode_payload("addr", payload).value().value), m);
}

TEST(addr, comes_in_both_historic_forms) {
  EXPECT_TRUE(rc::check([] {
    auto m = std::get<msg::addr>(*any_message(message_kind::addr));
    m.has_times = false;
    msg::addr_list timeless;
    for (auto entry : m.entries) {
      entry.time = 0;
      timeless.push_back(entry);
    }
    m.entries = timeless;
    bytes payload;
    append_payload(payload, m);
    RC_ASSERT(payload.size() == 1 + 26 * m.entries.size());
    const auto result = decode_payload("addr", payload, addr_time_version - 1);
    RC_ASSERT(std::get<msg::addr>(result.value().value) == m);
  }));
}

} // namespace
} // namespace seedwalk::net
