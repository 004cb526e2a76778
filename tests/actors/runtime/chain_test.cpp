#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/runtime/chain.hpp"
#include "store/batch.hpp"
#include "tests/net/base/generators.hpp"

namespace seedwalk::sim {
namespace {

std::uint64_t chain_of(const store::batch& what) {
  chain result;
  chain_writer{result}(what);
  return result.value();
}

store::record_claims some_claims() {
  store::record_claims result;
  result.source = seedwalk::test::kept_endpoint();
  const auto count = *rc::gen::inRange<std::size_t>(1, 60);
  while (result.claims.size() != count)
    seedwalk::test::draw(result.claims.emplace_back());
  return result;
}

/// Claims take a way of their own into the chain: whatever is changed in one of them must show.
TEST(chain, sees_a_change_in_any_claim) {
  EXPECT_TRUE(rc::check([] {
    auto claims = some_claims();
    const auto before = chain_of({{claims}});
    RC_ASSERT(chain_of({{claims}}) == before);
    auto& changed = claims.claims[*rc::gen::inRange<std::size_t>(0, claims.claims.size())];
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
      claims.claims.erase(claims.claims.begin() + (&changed - claims.claims.data()));
    }
    RC_ASSERT(chain_of({{claims}}) != before);
  }));
}

} // namespace
} // namespace seedwalk::sim
