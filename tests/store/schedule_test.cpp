#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "draw.hpp"
#include "store/schedule.hpp"

namespace seedwalk::store {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const schedule_options defaults;

struct history {
  peer_record r;
  store::placement placement{dial_class::fresh, start};
  timestamp now = start;

  history() { r.first_heard = r.announced_time = start; }

  void visit(net::outcome outcome, net::stage stage, net::blame blame = net::blame::peer) {
    const auto v = visit_at(now, outcome, stage, blame);
    count_visit(r, v, defaults);
    placement = place_visited(peer(1), r, v, defaults, 7);
    r.queue = placement.queue;
    r.due = placement.due;
  }
  void succeed() { visit(net::outcome::complete, net::stage::addresses); }
  void fail() { visit(net::outcome::connect_timeout, net::stage::dialling); }
  void expect_in(dial_class queue, seconds interval) const {
    EXPECT_EQ(placement.queue, queue);
    EXPECT_GE(placement.due - now, interval - interval / 10);
    EXPECT_LE(placement.due - now, interval + interval / 10);
  }
};

TEST(store_schedule, live_ones_are_seen_within_ten_percent_of_an_hour) {
  std::set<timestamp> dues;
  for (int i = 0; i != 50; ++i) {
    history h;
    h.r.tries = static_cast<std::uint32_t>(i);
    h.succeed();
    h.expect_in(dial_class::live, hours{1});
    dues.insert(h.placement.due);
  }
  EXPECT_GT(dues.size(), 20u) << "the offset is drawn anew each time";
}

TEST(store_schedule, failures_back_off_and_leave_the_live_class_after_a_week) {
  history h;
  h.succeed();
  const seconds steps[] = {hours{1},      hours{4},      hours{12},     hours{24},
                           hours{24 * 3}, hours{24 * 7}, hours{24 * 7}, hours{24 * 7}};
  for (const auto step : steps) {
    h.now = h.placement.due;
    h.fail();
    const bool live = h.now - start < hours{24 * 7};
    h.expect_in(live ? dial_class::live : dial_class::rest, step);
  }
  h.now = start + hours{24 * 31};
  h.fail();
  EXPECT_EQ(h.placement.queue, dial_class::dormant);
  h.now += hours{1};
  h.succeed();
  h.expect_in(dial_class::live, hours{1});
  EXPECT_EQ(h.r.failures, 0u);
}

TEST(store_schedule, who_was_visited_is_due_again_after_the_shortest_interval_or_later) {
  EXPECT_EQ(shortest_interval(defaults), minutes{54});
  EXPECT_TRUE(rc::check([] {
    schedule_options o;
    const auto interval = [] { return seconds{*rc::gen::inRange(0, 10'000)}; };
    o.live_interval = interval();
    o.first_tries_interval = interval();
    for (auto& step : o.backoff)
      step = interval();
    o.jitter_percent = *rc::gen::inRange(0u, 51u);
    peer_record r;
    r.first_heard = r.announced_time = start;
    for (int tries = *rc::gen::inRange(1, 20); tries > 0; --tries) {
      const bool success = *rc::gen::arbitrary<bool>();
      const auto v = success ? visit_at(start, net::outcome::complete, net::stage::addresses)
                             : visit_at(start, net::outcome::connect_timeout, net::stage::dialling);
      count_visit(r, v, o);
      const auto placed = place_visited(peer(1), r, v, o, 7);
      RC_ASSERT(placed.queue == dial_class::dormant || placed.due >= start + shortest_interval(o));
    }
  }));
}

TEST(store_schedule, closed_before_version_is_free_twice_and_then_a_failure) {
  history h;
  h.succeed();
  const auto tries = h.r.tries;
  const auto averages = h.r.averages;
  for (const auto wait : {minutes{5}, minutes{30}}) {
    h.now = h.placement.due;
    h.visit(net::outcome::closed_before_version, net::stage::connected);
    EXPECT_EQ(h.placement.due - h.now, wait);
    EXPECT_EQ(h.placement.queue, dial_class::live);
    EXPECT_EQ(h.r.tries, tries);
    EXPECT_EQ(h.r.averages, averages);
  }
  h.now = h.placement.due;
  h.visit(net::outcome::closed_before_version, net::stage::connected);
  EXPECT_EQ(h.r.tries, tries + 1);
  EXPECT_EQ(h.r.failures, 1u);
  h.expect_in(dial_class::live, hours{1});
}

TEST(store_schedule, only_what_is_the_peers_doing_counts_against_it) {
  EXPECT_TRUE(rc::check([] {
    history h;
    if (*rc::gen::arbitrary<bool>())
      h.succeed();
    const auto before = h.r;
    const auto blame = *rc::gen::element(net::blame::local, net::blame::cancelled);
    h.now += hours{2};
    h.visit(*any_outcome(), *rc::gen::element(net::stage::dialling, net::stage::connected), blame);
    RC_ASSERT(h.r.tries == before.tries);
    RC_ASSERT(h.r.successes == before.successes);
    RC_ASSERT(h.r.failures == before.failures);
    RC_ASSERT(h.r.averages == before.averages);
    RC_ASSERT(good(h.r) == good(before));
    RC_ASSERT(h.placement.queue == before.queue);
    if (blame == net::blame::cancelled)
      RC_ASSERT(h.placement.due == before.due);
    else
      RC_ASSERT(h.placement.due >= h.now + defaults.local_retry);
  }));
}

TEST(store_schedule, nothing_but_a_cancelled_visit_stays_due) {
  EXPECT_TRUE(rc::check([] {
    auto r = *any_peer_record();
    for (auto* t : {&r.first_heard, &r.last_heard, &r.announced_time, &r.due, &r.first_success,
                    &r.last_success, &r.last_try, &r.last_counted, &r.last_getaddr})
      *t = timestamp{*rc::gen::inRange<std::int64_t>(0, start.count())};
    const auto v = visit_at(start, *any_outcome(), *any_stage(),
                            *rc::gen::element(net::blame::peer, net::blame::local));
    r.tries %= 1'000'000;
    r.successes %= 1'000'000;
    r.failures %= 1'000'000;
    count_visit(r, v, defaults);
    const auto placed = place_visited(peer(1), r, v, defaults, 7);
    RC_ASSERT(placed.queue == dial_class::dormant || placed.due > start);
    RC_ASSERT(placed == place_visited(peer(1), r, v, defaults, 7));
    if (reached(v.stage))
      RC_ASSERT(placed.queue == dial_class::live);
  }));
}

TEST(store_schedule, insane_announced_times_are_five_days_old) {
  const auto five_days_ago = start - hours{24 * 5};
  const auto at = [](timestamp t) { return static_cast<std::uint32_t>(t.count()); };
  EXPECT_EQ(sane_announced_time(0, start), five_days_ago);
  EXPECT_EQ(sane_announced_time(100'000'000, start), five_days_ago);
  EXPECT_EQ(sane_announced_time(100'000'001, start), timestamp{100'000'001});
  EXPECT_EQ(sane_announced_time(at(start + minutes{10}), start), start + minutes{10});
  EXPECT_EQ(sane_announced_time(at(start + minutes{10}) + 1, start), five_days_ago);
  EXPECT_EQ(sane_announced_time(UINT32_MAX, start), five_days_ago);
}

TEST(store_peer_record, seedable_asks_for_all_that_dns_seeds_ask_for) {
  const seed_policy policy;
  history h;
  auto v = visit_at(start, net::outcome::complete, net::stage::verack);
  v.version = version_record{};
  v.version->services = 1;
  v.version->protocol_version = 70'016;
  count_visit(h.r, v, defaults);
  const auto ok = h.r;
  EXPECT_TRUE(seedable(peer(1), ok, start, policy));
  auto other_port = peer(1);
  other_port.port = 8334;
  EXPECT_FALSE(seedable(other_port, ok, start, policy));
  auto r = ok;
  r.version->services = 8;
  EXPECT_FALSE(seedable(peer(1), r, start, policy));
  r = ok;
  r.version->protocol_version = 70'000;
  EXPECT_FALSE(seedable(peer(1), r, start, policy));
  seed_policy tall = policy;
  tall.start_height = 1;
  EXPECT_FALSE(seedable(peer(1), ok, start, tall));
  EXPECT_FALSE(seedable(peer(1), ok, start + hours{25}, policy));
  r = ok;
  r.last->stage = net::stage::version;
  EXPECT_FALSE(seedable(peer(1), r, start, policy));
  r = ok;
  r.tries = 4;
  EXPECT_FALSE(seedable(peer(1), r, start, policy)) << "not reliable by score";
  auto i2p = peer(1);
  i2p.network = net::network_id::i2p;
  i2p.port = 0;
  EXPECT_TRUE(seedable(i2p, ok, start, policy));
}

TEST(store_ban_record, a_subnet_contains_what_shares_its_bits) {
  EXPECT_TRUE(rc::check([] {
    const auto a = *any_endpoint();
    auto b = a;
    const auto size = net::address_size(a.network) * 8;
    const auto bits = *rc::gen::inRange<std::size_t>(0, size);
    const auto s = subnet_of(a, static_cast<std::uint16_t>(bits));
    RC_ASSERT(contains(s, a));
    b.address[bits / 8] ^= static_cast<std::uint8_t>(0x80u >> bits % 8);
    b.port = *rc::gen::arbitrary<std::uint16_t>();
    RC_ASSERT(contains(s, b)); // The first bit beyond.
    RC_ASSERT(!contains(subnet_of(a, static_cast<std::uint16_t>(bits + 1)), b));
    RC_ASSERT(subnet_of(b, static_cast<std::uint16_t>(bits)) == s);
  }));
}

TEST(store_schedule, a_record_says_by_which_way_it_was_visited_last) {
  peer_record r;
  auto v = visit_at(start, net::outcome::complete, net::stage::addresses);
  v.via = transport::socks;
  count_visit(r, v, defaults);
  EXPECT_EQ(r.last->via, transport::socks);
  v.via = transport::sam;
  count_visit(r, v, defaults);
  EXPECT_EQ(r.last->via, transport::sam);
}

TEST(store_schedule, a_record_says_how_it_is_known_that_a_peer_offers_bip324) {
  peer_record r;
  EXPECT_EQ(offers_v2(r), v2_offer::none);
  r.announced_services = 0x409;
  EXPECT_EQ(offers_v2(r), v2_offer::none);
  r.announced_services = 0xc09;
  EXPECT_EQ(offers_v2(r), v2_offer::gossip);
  auto v = visit_at(start, net::outcome::complete, net::stage::addresses);
  v.version.emplace().services = 0x409;
  count_visit(r, v, defaults);
  EXPECT_EQ(offers_v2(r), v2_offer::gossip) << "others still say so";
  v.version->services = 0xc09;
  count_visit(r, v, defaults);
  EXPECT_EQ(offers_v2(r), v2_offer::version);
  EXPECT_EQ(r.v2, v2_history{});
  v.ended += hours{1};
  v.features = static_cast<std::uint32_t>(feature::p2p_v2);
  count_visit(r, v, defaults);
  EXPECT_EQ(offers_v2(r), v2_offer::spoken);
  EXPECT_EQ(r.v2.last_spoken, v.ended);
  v.ended += hours{1};
  v.features = static_cast<std::uint32_t>(feature::v2_fallback);
  count_visit(r, v, defaults);
  EXPECT_EQ(offers_v2(r), v2_offer::version) << "the last success was spoken otherwise";
  EXPECT_EQ(r.v2.last_fallback, v.ended);
  EXPECT_EQ(r.v2.last_spoken, v.ended - hours{1});
  // Who was not reached has not spoken it.
  auto failed = visit_at(v.ended + hours{1}, net::outcome::reset, net::stage::version);
  failed.features = static_cast<std::uint32_t>(feature::p2p_v2);
  count_visit(r, failed, defaults);
  EXPECT_EQ(r.v2.last_spoken, v.ended - hours{1});
}

TEST(store_schedule, the_chain_that_a_peer_showed_stays_until_it_shows_another) {
  peer_record r;
  auto v = visit_at(start, net::outcome::complete, net::stage::addresses);
  count_visit(r, v, defaults);
  EXPECT_EQ(r.chain, std::nullopt);
  const header_chain shown{start, 800'000, block_hash{1, 2, 3}};
  v.chain = shown;
  count_visit(r, v, defaults);
  v.chain.reset();
  count_visit(r, v, defaults);
  EXPECT_EQ(r.chain, shown);
  v.chain = header_chain{start + hours{1}, 800'000, std::nullopt};
  count_visit(r, v, defaults);
  EXPECT_EQ(r.chain, v.chain);
}

} // namespace
} // namespace seedwalk::store
