#include <gtest/gtest.h>

#include "net/bitcoin/payload.hpp"
#include "net/bitcoin/wire_writer.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

bytes payload_of(const message& m) {
  bytes payload;
  append_payload(payload, m);
  return payload;
}

/// What `m` is refused for, however it was encoded.
payload_error refusal_of(const message& m) {
  const auto result = decode_payload(command_of(m), payload_of(m));
  EXPECT_FALSE(result) << command_of(m);
  return result ? payload_error{wire_error::wrong_magic, 0} : result.error();
}

void expect_accepted(const message& m) {
  const auto result = decode_payload(command_of(m), payload_of(m));
  ASSERT_TRUE(result) << command_of(m) << ": " << name_of(result.error().error);
  EXPECT_EQ(result->value, m);
}

payload_error refusal_of(std::string_view command, const bytes& payload) {
  const auto result = decode_payload(command, payload);
  EXPECT_FALSE(result) << command;
  return result ? payload_error{wire_error::wrong_magic, 0} : result.error();
}

/// A version up to its user agent.
msg::version version_with_agent(std::size_t size) {
  msg::version x;
  x.sender.emplace();
  x.user_agent = std::string(size, 'a');
  return x;
}

TEST(limits, of_version) {
  expect_accepted(version_with_agent(256));
  EXPECT_EQ(refusal_of(version_with_agent(257)),
            (payload_error{wire_error::user_agent_too_long, 80}));
}

TEST(limits, of_addresses) {
  msg::addr_list most;
  most.resize(1000, {ipv4_endpoint(0x08080808, 8333), 1, 1});
  auto too_many = most;
  too_many.push_back(most[0]);
  expect_accepted(msg::addr{most, {}, true});
  expect_accepted(msg::addrv2{most, {}});
  EXPECT_EQ(refusal_of(msg::addr{too_many, {}, true}),
            (payload_error{wire_error::too_many_addresses, 0}));
  EXPECT_EQ(refusal_of(msg::addrv2{too_many, {}}),
            (payload_error{wire_error::too_many_addresses, 0}));
}

TEST(limits, of_inventory) {
  const std::vector<msg::inventory_item> most(50'000);
  const std::vector<msg::inventory_item> more(50'001);
  expect_accepted(msg::inv{most});
  expect_accepted(msg::getdata{most});
  expect_accepted(msg::notfound{most});
  const payload_error expected{wire_error::too_many_items, 0};
  EXPECT_EQ(refusal_of(msg::inv{more}), expected);
  EXPECT_EQ(refusal_of(msg::getdata{more}), expected);
  EXPECT_EQ(refusal_of(msg::notfound{more}), expected);
}

TEST(limits, of_headers) {
  expect_accepted(msg::headers{std::vector<msg::block_header>(2000)});
  EXPECT_EQ(refusal_of(msg::headers{std::vector<msg::block_header>(2001)}),
            (payload_error{wire_error::too_many_headers, 0}));
  // Core looks at this number before it looks at anything else.
  EXPECT_EQ(refusal_of("headers", {0xfd, 0xd1, 0x07}),
            (payload_error{wire_error::too_many_headers, 0}));
}

TEST(limits, of_locators) {
  expect_accepted(msg::getblocks{1, std::vector<hash256>(101), {}});
  expect_accepted(msg::getheaders{1, std::vector<hash256>(101), {}});
  const payload_error expected{wire_error::locator_too_long, 4};
  EXPECT_EQ(refusal_of(msg::getblocks{1, std::vector<hash256>(102), {}}), expected);
  EXPECT_EQ(refusal_of(msg::getheaders{1, std::vector<hash256>(102), {}}), expected);
}

TEST(limits, of_filters) {
  expect_accepted(msg::filterload{bytes(36'000), 50, 0, 0});
  EXPECT_EQ(refusal_of(msg::filterload{bytes(36'001), 50, 0, 0}),
            (payload_error{wire_error::filter_too_large, 0}));
  EXPECT_EQ(refusal_of(msg::filterload{bytes(5), 51, 0, 0}),
            (payload_error{wire_error::filter_too_large, 6}));
  expect_accepted(msg::filteradd{bytes(520)});
  EXPECT_EQ(refusal_of(msg::filteradd{bytes(521)}),
            (payload_error{wire_error::filter_item_too_large, 0}));
  expect_accepted(msg::cfheaders{0, {}, {}, std::vector<hash256>(2000)});
  EXPECT_EQ(refusal_of(msg::cfheaders{0, {}, {}, std::vector<hash256>(2001)}),
            (payload_error{wire_error::too_many_filter_hashes, 65}));
}

TEST(limits, of_feature) {
  const auto feature = [](std::size_t id, std::size_t data) {
    return msg::feature{std::string(id, 'f'), bytes(data)};
  };
  expect_accepted(feature(4, 0));
  expect_accepted(feature(80, 512));
  EXPECT_EQ(refusal_of(feature(3, 0)), (payload_error{wire_error::feature_id_length, 0}));
  EXPECT_EQ(refusal_of(feature(81, 0)), (payload_error{wire_error::feature_id_length, 0}));
  EXPECT_EQ(refusal_of(feature(4, 513)), (payload_error{wire_error::feature_data_too_long, 5}));
}

TEST(limits, of_reject) {
  expect_accepted(msg::reject{std::string(12, 'c'), 1, std::string(111, 'r'), {}});
  EXPECT_EQ(refusal_of(msg::reject{std::string(13, 'c'), 1, "", {}}),
            (payload_error{wire_error::text_too_long, 0}));
  EXPECT_EQ(refusal_of(msg::reject{"", 1, std::string(112, 'r'), {}}),
            (payload_error{wire_error::text_too_long, 2}));
}

TEST(limits, of_sendcmpct) {
  EXPECT_EQ(refusal_of("sendcmpct", {2, 1, 0, 0, 0, 0, 0, 0, 0}),
            (payload_error{wire_error::announce_out_of_range, 0}));
}

TEST(limits, of_compact_block_indexes) {
  const auto request = [](std::initializer_list<std::uint64_t> distances) {
    bytes payload(32);
    wire_writer out{payload};
    out.size(distances.size());
    for (auto distance : distances)
      out.size(distance);
    return payload;
  };
  const auto last = decode_payload("getblocktxn", request({0, 0, 65'533}));
  ASSERT_TRUE(last);
  EXPECT_EQ(std::get<msg::getblocktxn>(last->value).indexes,
            (std::vector<std::uint16_t>{0, 1, 65'535}));
  EXPECT_EQ(refusal_of("getblocktxn", request({0, 0, 65'534})),
            (payload_error{wire_error::index_overflow, 35}));
  EXPECT_EQ(refusal_of("getblocktxn", request({UINT64_MAX})),
            (payload_error{wire_error::index_overflow, 33}));
  msg::cmpctblock full;
  full.short_ids.resize(65'535);
  expect_accepted(full);
  full.short_ids.resize(65'536);
  EXPECT_EQ(refusal_of(full), (payload_error{wire_error::index_overflow, 88}));
}

TEST(limits, of_witnesses) {
  msg::tx x;
  x.inputs.resize(1);
  x.inputs[0].witness = msg::witness_stack({{1}});
  auto payload = payload_of(x);
  ASSERT_EQ(payload[5], 1);
  payload[5] = 3;
  EXPECT_EQ(refusal_of("tx", payload), (payload_error{wire_error::unknown_tx_flags, 5}));
  payload[5] = 1;
  // The stack's one item of one byte becomes no item at all.
  payload.erase(payload.end() - 7, payload.end() - 4);
  payload.insert(payload.end() - 4, 0);
  EXPECT_EQ(refusal_of("tx", payload), (payload_error{wire_error::superfluous_witness, 5}));
}

TEST(limits, of_compact_sizes) {
  // Each longer than it need be, before anything else is looked at.
  for (const auto& size : {bytes{0xfd, 0xfc, 0x00}, bytes{0xfe, 0xff, 0xff, 0, 0},
                           bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}})
    EXPECT_EQ(refusal_of("inv", size), (payload_error{wire_error::noncanonical_size, 0}));
}

TEST(limits, of_counts_are_what_the_payload_could_hold) {
  bytes huge = {0xff, 0, 0, 0, 0, 0, 0, 0, 0x80};
  for (std::string_view command : {"addr", "addrv2", "inv", "getdata", "notfound", "tx"}) {
    auto payload = huge;
    if (command == "tx")
      payload.insert(payload.begin(), 4, 0);
    EXPECT_EQ(refusal_of(command, payload),
              (payload_error{wire_error::count_exceeds_payload, command == "tx" ? 4u : 0u}))
        << command;
  }
}

TEST(limits, say_what_follows_from_each_error) {
  using enum wire_consequence;
  const auto kind = message_kind::addr;
  EXPECT_EQ(consequence_of(wire_error::wrong_magic, kind), lost_framing);
  EXPECT_EQ(consequence_of(wire_error::oversize_payload, kind), lost_framing);
  EXPECT_EQ(consequence_of(wire_error::bad_checksum, kind), drop_message);
  EXPECT_EQ(consequence_of(wire_error::malformed_command, kind), drop_message);
  EXPECT_EQ(consequence_of(wire_error::truncated, kind), drop_message);
  EXPECT_EQ(consequence_of(wire_error::wrong_address_length, kind), drop_message);
  for (auto e : {wire_error::too_many_addresses, wire_error::too_many_items,
                 wire_error::too_many_headers, wire_error::announce_out_of_range})
    EXPECT_EQ(consequence_of(e, kind), misbehaved) << name_of(e);
  EXPECT_EQ(consequence_of(wire_error::truncated, message_kind::feature), misbehaved);
  EXPECT_EQ(consequence_of(wire_error::bad_checksum, message_kind::feature), drop_message);
  for (int i = 1; i <= static_cast<int>(wire_error::feature_trailing_bytes); ++i)
    EXPECT_NE(name_of(static_cast<wire_error>(i)), "unknown");
}

} // namespace
} // namespace seedwalk::net
