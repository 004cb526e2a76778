#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/chaos/pool_world.hpp"

namespace seedwalk::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// SEEDWALK_CHAOS_SEEDS asks for more, or for fewer.
std::uint64_t seed_count() {
  const auto asked = std::getenv("SEEDWALK_CHAOS_SEEDS");
  return asked ? std::strtoull(asked, nullptr, 10) : 1'000;
}

constexpr std::uint16_t listen_port = 18'444;

/// What one seed makes of everything: limits, nodes, faults, storms, the end.
struct drawn_pool_world {
  actors::crawl_recipe recipe = pool_recipe();
  sim::topology_options nodes;
  std::vector<sim::fault_rule> faults;
  net::steady_time ends{0};
  std::uint32_t storm_dials = 0;

  explicit drawn_pool_world(std::uint64_t seed) {
    net::random_stream draw{seed, "pool world"};
    nodes.seed = seed;
    nodes.nodes = static_cast<std::uint32_t>(draw.between(4, 16));
    nodes.seeds = 2;
    nodes.addresses_a_node = 16;
    nodes.shares = {{sim::node_kind::honest, 6},
                    {sim::node_kind::refused, 2},
                    {sim::node_kind::resets_at_accept, 1},
                    {sim::node_kind::closes_after_version, 1},
                    {sim::node_kind::silent, 1},
                    {sim::node_kind::absent, 1},
                    {sim::node_kind::too_many_addresses, 1}};
    auto& c = recipe.config;
    c.start.connect = sim::seeds_of(nodes);
    auto listen = host_address(1);
    listen.port = listen_port;
    c.peers.listen = {listen};
    c.peers.ban_time = seconds{1};
    c.limits.max_inbound = static_cast<std::uint32_t>(draw.between(1, 6));
    c.limits.over_capacity = static_cast<std::uint32_t>(draw.between(0, 3));
    c.limits.max_connections =
        c.limits.max_inbound + static_cast<std::uint32_t>(draw.between(1, 8));
    c.run.hold = static_cast<std::uint32_t>(draw.between(0, 4));
    c.schedule.live_interval = seconds{20};
    c.keep_alive.ping_every = seconds{5};
    c.keep_alive.ping_timeout = seconds{10};
    c.keep_alive.inactivity = seconds{draw.chance(1, 2) ? 15 : 45};
    c.run.stop_deadline = seconds{draw.between(0, 10)};
    ends = milliseconds{draw.between(1, 60'000)};
    storm_dials = static_cast<std::uint32_t>(draw.between(0, 40));
    draw_faults(draw);
  }

  void draw_faults(net::random_stream& draw) {
    const auto rule = [&](const char* name, sim::fault_action action) {
      sim::fault_rule r;
      r.name = name;
      r.since = seconds{draw.between(0, 20)};
      r.until = r.since + seconds{draw.between(1, 20)};
      r.both_directions = true;
      r.hit = static_cast<std::uint32_t>(draw.between(1, 3));
      r.of = 4;
      r.action = action;
      faults.push_back(std::move(r));
    };
    if (draw.chance(1, 2))
      rule("partition", sim::fault::drop{});
    if (draw.chance(1, 2))
      rule("resets", sim::fault::reset_after{milliseconds{draw.between(1, 5'000)}});
    if (draw.chance(1, 3))
      rule("refusals", sim::fault::fail_dial{net::error::refused});
    if (draw.chance(1, 3))
      rule("cut off", sim::fault::truncate{static_cast<std::uint64_t>(draw.between(1, 200))});
  }
};

/// What happened in all seeds together: what never happened was not tested.
struct coverage {
  std::map<net::outcome, std::uint64_t> outcomes;
  std::set<std::size_t> events;
  std::uint64_t reconnects = 0;
  std::uint64_t steps = 0;
};

/// Runs one seed; what was broken.
std::vector<std::string> broken_in(std::uint64_t seed, coverage& all) {
  const drawn_pool_world drawn{seed};
  sim::world world(pool_options(seed));
  sim::simulation driver(world);
  sim::internet internet({}, world.events());
  internet.set_faults(drawn.faults);
  const sim::topology nodes(drawn.nodes);
  sim::bitcoin_nodes models(nodes);
  sim::node_host hosts(internet, nodes, models);
  pool_crawler crawler(world, internet, "", host_address(1), drawn.recipe, seed);
  std::vector<std::unique_ptr<inbound_storm>> storms;
  for (std::uint8_t i = 0; i != 3; ++i)
    storms.push_back(
        std::make_unique<inbound_storm>(internet, host_address(static_cast<std::uint8_t>(10 + i)),
                                        drawn.recipe.config.peers.listen[0], seed));
  auto& inside = crawler.inside();
  pool_oracle oracle(crawler);
  std::set<net::endpoint> known;
  for (const auto& node : nodes.nodes())
    known.insert(node.at);
  oracle.allow(known);
  world.listen(oracle);
  crawler.start();
  pool_probe::environment heard;
  const auto subscriber = net::spawn<pool_probe>(inside, heard, "subscriber");
  inside.send(crawler.manager(), actors::subscribe{subscriber, actors::subscribe::max_credit});

  net::random_stream draw{seed, "storm times"};
  std::vector<net::steady_time> dials;
  for (std::uint32_t i = 0; i != drawn.storm_dials; ++i)
    dials.push_back(milliseconds{draw.between(0, drawn.ends.count() / 1'000'000)});
  std::sort(dials.begin(), dials.end());
  std::size_t dialled = 0;
  std::size_t judged = 0;
  event_referee referee;
  bool stopped = false;
  const net::steady_time hopeless = std::chrono::hours{1};
  while (!crawler.over() && world.now().steady < hopeless && driver.advance()) {
    oracle.look();
    for (; judged != heard.events.size(); ++judged)
      referee.hear(heard.events[judged]);
    for (auto& storm : storms)
      storm->act();
    while (dialled != dials.size() && dials[dialled] <= world.now().steady)
      storms[dialled++ % storms.size()]->dial();
    if (!stopped && world.now().steady >= drawn.ends) {
      inside.send(crawler.manager(), actors::ask_snapshot{subscriber, 0});
      crawler.stop();
      stopped = true;
    }
  }
  oracle.expect(crawler.over(), "the crawl does not end");
  // Nothing of it is left: what still happens is the others' doing.
  driver.quiesce();
  oracle.expect(inside.actors() == 1, fmt::format("{} actors are left", inside.actors() - 1));
  oracle.expect(!world.next_timer(), "a timer is left");
  for (auto& storm : storms) {
    storm->act();
    storm->leave();
  }
  while (world.now().steady < hopeless && driver.advance()) {
  }
  oracle.expect(hosts.open() == 0, fmt::format("{} connections are left", hosts.open()));
  // A deadline that passes ends visits whose outcome nobody hears any more.
  const bool all_heard = drawn.recipe.config.run.stop_deadline >= seconds{8};
  oracle.expect(all_heard ? oracle.outcomes() == oracle.visits()
                          : oracle.outcomes() <= oracle.visits(),
                fmt::format("{} visits and {} outcomes", oracle.visits(), oracle.outcomes()));
  for (; judged != heard.events.size(); ++judged)
    referee.hear(heard.events[judged]);
  oracle.expect(referee.ended() == oracle.outcomes(),
                fmt::format("{} outcomes, and {} were told", oracle.outcomes(), referee.ended()));
  oracle.expect(!all_heard || referee.open() == 0, "a connection whose end was not told");
  all.events.insert(referee.seen().begin(), referee.seen().end());
  all.steps += world.steps();
  if (heard.snapshot)
    all.reconnects += heard.snapshot->reconnects;
  for (const auto& [outcome, n] : referee.outcomes())
    all.outcomes[outcome] += n;
  auto problems = oracle.problems();
  problems.insert(problems.end(), referee.problems().begin(), referee.problems().end());
  for (const auto& rule : world.violations())
    problems.push_back(rule.text);
  for (const auto& v : hosts.violations())
    problems.push_back("broke the protocol: " + v.rule);
  return problems;
}

TEST(pool, keeps_its_promises_at_every_step_whatever_happens) {
  coverage all;
  for (std::uint64_t seed = 1; seed <= seed_count(); ++seed)
    ASSERT_EQ(broken_in(seed, all), std::vector<std::string>{}) << "seed " << seed;
  std::cout << all.steps << " steps, " << all.reconnects << " reconnects";
  for (const auto& [outcome, n] : all.outcomes)
    std::cout << ", " << net::name_of(outcome) << ' ' << n;
  std::cout << '\n';
  constexpr std::uint64_t enough = 100; // For what happens in one seed of ten.
  if (seed_count() < enough)
    return;
  EXPECT_GT(all.reconnects, 0u);
  for (const auto outcome :
       {net::outcome::complete, net::outcome::refused, net::outcome::connect_timeout,
        net::outcome::reset, net::outcome::closed_before_version, net::outcome::handshake_timeout,
        net::outcome::ping_timeout, net::outcome::misbehaved, net::outcome::wrong_magic,
        net::outcome::duplicate, net::outcome::cancelled})
    EXPECT_TRUE(all.outcomes.contains(outcome)) << net::name_of(outcome);
  // All kinds of event but the one that tells a subscriber off.
  EXPECT_EQ(all.events.size(), std::variant_size_v<actors::pool_event> - 1);
}

/// Two crawlers that dial each other, in one world; how their pools look when it is quiet.
TEST(pool, two_crawlers_that_dial_each_other_settle_on_one_connection) {
  std::uint64_t crossed = 0;
  for (std::uint64_t seed = 1; seed <= seed_count(); ++seed) {
    sim::world world(pool_options(seed));
    sim::simulation driver(world);
    sim::internet internet({}, world.events());
    std::vector<std::unique_ptr<pool_crawler>> crawlers;
    for (std::uint8_t i = 0; i != 2; ++i) {
      auto recipe = pool_recipe();
      auto own_address = host_address(static_cast<std::uint8_t>(1 + i));
      auto other = host_address(static_cast<std::uint8_t>(2 - i));
      own_address.port = other.port = listen_port;
      recipe.config.peers.listen = {own_address};
      recipe.config.start.connect = {other};
      recipe.config.start.fixed = true;
      recipe.config.run.hold = 1;
      recipe.config.reconnects.first_delay = milliseconds{20};
      crawlers.push_back(std::make_unique<pool_crawler>(world, internet, i == 0 ? "a" : "b",
                                                        own_address, recipe, seed * 2 + i));
    }
    for (auto& c : crawlers)
      c->start();
    driver.run([] { return false; }, seconds{40});
    std::multiset<net::direction> directions;
    for (auto& c : crawlers) {
      ASSERT_TRUE(c->pool()) << "seed " << seed;
      EXPECT_EQ(c->pool()->live(), 1u) << "seed " << seed;
      EXPECT_EQ(c->pool()->in_phase(actors::pool_phase::connected), 1u) << "seed " << seed;
      for (const auto& [key, entry] : c->pool()->entries())
        if (actors::is_live(entry.phase))
          directions.insert(entry.direction);
      c->stop();
    }
    EXPECT_EQ(directions, (std::multiset{net::direction::outbound, net::direction::inbound}))
        << "seed " << seed;
    driver.run([&] { return crawlers[0]->over() && crawlers[1]->over(); }, seconds{100});
    for (auto& c : crawlers) {
      ASSERT_TRUE(c->over());
      if (c->summary().counters.outcomes[static_cast<std::size_t>(net::outcome::duplicate)] > 0)
        ++crossed;
    }
    EXPECT_TRUE(world.violations().empty())
        << "seed " << seed << ": " << world.violations().front();
  }
  EXPECT_GT(crossed, 0u) << "no dials crossed: this proves nothing";
}

} // namespace
} // namespace seedwalk::test
