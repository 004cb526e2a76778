#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/ban_table.hpp"
#include "net/base/text_pattern.hpp"

namespace seedwalk::actors {
namespace {

using store::timestamp;

/// Few, in few subnets, so that bans overlap, and several subnets of one length are banned at once.
constexpr std::uint32_t hosts[] = {0x0a000000, 0x0a000001, 0x0a0000ff, 0x0a000100,
                                   0x0a000101, 0x0a010000, 0x0b000000};

net::endpoint drawn_peer() {
  return net::ipv4_endpoint(*rc::gen::elementOf(std::vector(std::begin(hosts), std::end(hosts))),
                            *rc::gen::inRange<std::uint16_t>(1, 3));
}

store::ban_target drawn_target() {
  switch (*rc::gen::inRange(0, 3)) {
  case 0:
    return drawn_peer();
  case 1:
    return store::subnet_of(drawn_peer(),
                            *rc::gen::weightedElement<std::uint16_t>(
                                {{1, 0}, {1, 8}, {3, 23}, {6, 24}, {6, 31}, {6, 32}}));
  default:
    return store::user_agent_pattern{*rc::gen::element<std::string>("*Spy*", "/A:?/", "/B/")};
  }
}

/// The table as it would be written if it could be slow: a list.
struct slow_table {
  std::vector<store::ban_record> bans;

  void lift(const store::ban_target& target) {
    std::erase_if(bans, [&](const auto& b) { return b.target == target; });
  }
  bool forbids(const net::endpoint& peer, timestamp now) const {
    return std::any_of(bans.begin(), bans.end(), [&](const auto& b) {
      const auto subnet = std::get_if<store::subnet>(&b.target);
      return store::in_force(b, now) &&
             (b.target == store::ban_target{peer} || (subnet && store::contains(*subnet, peer)));
    });
  }
  bool forbids_agent(std::string_view agent, timestamp now) const {
    return std::any_of(bans.begin(), bans.end(), [&](const auto& b) {
      const auto pattern = std::get_if<store::user_agent_pattern>(&b.target);
      return store::in_force(b, now) && pattern && net::matches_pattern(agent, pattern->pattern);
    });
  }
};

TEST(ban_table, does_what_a_list_of_bans_does) {
  EXPECT_TRUE(rc::check([] {
    ban_table table;
    slow_table model;
    const auto commands = *rc::gen::inRange(0, 60);
    timestamp now{1'000};
    for (int i = 0; i != commands; ++i) {
      now += std::chrono::seconds{*rc::gen::inRange(0, 20)};
      const auto target = drawn_target();
      switch (*rc::gen::inRange(0, 4)) {
      case 0:
      case 1: {
        const auto lasts = std::chrono::seconds{*rc::gen::inRange(0, 40)};
        const store::ban_record ban{target, "why", now,
                                    lasts.count() == 0 ? store::never : now + lasts};
        RC_ASSERT(!table.add(ban));
        model.lift(target);
        model.bans.push_back(ban);
        break;
      }
      case 2: {
        const bool known = std::any_of(model.bans.begin(), model.bans.end(),
                                       [&](const auto& b) { return b.target == target; });
        RC_ASSERT(table.lift(target) == known);
        model.lift(target);
        break;
      }
      default: {
        auto ended = table.expire(now);
        for (const auto& t : ended)
          model.lift(t);
        for (const auto& ban : model.bans)
          RC_ASSERT(store::in_force(ban, now));
      }
      }
      RC_ASSERT(table.all().size() == model.bans.size());
      for (const auto host : hosts)
        for (const std::uint16_t port : {1, 2}) {
          const auto peer = net::ipv4_endpoint(host, port);
          RC_ASSERT((table.forbids(peer, now) != nullptr) == model.forbids(peer, now));
        }
      for (const auto agent : {"/I Spy/", "/A:1/", "/B/", ""})
        RC_ASSERT((table.forbids_agent(agent, now) != nullptr) == model.forbids_agent(agent, now));
    }
  }));
}

TEST(ban_table, full_the_first_to_end_gives_way_and_never_an_operators) {
  ban_table table;
  const auto target = [](std::size_t i) {
    return net::ipv4_endpoint(static_cast<std::uint32_t>(i + 1), 1);
  };
  const timestamp now{1'000};
  table.add({target(0), "operator", now, store::never});
  for (std::size_t i = 1; i != ban_table::max_bans; ++i)
    table.add({target(i), "misbehaved", now, now + std::chrono::seconds{1 + (i * 7'919) % 99'991}});
  ASSERT_EQ(table.all().size(), ban_table::max_bans);
  store::timestamp before{0};
  for (std::size_t i = 0; i != 1'000; ++i) {
    const auto gone = table.add(
        {target(ban_table::max_bans + i), "misbehaved", now, now + std::chrono::hours{1'000}});
    ASSERT_TRUE(gone);
    EXPECT_LE(before, gone->until);
    EXPECT_NE(gone->until, store::never);
    before = gone->until;
  }
  EXPECT_EQ(table.all().size(), ban_table::max_bans);
  EXPECT_TRUE(table.forbids(target(0), now));
}

} // namespace
} // namespace seedwalk::actors
