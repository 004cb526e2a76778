#include <gtest/gtest.h>

#include "actors/crawl/peer_messages.hpp"
#include "tests/chaos/guest.hpp"
#include "tests/chaos/held_world.hpp"

namespace seedwalk::test {
namespace {

using actors::subscription_ended;
using std::chrono::seconds;

constexpr std::uint32_t all_nodes = 24;

/// A crawler that holds `all_nodes` honest nodes, and somebody who asks its manager.
struct asked_world {
  explicit asked_world(actors::crawl_recipe recipe) : w(5, all_nodes, holding(std::move(recipe))) {
    w.crawler.start();
    manager = w.crawler.manager();
  }

  static actors::crawl_recipe holding(actors::crawl_recipe recipe) {
    recipe.config.run.hold = all_nodes;
    return recipe;
  }

  net::owner spawn(pool_probe::environment& heard, const char* name) {
    return net::spawn<pool_probe>(w.inside, heard, name);
  }

  bool run_until_held() {
    return w.driver.run(
        [this] {
          return w.crawler.pool() &&
                 w.crawler.pool()->in_phase(actors::pool_phase::connected) == all_nodes;
        },
        seconds{600});
  }

  void pass(seconds time) {
    w.driver.run([] { return false; }, w.world.now().steady + time);
  }

  /// The same, while a visitor does what is due.
  void pass(seconds time, guest& visitor) {
    w.driver.run(
        [&] {
          visitor.act();
          return false;
        },
        w.world.now().steady + time);
  }

  /// Broadcasts; what the manager says when all have answered.
  actors::broadcast_done broadcast(pool_probe::environment& heard, actors::broadcast wanted) {
    heard.broadcast.reset();
    w.inside.send(manager, std::move(wanted));
    w.driver.run([&] { return heard.broadcast.has_value(); }, w.world.now().steady + seconds{60});
    return heard.broadcast.value_or(actors::broadcast_done{});
  }

  held_world w;
  net::owner manager;
};

TEST(subscriber, a_slow_one_is_cut_off_and_told_so_and_others_hear_everything) {
  constexpr std::uint32_t credit = 5;
  pool_probe::environment slow;
  slow.mailbox_max = credit; // More would be a violation, however long it does not come round.
  pool_probe::environment quick;
  asked_world a(pool_recipe());
  const auto slow_one = a.spawn(slow, "slow");
  a.w.inside.send(a.manager, actors::subscribe{slow_one, credit});
  const auto quick_one = a.spawn(quick, "quick");
  a.w.inside.send(a.manager, actors::subscribe{quick_one, actors::subscribe::max_credit});
  ASSERT_TRUE(a.run_until_held());
  ASSERT_EQ(slow.events.size(), credit);
  EXPECT_TRUE(std::holds_alternative<subscription_ended>(slow.events.back()));
  for (std::size_t i = 0; i + 1 != credit; ++i)
    EXPECT_FALSE(std::holds_alternative<subscription_ended>(slow.events[i]));
  event_referee referee;
  for (const auto& event : quick.events)
    referee.hear(event);
  EXPECT_EQ(referee.problems(), std::vector<std::string>{});
  EXPECT_EQ(referee.open(), all_nodes);
  EXPECT_TRUE(a.w.world.violations().empty()) << a.w.world.violations().front();

  // Asking again is all that it takes to hear again.
  a.w.inside.send(a.manager, actors::subscribe{slow_one, credit});
  a.w.inside.send(a.w.crawler.pool()->entries().begin()->second.connection,
                  actors::disconnect_peer{net::outcome::cancelled});
  a.pass(seconds{1});
  EXPECT_GT(slow.events.size(), credit);
}

TEST(subscriber, who_unsubscribes_hears_no_more) {
  pool_probe::environment heard;
  asked_world a(pool_recipe());
  const auto listener = a.spawn(heard, "listener");
  a.w.inside.send(a.manager, actors::subscribe{listener, 1'000});
  a.w.inside.send(a.manager, actors::unsubscribe{listener});
  ASSERT_TRUE(a.run_until_held());
  EXPECT_TRUE(heard.events.empty());
}

TEST(broadcast, all_are_sent_the_same_buffer) {
  pool_probe::environment heard;
  asked_world a(pool_recipe());
  const auto asker = a.spawn(heard, "asker");
  ASSERT_TRUE(a.run_until_held());
  a.pass(seconds{30});
  std::set<const std::uint8_t*> buffers;
  std::uint32_t writes = 0;
  a.w.crawler.door().written = [&](net::connection_id, net::byte_view data) {
    buffers.insert(data.data());
    ++writes;
  };
  actors::broadcast wanted;
  wanted.from = asker;
  wanted.message = net::msg::sendheaders{};
  const auto done = a.broadcast(heard, wanted);
  a.w.crawler.door().written = {};
  EXPECT_EQ(done.sent, all_nodes);
  EXPECT_TRUE(done.failed.empty());
  EXPECT_EQ(writes, all_nodes);
  EXPECT_EQ(buffers.size(), 1u) << "copied";
}

TEST(broadcast, those_that_could_not_be_sent_to_are_named) {
  pool_probe::environment heard;
  asked_world a(pool_recipe());
  const auto asker = a.spawn(heard, "asker");
  ASSERT_TRUE(a.run_until_held());
  // Their connections have been told to end, and the manager does not know it yet.
  std::set<net::endpoint> leaving;
  for (const auto& [key, entry] : a.w.crawler.pool()->entries()) {
    if (leaving.size() == 3)
      break;
    leaving.insert(key);
    a.w.inside.send(entry.connection, actors::disconnect_peer{net::outcome::cancelled});
  }
  actors::broadcast ping;
  ping.from = asker;
  const auto done = a.broadcast(heard, ping);
  EXPECT_EQ(done.sent, all_nodes - leaving.size());
  EXPECT_EQ((std::set<net::endpoint>(done.failed.begin(), done.failed.end())), leaving);
}

TEST(broadcast, a_filter_chooses_by_direction_network_and_user_agent) {
  auto recipe = pool_recipe();
  auto listens = host_address(1);
  listens.port = 18'444;
  recipe.config.peers.listen = {listens};
  pool_probe::environment heard;
  asked_world a(recipe);
  const auto asker = a.spawn(heard, "asker");
  ASSERT_TRUE(a.run_until_held());
  guest visitor(a.w.internet, host_address(50), listens, 1);
  a.w.driver.run(
      [&] {
        visitor.act();
        return a.w.crawler.pool()->in_phase(actors::pool_phase::connected) == all_nodes + 1;
      },
      a.w.world.now().steady + seconds{30});
  const auto sent = [&](actors::peer_filter to) {
    actors::broadcast ping;
    ping.from = asker;
    ping.to = std::move(to);
    return a.broadcast(heard, ping).sent;
  };
  EXPECT_EQ(sent({}), all_nodes + 1);
  EXPECT_EQ(sent({net::direction::inbound, {}, {}}), 1u);
  EXPECT_EQ(sent({net::direction::outbound, {}, {}}), all_nodes);
  EXPECT_EQ(sent({{}, net::network_id::ipv4, {}}), all_nodes + 1);
  EXPECT_EQ(sent({{}, net::network_id::ipv6, {}}), 0u);
  EXPECT_EQ(sent({{}, {}, "/guest/"}), 1u);
  EXPECT_EQ(sent({net::direction::outbound, {}, "/guest/"}), 0u);
}

TEST(inbound, over_capacity_is_greeted_and_then_sent_away_and_nobody_else_is) {
  auto recipe = pool_recipe();
  auto listens = host_address(1);
  listens.port = 18'444;
  recipe.config.peers.listen = {listens};
  recipe.config.limits.max_inbound = 2;
  recipe.config.limits.over_capacity = 1;
  asked_world a(recipe);
  ASSERT_TRUE(a.run_until_held());
  std::vector<std::unique_ptr<guest>> guests;
  const auto arrive = [&](std::uint8_t n) {
    guests.push_back(std::make_unique<guest>(a.w.internet, host_address(n), listens, n));
  };
  const auto pass = [&](seconds time) {
    a.w.driver.run(
        [&] {
          a.w.oracle.look();
          for (auto& g : guests)
            g->act();
          return false;
        },
        a.w.world.now().steady + time);
  };
  arrive(50);
  arrive(51);
  pass(seconds{5});
  arrive(52);
  pass(seconds{5});
  for (int i = 0; i != 2; ++i) {
    EXPECT_TRUE(guests[i]->heard("verack"));
    EXPECT_FALSE(guests[i]->gone);
  }
  // The third learns that we live, and is told goodbye.
  EXPECT_TRUE(guests[2]->heard("version"));
  EXPECT_TRUE(guests[2]->heard("verack"));
  EXPECT_TRUE(guests[2]->said_goodbye);
  // A slot that is free again is given to the next.
  guests[0]->leave();
  pass(seconds{5});
  arrive(53);
  pass(seconds{5});
  EXPECT_TRUE(guests[3]->heard("verack"));
  EXPECT_FALSE(guests[3]->gone);
  EXPECT_FALSE(guests[1]->gone);
  EXPECT_EQ(a.w.oracle.problems(), std::vector<std::string>{});
}

TEST(inbound, no_service_is_offered_and_only_pings_are_answered) {
  auto recipe = pool_recipe();
  auto listens = host_address(1);
  listens.port = 18'444;
  recipe.config.peers.listen = {listens};
  asked_world a(recipe);
  ASSERT_TRUE(a.run_until_held());
  guest visitor(a.w.internet, host_address(50), listens, 1);
  a.pass(seconds{5}, visitor);
  ASSERT_TRUE(visitor.heard("verack"));
  visitor.commands.clear();
  visitor.say(net::msg::getaddr{});
  visitor.say(net::msg::ping{7});
  a.pass(seconds{5}, visitor);
  EXPECT_EQ(visitor.commands, std::vector<std::string>{"pong"});
}

TEST(reaper, who_talks_and_answers_no_ping_is_sent_away) {
  auto recipe = pool_recipe();
  auto listens = host_address(1);
  listens.port = 18'444;
  recipe.config.peers.listen = {listens};
  // The connection itself hears bytes all the time, and would wait an hour for the pong.
  recipe.config.keep_alive.ping_every = seconds{5};
  recipe.config.keep_alive.ping_timeout = seconds{3'600};
  recipe.config.keep_alive.inactivity = seconds{20};
  asked_world a(recipe);
  ASSERT_TRUE(a.run_until_held());
  guest talker(a.w.internet, host_address(50), listens, 1);
  const auto talk = [&](int times) {
    for (int i = 0; i != times; ++i) {
      a.pass(seconds{1}, talker);
      talker.say(net::msg::sendheaders{});
    }
  };
  talk(15);
  EXPECT_FALSE(talker.gone);
  talk(15);
  EXPECT_TRUE(talker.gone);
  EXPECT_EQ(a.w.crawler.pool()->in_phase(actors::pool_phase::connected), all_nodes);
}

TEST(pool, its_snapshot_agrees_with_itself_and_with_what_happened) {
  pool_probe::environment heard;
  asked_world a(pool_recipe());
  const auto asker = a.spawn(heard, "asker");
  ASSERT_TRUE(a.run_until_held());
  a.pass(seconds{300});
  a.w.inside.send(a.manager, actors::ask_snapshot{asker, 3});
  a.w.driver.run([&] { return heard.snapshot.has_value(); }, a.w.world.now().steady + seconds{10});
  ASSERT_TRUE(heard.snapshot);
  const auto& s = *heard.snapshot;
  EXPECT_EQ(s.token, 3u);
  EXPECT_EQ(s.by_phase[static_cast<std::size_t>(actors::pool_phase::connected)], all_nodes);
  EXPECT_EQ(s.by_direction[0], all_nodes);
  EXPECT_EQ(s.held, all_nodes);
  EXPECT_GT(s.bytes_in, all_nodes * 100u);
  EXPECT_GT(s.messages_in.at("pong"), all_nodes);
  EXPECT_GT(s.memory_bytes, all_nodes * sizeof(actors::pool_entry));
}

} // namespace
} // namespace seedwalk::test
