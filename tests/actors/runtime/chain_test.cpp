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

store::record_announcements some_announcements() {
  store::record_announcements result;
  result.source = seedwalk::test::kept_endpoint();
  const auto count = *rc::gen::inRange<std::size_t>(1, 60);
  while (result.announcements.size() != count)
    seedwalk::test::draw(result.announcements.emplace_back());
  return result;
}

/// Announcements take a path of their own into the chain: any change of one of them must show.
TEST(chain, sees_a_change_in_any_announcement) {
  EXPECT_TRUE(rc::check([] {
    auto announcements = some_announcements();
    const auto before = chain_of({{announcements}});
    RC_ASSERT(chain_of({{announcements}}) == before);
    auto& changed =
        announcements
            .announcements[*rc::gen::inRange<std::size_t>(0, announcements.announcements.size())];
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
      announcements.announcements.erase(announcements.announcements.begin() +
                                        (&changed - announcements.announcements.data()));
    }
    RC_ASSERT(chain_of({{announcements}}) != before);
  }));
}

} // namespace
} // namespace seedwalk::sim
