#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/peer_pool.hpp"

namespace seedwalk::actors {
namespace {

using net::direction;

constexpr auto phases = {pool_phase::imminent,           pool_phase::connecting,
                         pool_phase::awaiting_handshake, pool_phase::connected,
                         pool_phase::rejected,           pool_phase::saving};

net::endpoint peer(std::uint32_t address, std::uint16_t port) {
  return net::ipv4_endpoint(0x0a000000 + address, port);
}

/// What the pool counts, counted again from its entries.
void recount(const peer_pool& pool) {
  std::array<std::uint32_t, pool_phase_count> by_phase{};
  std::array<std::uint32_t, 3> live{};
  std::uint32_t held = 0;
  for (const auto& [key, entry] : pool.entries()) {
    ++by_phase[static_cast<std::size_t>(entry.phase)];
    if (!is_live(entry.phase))
      continue;
    ++live[static_cast<std::size_t>(entry.direction)];
    held += entry.hold ? 1 : 0;
  }
  for (const auto phase : phases)
    RC_ASSERT(pool.in_phase(phase) == by_phase[static_cast<std::size_t>(phase)]);
  for (const auto direction :
       {direction::outbound, direction::inbound, direction::inbound_over_capacity})
    RC_ASSERT(pool.live(direction) == live[static_cast<std::size_t>(direction)]);
  RC_ASSERT(pool.live() == live[0] + live[1] + live[2]);
  RC_ASSERT(pool.held() == held);
}

TEST(peer_pool, counts_equal_a_recount_after_any_commands) {
  EXPECT_TRUE(rc::check([] {
    peer_pool pool;
    const auto commands = *rc::gen::inRange(0, 80);
    for (int i = 0; i != commands; ++i) {
      const auto key =
          peer(*rc::gen::inRange<std::uint32_t>(0, 4), *rc::gen::inRange<std::uint16_t>(1, 4));
      const bool known = pool.entries().contains(key);
      switch (*rc::gen::inRange(0, 3)) {
      case 0: {
        pool_entry entry;
        entry.direction = *rc::gen::element(direction::outbound, direction::inbound,
                                            direction::inbound_over_capacity);
        entry.hold = *rc::gen::arbitrary<bool>();
        entry.phase = *rc::gen::element(pool_phase::imminent, pool_phase::awaiting_handshake);
        RC_ASSERT((pool.enter(key, entry) == nullptr) == known);
        break;
      }
      case 1:
        pool.leave(key);
        RC_ASSERT(pool.find(key) == nullptr);
        break;
      default:
        if (auto entry = pool.find(key)) {
          const auto from = entry->phase;
          const auto to = *rc::gen::elementOf(std::vector<pool_phase>{phases});
          if (may_follow(from, to)) {
            pool.move_on(*entry, to);
            RC_ASSERT(entry->phase == to);
          } else {
            RC_ASSERT_THROWS_AS(pool.move_on(*entry, to), std::logic_error);
            RC_ASSERT(entry->phase == from);
          }
        }
      }
      recount(pool);
    }
  }));
}

// The life of a connection once more, as a picture: a slot once given back is never taken again,
// and nobody connects twice.
TEST(peer_pool, a_phase_leads_to_the_drawn_ones_and_to_no_other) {
  //                                 to: imm con awa cnd rej sav
  constexpr std::string_view drawn = "     .   x   .   .   .   . "  // imminent
                                     "     .   .   x   .   x   x "  // connecting
                                     "     .   .   .   x   x   x "  // awaiting_handshake
                                     "     .   .   .   .   x   x "  // connected
                                     "     .   .   .   .   .   x "  // rejected
                                     "     .   .   .   .   .   . "; // saving
  std::string steps;
  for (const char c : drawn)
    if (c != ' ')
      steps += c;
  ASSERT_EQ(steps.size(), pool_phase_count * pool_phase_count);
  for (const auto from : phases)
    for (const auto to : phases)
      EXPECT_EQ(
          may_follow(from, to),
          steps[static_cast<std::size_t>(from) * pool_phase_count + static_cast<std::size_t>(to)] ==
              'x')
          << name_of(from) << " to " << name_of(to);
}

TEST(peer_pool, a_wrong_step_names_both_phases) {
  peer_pool pool;
  auto& entry = *pool.enter(peer(1, 1), {});
  try {
    pool.move_on(entry, pool_phase::connected);
    FAIL();
  } catch (const std::logic_error& e) {
    EXPECT_NE(std::string{e.what()}.find("imminent"), std::string::npos);
    EXPECT_NE(std::string{e.what()}.find("connected"), std::string::npos);
  }
}

/// The rule, looked up the slow way.
bool is_same_peer(const peer_pool& pool, const net::endpoint& key, const net::endpoint& identity,
                  const net::endpoint& other) {
  const auto& entry = pool.entries().at(other);
  return other != key && other.address == key.address && is_live(entry.phase) &&
         entry.phase != pool_phase::rejected && entry.identity.value_or(other) == identity;
}

TEST(peer_pool, the_other_connection_has_the_same_address_and_identity) {
  EXPECT_TRUE(rc::check([] {
    peer_pool pool;
    const auto size = *rc::gen::inRange(1, 8);
    for (int i = 0; i != size; ++i) {
      pool_entry entry;
      const auto address = *rc::gen::inRange<std::uint32_t>(0, 2);
      entry.phase = *rc::gen::elementOf(std::vector<pool_phase>{phases});
      if (*rc::gen::arbitrary<bool>())
        entry.identity = peer(address, *rc::gen::inRange<std::uint16_t>(1, 5));
      pool.enter(peer(address, *rc::gen::inRange<std::uint16_t>(1, 5)), entry);
    }
    const auto key = peer(*rc::gen::inRange<std::uint32_t>(0, 2), 3);
    auto identity = key;
    identity.port = *rc::gen::inRange<std::uint16_t>(1, 5);
    const auto found = pool.other_connection(key, identity);
    bool any = false;
    for (const auto& [other, entry] : pool.entries())
      any = any || is_same_peer(pool, key, identity, other);
    RC_ASSERT(found.has_value() == any);
    if (found)
      RC_ASSERT(is_same_peer(pool, key, identity, *found));
  }));
}

TEST(peer_pool, both_sides_keep_the_same_of_two_crossing_connections) {
  EXPECT_TRUE(rc::check([](std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
    pool_entry one;
    one.nonce_smaller = std::min(a, b);
    one.nonce_larger = std::max(a, b);
    pool_entry two;
    two.nonce_smaller = std::min(c, d);
    two.nonce_larger = std::max(c, d);
    RC_PRE(one.nonce_smaller != two.nonce_smaller || one.nonce_larger != two.nonce_larger);
    // No matter which one a side heard of first: the answer is the same.
    RC_ASSERT(first_stays(one, two) != first_stays(two, one));
    RC_ASSERT(one.nonce_smaller >= two.nonce_smaller || first_stays(one, two));
  }));
}

TEST(peer_pool, only_live_entries_that_connected_are_silent) {
  peer_pool pool;
  std::uint16_t port = 1;
  for (const auto phase : phases) {
    pool_entry entry;
    entry.phase = phase;
    entry.last_seen = std::chrono::seconds{10};
    pool.enter(peer(1, port++), entry);
  }
  EXPECT_TRUE(pool.silent_since(std::chrono::seconds{9}).empty());
  EXPECT_EQ(pool.silent_since(std::chrono::seconds{10}),
            (std::vector{peer(1, 3), peer(1, 4), peer(1, 5)}));
}

} // namespace
} // namespace seedwalk::actors
