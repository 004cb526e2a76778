#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/config/config_table.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "tests/sim/scenario/run_until.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using net::network_id;
using test::run_until;
using testing::IsEmpty;

/// A visit as an oracle compares it: to whom, when in the order of visits to it, and how it ended.
using visits_by_peer = std::map<net::endpoint, std::vector<net::outcome>>;

std::vector<store::visit_record> visits_of(crawl_world& w, const net::endpoint& peer) {
  const auto answer = w.disk().database().answer(store::visits_query{peer, 10'000});
  return std::get<store::visits_answer>(*answer).visits;
}

template <class F>
void for_each_record(crawl_world& w, F&& look) {
  store::list_query q;
  q.limit = store::list_query::max_page;
  do {
    const auto answer = w.disk().database().answer(q);
    const auto& page = std::get<store::list_answer>(*answer);
    for (const auto& [peer, record] : page.peers)
      look(peer, record);
    q.after = page.next;
  } while (q.after);
}

/// All visits to whom `wanted` names.
visits_by_peer visits(crawl_world& w, const std::function<bool(const net::endpoint&)>& wanted) {
  visits_by_peer result;
  for_each_record(w, [&](const net::endpoint& peer, const store::peer_record& record) {
    if (!wanted(peer) || !record.last)
      return;
    for (const auto& visit : visits_of(w, peer))
      if (visit.outcome !=
          net::outcome::cancelled) // By the end of the day, where the dice fell so.
        result[peer].push_back(visit.outcome);
  });
  return result;
}

bool is_onion(const net::endpoint& peer) {
  return peer.network == network_id::torv3;
}

std::uint64_t known_on(crawl_world& w, network_id network) {
  return w.disk().database().totals().by_network[static_cast<std::size_t>(network)];
}

net::endpoint onion(std::uint32_t number) {
  net::endpoint at;
  at.network = network_id::torv3;
  at.port = 8333;
  at.address[0] = 0x55;
  for (std::size_t i = 0; i != 4; ++i)
    at.address[28 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return at;
}

/// The crawler has heard of so many onions before it starts.
void tell_of_onions(crawl_world& w, std::uint32_t count, std::chrono::seconds now) {
  constexpr std::uint32_t a_batch = 1'000;
  for (std::uint32_t first = 0; first < count; first += a_batch) {
    store::record_announcements heard{net::ipv4_endpoint(0xc6336407, 8333), now, {}};
    for (auto i = first; i < std::min(first + a_batch, count); ++i)
      heard.announcements.push_back({onion(i), static_cast<std::uint32_t>(now.count()), 1});
    ASSERT_TRUE(w.disk().database().apply({{std::move(heard)}}));
  }
}

/// What a file may change: all else was said by flags.
std::set<std::string, std::less<>> all_but_the_proxy() {
  std::set<std::string, std::less<>> pinned;
  for (const auto& option : actors::config_table())
    if (option.path != "network.tor_proxy")
      pinned.emplace(option.path);
  return pinned;
}

crawl_scenario a_day(std::uint64_t seed, std::uint32_t nodes) {
  auto s = plain_crawl(seed, nodes);
  s.nodes.addresses_a_node = std::min<std::uint32_t>(nodes, 1'000);
  s.crawler.config.run.once = false;
  s.crawler.config.run.limit = 24h;
  s.crawler.config.limits.max_outbound = 100;
  s.crawler.config.storage.path = "/db";
  s.crawler.pinned = all_but_the_proxy();
  s.network.unknown = unknown_host::refused;
  return s;
}

/// Onions without a proxy failed by our own doing, and such a failure is due again in five minutes:
/// a thousand of them wrote 288,000 visits a day.
TEST(reach, a_day_with_a_thousand_onions_and_no_proxy_visits_none_of_them) {
  auto s = a_day(1, 1'020);
  s.nodes.networks = {{network_id::ipv4, 2}, {network_id::torv3, 100}};
  crawl_world w{s};
  ASSERT_TRUE(w.start());
  w.run();
  const auto verdict = w.judge();
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_EQ(verdict.recall(), 1.0);
  EXPECT_EQ(verdict.precision(), 1.0);
  EXPECT_GE(known_on(w, network_id::torv3), 950u);
  EXPECT_THAT(visits(w, is_onion), IsEmpty());
  EXPECT_EQ(verdict.summary->not_dialled[4], known_on(w, network_id::torv3));
}

TEST(reach, a_crawl_ends_though_it_knows_whom_it_cannot_reach) {
  auto s = a_day(2, 200);
  s.crawler.config.run.once = true;
  s.nodes.networks = {{network_id::ipv4, 2},
                      {network_id::torv3, 2},
                      {network_id::ipv6, 1},
                      {network_id::i2p, 1},
                      {network_id::cjdns, 1}};
  crawl_world w{s};
  ASSERT_TRUE(w.start());
  w.run();
  const auto verdict = w.judge();
  EXPECT_THAT(verdict.violations, IsEmpty());
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::finished);
  EXPECT_EQ(verdict.recall(), 1.0);
  EXPECT_LE(verdict.summary->counters.tried, known_on(w, network_id::ipv4));
  for (const auto network :
       {network_id::torv3, network_id::ipv6, network_id::i2p, network_id::cjdns}) {
    EXPECT_GT(known_on(w, network), 0u) << net::name_of(network);
    EXPECT_EQ(verdict.summary->not_dialled[static_cast<std::size_t>(network)],
              known_on(w, network));
  }
}

TEST(reach, who_has_addresses_and_a_proxy_reaches_every_network_that_we_can_dial) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto s = a_day(seed, 120);
    s.crawler.config.run.once = true;
    s.addresses = {net::ipv4_endpoint(0xc6336401, 0)};
    for (const auto text : {"[2a01::1]:1", "[fc00::9]:1"})
      s.addresses.push_back(*net::parse_endpoint(text, 1));
    s.proxy_does = proxy_state::working;
    s.crawler.config.network.reach.tor_proxy = s.proxy;
    s.nodes.shares = {{node_kind::honest, 4},
                      {node_kind::refused, 1},
                      {node_kind::silent, 1},
                      {node_kind::legacy_addr, 1}};
    s.nodes.networks = {{network_id::ipv4, 3},
                        {network_id::torv3, 2},
                        {network_id::ipv6, 2},
                        {network_id::cjdns, 1},
                        {network_id::i2p, 1}};
    crawl_world w{s};
    ASSERT_TRUE(w.start());
    w.run();
    const auto verdict = w.judge();
    ASSERT_THAT(verdict.violations, IsEmpty()) << "seed " << seed;
    EXPECT_EQ(verdict.recall(), 1.0) << "seed " << seed;
    EXPECT_EQ(verdict.precision(), 1.0) << "seed " << seed;
    for (const auto& node : w.nodes().nodes())
      for (const auto& visit : visits_of(w, node.at))
        EXPECT_EQ(visit.via, is_onion(node.at) ? store::transport::socks : store::transport::tcp);
    EXPECT_THAT(visits(w, [](const auto& x) { return x.network == network_id::i2p; }), IsEmpty());
  }
}

TEST(reach, only_the_networks_that_are_named_are_dialled) {
  auto s = a_day(3, 60);
  s.crawler.config.run.once = true;
  s.nodes.first =
      net::ipv4_endpoint(0x05010001, 8333); // Loopback would be dialled whatever is said.
  s.crawler.config.network.reach.only = {network_id::ipv6};
  s.nodes.networks = {{network_id::ipv4, 1}, {network_id::ipv6, 1}};
  s.addresses.push_back(*net::parse_endpoint("[2a01::1]:1", 1));
  crawl_world w{s};
  ASSERT_TRUE(w.start());
  w.run();
  EXPECT_EQ(w.judge().summary->counters.tried, 0u) << "it starts at nodes on IPv4";
}

/// Whose fault a dial through a proxy is decides whether it is tried for ever.
TEST(reach, a_dead_proxy_is_ours_and_a_dead_onion_is_its_own) {
  const auto visited_with = [](proxy_state state) {
    auto s = a_day(4, 5);
    s.crawler.config.run.limit = 3min;
    s.crawler.config.network.reach.tor_proxy = s.proxy;
    s.proxy_does = state;
    s.network.unknown = unknown_host::silent;
    crawl_world w{s};
    EXPECT_TRUE(w.start());
    tell_of_onions(w, 1, s.wall);
    w.run();
    const auto seen = visits_of(w, onion(0));
    return seen.empty() ? store::visit_record{} : seen.front();
  };
  const auto away = visited_with(proxy_state::absent);
  EXPECT_EQ(away.blame, net::blame::local);
  EXPECT_EQ(away.via, store::transport::socks);
  const auto silent = visited_with(proxy_state::silent);
  EXPECT_EQ(silent.blame, net::blame::local);
  EXPECT_EQ(silent.durations.total, 20s);
  const auto dead = visited_with(proxy_state::working);
  EXPECT_EQ(dead.blame, net::blame::peer);
  EXPECT_EQ(dead.outcome, net::outcome::connect_timeout);
  EXPECT_EQ(dead.durations.total, 60s);
}

struct day_result {
  visits_by_peer others;
  std::uint64_t steps = 0;
  /// In which those who cannot be dialled are put to rest, and LevelDB compacts that: once.
  double first_half_cpu_s = 0;
  double cpu_s = 0; ///< Of the other half.
  std::uint64_t onion_visits = 0;
};

/// Three hours without a proxy, and what the same would have been without onions.
day_result day_with(std::uint32_t onions, std::uint32_t nodes, std::chrono::nanoseconds time) {
  auto s = a_day(5, nodes);
  s.endpoints_expected = 60'000; // In both runs: the crawl's memory is not made for its nodes.
  s.crawler.config.run.limit = std::chrono::duration_cast<std::chrono::seconds>(time);
  crawl_world w{s};
  EXPECT_TRUE(w.start());
  tell_of_onions(w, onions, s.wall);
  const auto begin = std::clock();
  run_until(w, time / 2);
  const auto before = std::clock();
  w.run();
  day_result result;
  result.first_half_cpu_s = static_cast<double>(before - begin) / CLOCKS_PER_SEC;
  result.cpu_s = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  const auto verdict = w.judge();
  EXPECT_THAT(verdict.violations, IsEmpty());
  result.steps = verdict.steps;
  result.others = visits(w, [](const auto& peer) { return !is_onion(peer); });
  result.onion_visits = visits(w, is_onion).size();
  EXPECT_EQ(known_on(w, network_id::torv3), onions);
  return result;
}

TEST(reach, the_others_are_visited_as_if_there_were_no_onions) {
  const auto alone = day_with(0, 60, 6h);
  const auto beside = day_with(3'000, 60, 6h);
  EXPECT_EQ(beside.onion_visits, 0u);
  EXPECT_EQ(beside.others, alone.others);
  EXPECT_LE(beside.steps, alone.steps + 20) << "putting onions to rest is all that they cost";
}

/// Runs until a proxy is configured, and then until every onion was visited.
void configure_a_proxy(crawl_scenario s, std::uint32_t onions, net::steady_time when,
                       net::steady_time end) {
  s.proxy_does = proxy_state::working;
  crawl_world w{s};
  ASSERT_TRUE(w.start());
  tell_of_onions(w, onions, s.wall);
  run_until(w, when);
  EXPECT_THAT(visits(w, is_onion), IsEmpty());
  w.reload("[network]\ntor_proxy = \"127.0.0.1:9050\"\n");
  std::uint64_t visited = 0;
  run_until(w, end);
  for_each_record(w, [&](const net::endpoint& peer, const store::peer_record& record) {
    visited += is_onion(peer) && record.last ? 1 : 0;
  });
  EXPECT_EQ(visited, onions);
  EXPECT_EQ(w.program().env().settings.newest().values->reach.of(network_id::torv3),
            actors::reach::dialled);
  w.run();
  const auto verdict = w.judge();
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_EQ(verdict.summary->counters.peak_connections, 100u);
}

TEST(reach, a_proxy_that_is_configured_while_it_runs_brings_them_a_hundred_at_once) {
  auto s = a_day(6, 30);
  s.crawler.config.run.limit = 3h;
  s.network.unknown = unknown_host::silent; // Each takes a slot for a minute.
  configure_a_proxy(s, 1'000, 1h, 1h + 30min);
}

/// A crawl whose proxy is given by its name, as people with containers do.
crawl_scenario proxy_by_name(std::uint64_t seed, proxy_state state) {
  auto s = a_day(seed, 30);
  s.crawler.config.run.limit = 3h;
  s.crawler.config.network.reach.tor_proxy_name = {"tor", 9050};
  s.proxy_does = state;
  return s;
}

void name_leads(crawl_world& w, std::vector<net::endpoint> addresses) {
  name_answer answer;
  answer.reason = addresses.empty() ? net::error::resolver_failed : net::error::none;
  answer.addresses = std::move(addresses);
  w.outside().set_name("tor", answer);
}

TEST(reach, a_proxy_by_its_name_dials_onions_from_the_start) {
  auto s = proxy_by_name(8, proxy_state::working);
  s.crawler.config.run.once = true;
  s.nodes.networks = {{network_id::ipv4, 1}, {network_id::torv3, 1}};
  crawl_world w{s};
  name_leads(w, {s.proxy});
  ASSERT_TRUE(w.start());
  w.run();
  const auto verdict = w.judge();
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_EQ(verdict.recall(), 1.0);
  EXPECT_THAT(visits(w, is_onion), testing::Not(IsEmpty()));
}

/// The resolver is down when the machine starts: onions wait for the proxy's name, and nothing
/// else does once the resolver has said so.
TEST(reach, a_proxy_whose_name_resolves_later_is_used_then) {
  auto s = proxy_by_name(9, proxy_state::working);
  crawl_world w{s};
  name_leads(w, {});
  ASSERT_TRUE(w.start());
  tell_of_onions(w, 20, s.wall);
  run_until(w, 30min);
  EXPECT_THAT(visits(w, is_onion), IsEmpty());
  EXPECT_THAT(visits(w, [](const auto& x) { return !is_onion(x); }), testing::Not(IsEmpty()));
  name_leads(w, {s.proxy});
  run_until(w, 40min);
  EXPECT_EQ(visits(w, is_onion).size(), 20u);
}

/// A container that is started anew has another address. Where the resolver fails meanwhile, the
/// last address stays.
TEST(reach, a_proxy_that_moves_is_followed_within_ten_minutes) {
  auto s = proxy_by_name(10, proxy_state::working);
  crawl_world w{s};
  name_leads(w, {s.proxy});
  ASSERT_TRUE(w.start());
  run_until(w, 1min);
  name_leads(w, {});
  run_until(w, 30min);
  const auto in_force = [&] { return w.program().env().settings.newest().values->tor_proxy; };
  EXPECT_EQ(in_force(), s.proxy);
  const auto next = net::ipv4_endpoint(0x7f000002, 9050);
  w.outside().set_proxy(s.proxy, proxy_state::absent);
  w.outside().set_proxy(next, proxy_state::working);
  name_leads(w, {next});
  run_until(w, 41min);
  EXPECT_EQ(in_force(), next);
  // Of several addresses the one in force is kept.
  name_leads(w, {s.proxy, next});
  run_until(w, 60min);
  EXPECT_EQ(in_force(), next);
}

TEST(reach, a_reload_may_name_another_proxy_or_none) {
  auto s = proxy_by_name(11, proxy_state::working);
  crawl_world w{s};
  name_leads(w, {s.proxy});
  ASSERT_TRUE(w.start());
  run_until(w, 5min);
  const auto verdict_on_tor = [&] {
    return w.program().env().settings.newest().values->reach.of(network_id::torv3);
  };
  EXPECT_EQ(verdict_on_tor(), actors::reach::dialled);
  w.reload("[network]\ntor_proxy = \"other\"\n");
  run_until(w, 10min);
  EXPECT_EQ(verdict_on_tor(), actors::reach::proxy_unresolved) << "nobody knows that name";
  w.reload("");
  run_until(w, 15min);
  EXPECT_EQ(verdict_on_tor(), actors::reach::needs_proxy);
  w.reload("[network]\ntor_proxy = \"tor\"\n");
  run_until(w, 20min);
  EXPECT_EQ(verdict_on_tor(), actors::reach::dialled);
}

TEST(reach, a_crawl_of_onions_whose_proxy_does_not_resolve_fails_and_says_so) {
  auto s = proxy_by_name(12, proxy_state::working);
  s.crawler.config.run.once = true;
  s.crawler.config.start.connect = {onion(1)};
  crawl_world w{s};
  name_leads(w, {});
  ASSERT_TRUE(w.start());
  w.run();
  const auto verdict = w.judge();
  ASSERT_TRUE(verdict.summary);
  EXPECT_EQ(verdict.summary->end, actors::crawl_end::failed);
  EXPECT_THAT(verdict.summary->problem,
              testing::HasSubstr("the name that --tor-proxy gives does not resolve"));
}

TEST(reach, a_route_that_comes_later_is_noticed) {
  auto s = a_day(7, 60);
  s.crawler.config.run.limit = 2h;
  s.nodes.networks = {{network_id::ipv4, 1}, {network_id::ipv6, 1}};
  crawl_world w{s};
  ASSERT_TRUE(w.start());
  run_until(w, 1h);
  const auto on_ipv6 = [](const auto& peer) { return peer.network == network_id::ipv6; };
  EXPECT_THAT(visits(w, on_ipv6), IsEmpty());
  w.own_address(*net::parse_endpoint("[2a01::1]:1", 1));
  w.run();
  const auto verdict = w.judge();
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_EQ(verdict.recall(), 1.0);
  EXPECT_THAT(visits(w, on_ipv6), testing::Not(IsEmpty()));
}

// The same in the size of the public network: what tools/prove reach runs.

TEST(reach, DISABLED_sixty_thousand_onions_cost_the_others_nothing_in_a_day) {
  constexpr std::uint32_t onions = 60'000;
  double least_alone = 1e9;
  double least_beside = 1e9;
  for (int round = 0; round != 3; ++round) {
    const auto alone = day_with(0, 1'000, 24h);
    const auto beside = day_with(onions, 1'000, 24h);
    EXPECT_EQ(beside.onion_visits, 0u);
    EXPECT_EQ(beside.others, alone.others);
    least_alone = std::min(least_alone, alone.cpu_s);
    least_beside = std::min(least_beside, beside.cpu_s);
    std::printf(
        "round %d: %.2f s of CPU without, %.2f s with %u onions, in the second half; in the "
        "first, in which they are put to rest, %.2f and %.2f s; %llu and %llu steps\n",
        round, alone.cpu_s, beside.cpu_s, onions, alone.first_half_cpu_s, beside.first_half_cpu_s,
        static_cast<unsigned long long>(alone.steps),
        static_cast<unsigned long long>(beside.steps));
  }
  std::printf("share of the CPU: %.3f (at most 1.05)\n", least_beside / least_alone);
  EXPECT_LE(least_beside / least_alone, 1.05);
}

TEST(reach, DISABLED_sixty_thousand_onions_are_dialled_when_a_proxy_is_configured) {
  auto s = a_day(8, 1'000);
  s.crawler.config.run.limit = 26h;
  configure_a_proxy(s, 60'000, 24h, 26h);
}

} // namespace
} // namespace seedwalk::sim
