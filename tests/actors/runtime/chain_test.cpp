#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/runtime/chain.hpp"
#include "store/batch.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::sim {
namespace {

std::uint64_t chain_of(const store::batch& batch) {
  chain result;
  chain_writer{result}(batch);
  return result.value();
}

std::vector<net::msg::addr_entry> some_entries() {
  std::vector<net::msg::addr_entry> result(*rc::gen::inRange<std::size_t>(1, 60));
  for (auto& entry : result)
    seedwalk::test::draw(entry);
  return result;
}

/// A change in any announcement must show.
TEST(chain, sees_a_change_in_any_announcement) {
  EXPECT_TRUE(rc::check([] {
    auto entries = some_entries();
    const auto source = seedwalk::test::kept_endpoint();
    const auto chain_now = [&] {
      return chain_of({{store::record_announcements{
          source, {}, net::msg::addr_list(entries.begin(), entries.end())}}});
    };
    const auto before = chain_now();
    RC_ASSERT(chain_now() == before);
    auto& changed = entries[*rc::gen::inRange<std::size_t>(0, entries.size())];
    const auto bit = *rc::gen::inRange(0, 16);
    switch (*rc::gen::inRange(0, 5)) {
    case 0:
      changed.time ^= 1u << bit;
      break;
    case 1:
      changed.services ^= 1ull << (4 * bit);
      break;
    case 2:
      changed.peer.port = static_cast<std::uint16_t>(changed.peer.port ^ 1 << bit);
      break;
    case 3:
      changed.peer
          .address[*rc::gen::inRange<std::size_t>(0, changed.peer.address_bytes().size())] ^=
          static_cast<std::uint8_t>(1 << bit % 8);
      break;
    default:
      entries.erase(entries.begin() + (&changed - entries.data()));
    }
    RC_ASSERT(chain_now() != before);
  }));
}

} // namespace
} // namespace seedwalk::sim
