#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/archive.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/transport.hpp"
#include "tests/net/base/generators.hpp"
#include "tests/net/bitcoin/live_session.hpp"

namespace seedwalk::net {
namespace {

using test::live_session;
using test::test_magic;

transport v1() {
  return transport{v1_transport{{.magic = test_magic}}};
}

/// Messages come out of one transport as they went into another, whatever pieces their bytes come
/// in, and though the reader is captured and restored between any two pieces.
TEST(transport, carries_messages_through_any_pieces_and_captures) {
  EXPECT_TRUE(rc::check([] {
    auto from = v1();
    auto to = v1();
    bytes wire;
    from.begin(wire);
    std::vector<message> said;
    const auto count = *rc::gen::inRange(1, 4);
    for (int i = 0; i != count; ++i) {
      said.push_back(*seedwalk::test::any_message());
      from.write(wire, said.back());
    }
    bytes answers;
    std::vector<message> heard;
    for (byte_view left{wire}; !left.empty();) {
      const auto size = *rc::gen::inRange<std::size_t>(1, left.size() + 1);
      for (auto piece = left.first(size);;) {
        auto event = to.next(piece, answers);
        if (std::holds_alternative<need_more>(event))
          break;
        RC_ASSERT(std::holds_alternative<decoded_message>(event));
        heard.push_back(std::get<decoded_message>(std::move(event)).value);
      }
      left = left.subspan(size);
      transport restored;
      RC_ASSERT(from_archive(to_archive(to), restored));
      to = std::move(restored);
    }
    RC_ASSERT(answers.empty()); // v1 has nothing to say of itself
    RC_ASSERT(heard.size() == said.size());
    for (std::size_t i = 0; i != said.size(); ++i)
      RC_ASSERT(encode(test_magic, heard[i]) == encode(test_magic, said[i]));
  }));
}

TEST(transport, of_no_connection_holds_nothing) {
  const transport none;
  EXPECT_FALSE(none.in_progress());
}

TEST(shared_message, knows_its_command_and_its_payload) {
  const shared_message none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.command(), "");
  EXPECT_TRUE(none.payload().empty());

  const shared_message ping{test_magic, msg::ping{0x0102030405060708}};
  EXPECT_EQ(ping.command(), "ping");
  const bytes nonce = {8, 7, 6, 5, 4, 3, 2, 1};
  EXPECT_TRUE(std::ranges::equal(ping.payload(), nonce));

  const shared_message longest{test_magic, msg::unknown_message{"twelve-bytes", {1}}};
  EXPECT_EQ(longest.command(), "twelve-bytes");
}

/// A broadcast to thousands takes the memory of one message.
TEST(shared_message, is_one_block_for_all_sessions_that_send_it_by_v1) {
  const shared_message shared{test_magic, msg::sendheaders{}};
  live_session first{direction::inbound};
  live_session second{direction::inbound};
  for (auto* one : {&first, &second}) {
    one->connect();
    one->hear({test::peer_version(), msg::verack{}});
    ASSERT_TRUE(one->session.send(one->step(), shared));
    ASSERT_TRUE(one->effects.shared_output);
    EXPECT_EQ(one->effects.shared_output->data(), shared.v1_frame().data());
    EXPECT_TRUE(one->effects.output.empty());
  }
}

} // namespace
} // namespace seedwalk::net
