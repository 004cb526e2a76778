#include <array>
#include <map>
#include <ostream>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/state.h>

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

/// What a pool should be: a map, and counts that are made anew each time.
struct pool_model {
  struct known {
    pool_phase phase = pool_phase::imminent;
    net::direction direction = direction::outbound;
    bool hold = false;
  };
  std::map<net::endpoint, known> entries;
};

void compare(const pool_model& expected, const peer_pool& pool) {
  std::array<std::uint32_t, pool_phase_count> by_phase{};
  std::array<std::uint32_t, 3> live{};
  std::uint32_t held = 0;
  RC_ASSERT(pool.size() == expected.entries.size());
  for (const auto& [key, entry] : expected.entries) {
    const auto* found = pool.find(key);
    RC_ASSERT(found != nullptr);
    RC_ASSERT(found->phase == entry.phase);
    RC_ASSERT(found->direction == entry.direction);
    RC_ASSERT(found->hold == entry.hold);
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

/// A command to a pool, about one of few endpoints.
struct pool_command : rc::state::Command<pool_model, peer_pool> {
  net::endpoint key =
      peer(*rc::gen::inRange<std::uint32_t>(0, 4), *rc::gen::inRange<std::uint16_t>(1, 4));

  void run(const pool_model& before, peer_pool& pool) const final {
    ask(before, pool);
    compare(nextState(before), pool);
  }
  virtual void ask(const pool_model& before, peer_pool& pool) const = 0;
};

struct enter final : pool_command {
  pool_model::known made{
      *rc::gen::element(pool_phase::imminent, pool_phase::awaiting_handshake),
      *rc::gen::element(direction::outbound, direction::inbound, direction::inbound_over_capacity),
      *rc::gen::arbitrary<bool>()};

  void apply(pool_model& m) const override { m.entries.emplace(key, made); }
  void ask(const pool_model& before, peer_pool& pool) const override {
    pool_entry entry;
    entry.phase = made.phase;
    entry.direction = made.direction;
    entry.hold = made.hold;
    RC_ASSERT((pool.enter(key, entry) == nullptr) == before.entries.contains(key));
  }
  void show(std::ostream& out) const override {
    out << "enter " << net::to_string(key) << " " << name_of(made.phase)
        << (made.hold ? ", to hold" : "");
  }
};

struct leave final : pool_command {
  void apply(pool_model& m) const override { m.entries.erase(key); }
  void ask(const pool_model&, peer_pool& pool) const override { pool.leave(key); }
  void show(std::ostream& out) const override { out << "leave " << net::to_string(key); }
};

struct move_on final : pool_command {
  pool_phase to = *rc::gen::elementOf(std::vector<pool_phase>{phases});

  void checkPreconditions(const pool_model& m) const override { RC_PRE(m.entries.contains(key)); }
  void apply(pool_model& m) const override {
    if (auto& entry = m.entries.at(key); may_follow(entry.phase, to))
      entry.phase = to;
  }
  void ask(const pool_model& before, peer_pool& pool) const override {
    auto& entry = *pool.find(key);
    if (may_follow(before.entries.at(key).phase, to))
      pool.move_on(entry, to);
    else
      RC_ASSERT_THROWS_AS(pool.move_on(entry, to), std::logic_error);
  }
  void show(std::ostream& out) const override {
    out << "move " << net::to_string(key) << " on to " << name_of(to);
  }
};

TEST(peer_pool, counts_equal_a_recount_after_any_commands) {
  EXPECT_TRUE(rc::check([] {
    peer_pool pool;
    rc::state::check(pool_model{}, pool,
                     rc::state::gen::execOneOfWithArgs<enter, leave, move_on>());
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

TEST(peer_pool, the_other_connections_have_the_same_address_and_identity) {
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
    std::vector<net::endpoint> expected;
    for (const auto& [other, entry] : pool.entries())
      if (is_same_peer(pool, key, identity, other))
        expected.push_back(other);
    RC_ASSERT(pool.other_connections(key, identity) == expected);
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
