#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/gossip_filter.hpp"

namespace seedwalk::net {

namespace {

using namespace std::chrono_literals;

constexpr instant now{0s, 1'700'000'000s};

msg::addr_entry entry(const char* peer, std::int64_t time = 1'699'990'000) {
  return {time, 9, parse_endpoint(peer).value()};
}

TEST(gossip_filter, a_sane_routable_address_is_kept_as_claimed) {
  gossip_filter filter;
  const auto kept = filter.judge(entry("8.8.4.4:8333"), now);
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, (learned_address{parse_endpoint("8.8.4.4:8333").value(), 9, 1'699'990'000s,
                                    1'699'990'000s}));
  EXPECT_EQ(filter.counts().kept, 1u);
  EXPECT_EQ(filter.counts().time_mended, 0u);
}

TEST(gossip_filter, unroutable_addresses_are_refused_and_counted_by_reason) {
  gossip_filter filter;
  for (auto peer : {"127.0.0.1:8333", "10.0.0.1:8333", "10.0.0.2:8333", "8.8.4.4:22"})
    EXPECT_FALSE(filter.judge(entry(peer), now)) << peer;
  const std::map<routability, std::uint64_t> expected = {
      {routability::loopback, 1}, {routability::private_use, 2}, {routability::bad_port, 1}};
  EXPECT_EQ(filter.counts().unroutable, expected);
  EXPECT_EQ(filter.counts().kept, 0u);
}

TEST(gossip_filter, unroutable_ones_may_be_allowed_undialable_ones_may_not) {
  gossip_filter filter{{.allow_unroutable = true}};
  EXPECT_TRUE(filter.judge(entry("127.1.0.1:18444"), now));
  EXPECT_TRUE(filter.judge(entry("10.0.0.1:8333"), now));
  auto no_port = entry("127.0.0.1:8333");
  no_port.peer.port = 0;
  EXPECT_FALSE(filter.judge(no_port, now));
  auto old_tor = entry("127.0.0.1:8333");
  old_tor.peer.network = network_id::torv2;
  EXPECT_FALSE(filter.judge(old_tor, now));
}

TEST(gossip_filter, other_networks_are_not_this_crawls_business) {
  gossip_filter filter{{.networks = {network_id::ipv6}}};
  EXPECT_FALSE(filter.judge(entry("8.8.4.4:8333"), now));
  EXPECT_TRUE(filter.judge(entry("[2600::1]:8333"), now));
  EXPECT_EQ(filter.counts().other_network, 1u);
  filter.set_policy({.networks = {network_id::ipv4}});
  EXPECT_TRUE(filter.judge(entry("8.8.4.4:8333"), now));
}

TEST(gossip_filter, absurd_times_become_five_days_ago_and_stay_on_record) {
  const auto presumed = now.wall - 5 * 24h;
  struct {
    std::int64_t claimed;
    std::chrono::seconds seen;
  } cases[] = {
      {0, presumed},
      {100'000'000, presumed},
      {100'000'001, 100'000'001s},
      {1'700'000'600, 1'700'000'600s}, // Ten minutes ahead.
      {1'700'000'601, presumed},
      {0xffffffff, presumed},
  };
  for (const auto& c : cases) {
    gossip_filter filter;
    const auto kept = filter.judge(entry("8.8.4.4:8333", c.claimed), now);
    ASSERT_TRUE(kept) << c.claimed;
    EXPECT_EQ(kept->seen, c.seen) << c.claimed;
    EXPECT_EQ(kept->claimed.count(), c.claimed);
    EXPECT_EQ(filter.counts().time_mended, c.seen.count() != c.claimed ? 1u : 0u);
  }
}

TEST(gossip_filter, a_sane_time_is_never_trusted_beyond_ten_minutes_ahead) {
  EXPECT_TRUE(rc::check([](std::uint32_t claimed, std::uint32_t wall) {
    const std::chrono::seconds at{1'000'000'000 + std::int64_t{wall}};
    const auto seen = sane_time(std::chrono::seconds{claimed}, at);
    RC_ASSERT(seen <= at + 10min);
    RC_ASSERT(seen > 100'000'000s);
    RC_ASSERT(seen == std::chrono::seconds{claimed} || seen == at - 5 * 24h);
  }));
}

} // namespace

} // namespace seedwalk::net
