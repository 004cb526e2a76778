#include <gtest/gtest.h>

#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/payload.hpp"
#include "net/bitcoin/wire_writer.hpp"
#include "tests/net/base/allocation_count.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;
namespace test = net::test;

/// Decoding n bytes allocates at most so many times n, and a little for the smallest.
constexpr std::size_t multiple_max = 16;
constexpr std::size_t slack_bytes = 256;

/// Skips what counts where nothing is counted.
class allocation : public testing::Test {
protected:
  void SetUp() override {
    if (!test::counts_allocations)
      GTEST_SKIP() << "sanitizers allocate for themselves";
  }
};

std::size_t bytes_to_decode(std::string_view command, byte_view payload) {
  const auto before = test::requested_bytes();
  const auto result = decode_payload(command, payload);
  return test::requested_bytes() - before;
}

TEST_F(allocation, of_decoding_is_bounded_by_the_payload) {
  EXPECT_TRUE(rc::check([] {
    const auto m = *any_message();
    bytes payload;
    append_payload(payload, m);
    if (!payload.empty() && between(0, 1) == 1)
      payload[between<std::size_t>(0, payload.size() - 1)] = 0xff;
    RC_ASSERT(bytes_to_decode(command_of(m), payload) <=
              multiple_max * payload.size() + slack_bytes);
  }));
}

TEST_F(allocation, of_decoding_noise_is_bounded_by_the_payload) {
  EXPECT_TRUE(rc::check([] {
    const auto kind = static_cast<message_kind>(between<std::size_t>(0, message_kind_count - 1));
    const auto payload = up_to(2000);
    RC_ASSERT(bytes_to_decode(name_of(kind), payload) <=
              multiple_max * payload.size() + slack_bytes);
  }));
}

TEST_F(allocation, of_the_most_wasteful_messages_is_bounded) {
  // As many of the smallest elements as fit: transactions of ten bytes, then skipped addresses.
  constexpr std::size_t count = 50'000;
  bytes block(80);
  wire_writer{block}.size(count);
  block.resize(block.size() + count * 10);
  EXPECT_LE(bytes_to_decode("block", block), multiple_max * block.size());

  bytes addresses = {0xfd, 0xe8, 0x03};
  for (std::size_t i = 0; i != 1000; ++i)
    addresses.insert(addresses.end(), {0, 0, 0, 0, 0, 99, 0, 0, 0});
  ASSERT_TRUE(decode_payload("addrv2", addresses));
  EXPECT_LE(bytes_to_decode("addrv2", addresses), multiple_max * addresses.size());

  // One input with 50,000 empty witness items.
  msg::tx x;
  x.inputs.resize(1);
  x.inputs[0].witness = msg::witness_stack(std::vector<bytes>(count));
  bytes payload;
  append_payload(payload, x);
  EXPECT_LE(bytes_to_decode("tx", payload), multiple_max * payload.size());
}

TEST_F(allocation, of_a_large_addrv2_is_one) {
  msg::addrv2 m;
  m.entries.resize(1000, {ipv4_endpoint(0x08080808, 8333), 1, 1033});
  const auto& chain = *find_chain("main");
  const auto wire = encode(chain, m);
  decoder in{{chain.magic}};
  byte_view data = wire;
  const auto before = test::allocations();
  const auto event = in.next(data);
  EXPECT_EQ(test::allocations() - before, 1u);
  EXPECT_EQ(event.index(), 1u);
}

TEST_F(allocation, follows_what_was_received_and_not_what_was_announced) {
  const auto& chain = *find_chain("main");
  auto wire = encode(chain, msg::unknown_message{"big", bytes(3'999'999)});
  decoder in{{chain.magic}};
  byte_view data = byte_view{wire}.first(1000);
  const auto before = test::requested_bytes();
  in.next(data);
  EXPECT_LE(test::requested_bytes() - before, 2000u);
}

} // namespace
} // namespace seedwalk::net
