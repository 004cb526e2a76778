#include <gtest/gtest.h>

#include "draw.hpp"
#include "store/keys.hpp"

namespace seedwalk::store {
namespace {

using namespace test;

TEST(store_keys, come_back_as_they_were) {
  EXPECT_TRUE(rc::check([] {
    const auto e = *any_endpoint();
    RC_ASSERT(parse_peer_key(peer_key(e)) == e);
    const auto queue = static_cast<dial_class>(*rc::gen::inRange(0, 4));
    const timestamp due{*rc::gen::inRange<std::int64_t>(0, 1ll << 40)};
    const auto tiebreak = *rc::gen::arbitrary<std::uint32_t>();
    const auto d = parse_due_key(due_key(queue, due, tiebreak, e));
    RC_ASSERT(d && d->queue == queue && d->due == due && d->tiebreak == tiebreak && d->peer == e);
    const auto netgroup = net::netgroup(e);
    const std::string group(netgroup.begin(), netgroup.end());
    const auto g = parse_group_key(group_key(group, tiebreak, e));
    RC_ASSERT(g && g->group == group && g->tiebreak == tiebreak && g->peer == e);
    const auto day = *rc::gen::arbitrary<std::uint32_t>();
    const auto number = *rc::gen::arbitrary<std::uint64_t>();
    const auto v = parse_visit_key(visit_key(day, e, number));
    RC_ASSERT(v && v->day == day && v->peer == e && v->number == number);
    RC_ASSERT(parse_day(inbound_key(day, number)) == day);
    RC_ASSERT(parse_number_key(key_kind::census, census_key(day)) == day);
  }));
}

TEST(store_keys, order_as_what_they_say) {
  EXPECT_TRUE(rc::check([] {
    const auto a = *any_endpoint();
    const auto b = *any_endpoint();
    RC_ASSERT((peer_key(a) < peer_key(b)) == (a < b));
    const timestamp early{*rc::gen::inRange<std::int64_t>(0, 1ll << 40)};
    const timestamp late{*rc::gen::inRange<std::int64_t>(0, 1ll << 40)};
    if (early < late)
      RC_ASSERT(due_key(dial_class::rest, early, 9, a) < due_key(dial_class::rest, late, 1, b));
  }));
}

TEST(store_keys, parsing_random_bytes_never_crashes) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    for (const auto kind : {key_kind::peer, key_kind::due, key_kind::group, key_kind::visit}) {
      const auto key = prefix(kind) + bytes;
      (void)parse_peer_key(key);
      (void)parse_due_key(key);
      (void)parse_group_key(key);
      (void)parse_visit_key(key);
      (void)parse_day(key);
    }
  }));
}

} // namespace
} // namespace seedwalk::store
