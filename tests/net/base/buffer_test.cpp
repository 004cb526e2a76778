#include <thread>

#include <gtest/gtest.h>

#include "net/base/archive.hpp"
#include "net/base/buffer.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::net {
namespace {

using namespace seedwalk::test;

TEST(buffer, has_the_bytes_it_was_made_of) {
  EXPECT_TRUE(rc::check([] {
    const auto data = up_to(between(0, 9) == 0 ? 100'000 : 600);
    const buffer b{data};
    RC_ASSERT(std::equal(data.begin(), data.end(), b.view().begin(), b.view().end()));
    buffer again;
    RC_ASSERT(from_archive(to_archive(b), again));
    RC_ASSERT(again == b);
  }));
}

TEST(buffer, slices_like_a_span_and_shares_its_block) {
  EXPECT_TRUE(rc::check([] {
    const auto data = up_to(600);
    auto whole = std::make_unique<buffer>(data);
    const auto offset = between<std::size_t>(0, data.size() + 3);
    const auto count = between<std::size_t>(0, data.size() + 3);
    const auto slice = whole->slice(offset, count);
    if (!slice.empty())
      RC_ASSERT(slice.data() == whole->data() + offset);
    whole.reset(); // The slice keeps the block.
    const auto begin = std::min(offset, data.size());
    const auto expected = byte_view{data}.subspan(begin, std::min(count, data.size() - begin));
    RC_ASSERT(
        std::equal(expected.begin(), expected.end(), slice.view().begin(), slice.view().end()));
  }));
}

TEST(buffer, is_empty_after_a_move) {
  buffer a{as_bytes("abc")};
  const buffer b = std::move(a);
  EXPECT_TRUE(a.empty()); // NOLINT: that is the promise.
  EXPECT_EQ(as_text(b.view()), "abc");
  a = b;
  EXPECT_EQ(a, b);
}

TEST(buffer, is_filled_by_a_door_before_anybody_shares_it) {
  buffer::writable room{1000};
  ASSERT_GE(room.capacity(), 1000u);
  std::fill_n(room.data(), 1000, std::uint8_t{7});
  const auto filled = std::move(room).take(3);
  EXPECT_EQ(filled, buffer(bytes{7, 7, 7}));
}

TEST(buffer, goes_from_thread_to_thread) {
  std::vector<buffer> copies(100, buffer{as_bytes("shared")});
  std::thread other{[taken = std::move(copies)]() mutable {
    for (auto& copy : taken) {
      const buffer kept = copy;
      EXPECT_EQ(as_text(kept.view()), "shared");
      copy = buffer{};
    }
  }};
  other.join();
}

} // namespace
} // namespace seedwalk::net
