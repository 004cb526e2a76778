#include <memory>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/sim/network/sim_bench.hpp"

using namespace seedwalk;
using namespace seedwalk::sim;
using namespace seedwalk::test;

namespace {

net::endpoint host_number(std::uint32_t i) {
  return net::ipv4_endpoint(0xc6336402 + i, 8333);
}

/// Owner 10 + i dials host i and says something; all hosts but one may be there.
std::map<std::uint32_t, std::string> stories(std::uint64_t seed, std::uint32_t without,
                                             std::vector<fault_rule> rules = {}) {
  internet_options o;
  o.streams.cut_one_in = 2;
  sim_bench t(o, seed);
  t.internet.set_faults(std::move(rules));
  network dialler(t.internet, t.said, {{net::ipv4_endpoint(0xc6336401, 0)}});
  std::map<std::uint32_t, std::unique_ptr<network>> hosts;
  for (std::uint32_t i = 0; i != 5; ++i) {
    if (i == without)
      continue;
    auto& host = *(
        hosts[i] = std::make_unique<network>(t.internet, t.said, network::host{{host_number(i)}}));
    host.accept(host.listen(host_number(i), net::owner{100 + i}), 1000);
  }
  t.pass(100ms);
  for (const auto& [i, host] : hosts) {
    for (int nth = 0; nth != 2; ++nth) {
      const auto c = dialler.connect(host_number(i), 5000ms, net::owner{10 + i});
      dialler.write(c, text(letters(2000)));
      dialler.want(c, 5000);
    }
  }
  t.pass(2s);
  for (const auto& [i, host] : hosts) {
    for (const auto& a : t.said.of<net::accepted>(net::owner{100 + i})) {
      host->own(a.connection, net::owner{100 + i});
      host->want(a.connection, 5000);
      host->write(a.connection, text(letters(1000)));
    }
  }
  t.pass(10s);
  std::map<std::uint32_t, std::string> result;
  for (std::uint32_t i = 0; i != 5; ++i)
    result[i] = t.said.story(net::owner{10 + i}) + " | " + t.said.story(net::owner{100 + i});
  return result;
}

/// What a run does under which names.
struct named_run {
  struct event {
    net::steady_time when{0};
    std::string text; ///< Of its lane: whose it is.
    friend bool operator==(const event&, const event&) = default;
  };
  std::map<std::uint32_t, std::string> stories; ///< By host.
  std::map<std::uint64_t, event> events;        ///< By name.
  std::uint64_t repeated = 0;                   ///< Events whose name another one had before.
};

net::endpoint host_port(std::uint32_t i, std::uint16_t port) {
  auto at = host_number(i);
  at.port = port;
  return at;
}

/// All that a door is asked for and that makes no connection, for host i: dials that fail in each
/// way, a name, and datagrams that wait at their receiver until it wants them.
class short_of_connections {
public:
  short_of_connections(sim_bench& t, std::uint32_t without) : t_(t), without_(without) {
    fault_rule some;
    some.name = "some";
    some.of = 2;
    some.action = fault::fail_dial{net::error::host_unreachable};
    std::vector<fault_rule> rules;
    for (std::uint32_t i = 0; i != 5; ++i) {
      some.to = endpoint_set::only(host_port(i, failing));
      rules.push_back(some);
      name_answer answer;
      answer.addresses = {host_number(i)};
      answer.delay = latency::exponential(10ms, 20ms);
      t.internet.set_name(name_of(i), answer);
    }
    t.internet.set_faults(rules);
    t.internet.set_proxy(proxy, proxy_state::silent);
  }

  void run() {
    each([this](std::uint32_t i) {
      hosts_[i] = std::make_unique<network>(t_.internet, t_.said, network::host{{host_number(i)}});
      sockets_[i] = hosts_[i]->open_datagrams(host_number(i), net::owner{100 + i});
    });
    for (int nth = 0; nth != 3; ++nth)
      each([this](std::uint32_t i) { call(i); });
    each([this](std::uint32_t i) { hosts_.at(i)->want_datagrams(sockets_.at(i), 2); });
    each([this](std::uint32_t i) { hosts_.at(i)->want_datagrams(sockets_.at(i), 10); });
    t_.pass(60s);
  }

private:
  static constexpr std::uint16_t failing = 9000;
  static constexpr std::uint16_t refusing = 9001;
  static inline const net::endpoint proxy = net::ipv4_endpoint(0x7f000001, 9050);

  static std::string name_of(std::uint32_t i) { return "host" + std::to_string(i) + ".test"; }

  /// The moments are the same if a host is missing, and each host has its own.
  template <class Do>
  void each(Do&& act) {
    for (std::uint32_t i = 0; i != 5; ++i) {
      if (i != without_)
        act(i);
      t_.pass(7ms);
    }
  }

  void call(std::uint32_t i) {
    const net::owner owner{10 + i};
    dialler_.connect(host_port(i, refusing), 5000ms, owner);
    dialler_.connect(host_port(i, failing), 5000ms, owner);
    dialler_.connect(net::ipv4_endpoint(0xcb007101 + i, 8333), 5000ms, owner); // Nobody is there.
    dialler_.connect(net::through_proxy{host_number(i), proxy}, 5000ms, owner);
    dialler_.resolve(name_of(i), 8333, 5000ms, owner);
    dialler_.send_datagram(socket_, host_number(i), {}, text(letters(100)));
  }

  sim_bench& t_;
  std::uint32_t without_;
  network dialler_{t_.internet, t_.said, {{net::ipv4_endpoint(0xc6336401, 0)}}};
  net::datagram_socket_id socket_ =
      dialler_.open_datagrams(net::ipv4_endpoint(0xc6336401, 53), net::owner{1});
  std::map<std::uint32_t, std::unique_ptr<network>> hosts_;
  std::map<std::uint32_t, net::datagram_socket_id> sockets_;
};

/// `late`: all of it begins so much later.
named_run run_short_of_connections(std::uint64_t seed, std::uint32_t without,
                                   net::steady_time late = {}) {
  schedule_options order;
  order.keeps_departures = true; // names have texts
  sim_bench t({}, seed, order);
  named_run result;
  t.events.on_turn = [&](const schedule::turn& one) {
    if (one.is != schedule::turn::kind::event)
      return;
    const named_run::event seen{one.when - late, t.events.label_of(one.key)};
    if (!result.events.try_emplace(one.name, seen).second)
      ++result.repeated;
  };
  t.pass(late);
  short_of_connections calls(t, without);
  calls.run();
  for (std::uint32_t i = 0; i != 5; ++i)
    result.stories[i] =
        t.said.story(net::owner{10 + i}) + " | " + t.said.story(net::owner{100 + i});
  return result;
}

} // namespace

TEST(sim_network_draws, the_same_seed_tells_the_same_story_and_another_seed_another) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    RC_ASSERT(stories(seed, 99) == stories(seed, 99));
    RC_ASSERT(stories(seed, 99) != stories(seed + 1, 99));
  }));
}

TEST(sim_network_draws, taking_a_host_away_leaves_the_others_as_they_were) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto without = *rc::gen::inRange(0u, 5u);
    const auto all = stories(seed, 99);
    const auto fewer = stories(seed, without);
    for (const auto& [host, story] : all)
      if (host != without)
        RC_ASSERT(fewer.at(host) == story);
  }));
}

// Failed dials, names and datagrams: no metamorphic world of a crawl has enough of them.
TEST(sim_network_draws, taking_a_host_away_leaves_what_makes_no_connection_as_it_was) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto without = *rc::gen::inRange(0u, 5u);
    const auto all = run_short_of_connections(seed, 99);
    const auto fewer = run_short_of_connections(seed, without);
    RC_ASSERT(all.repeated == 0u);
    RC_ASSERT(fewer.repeated == 0u);
    for (const auto& [host, story] : all.stories)
      if (host != without)
        RC_ASSERT(fewer.stories.at(host) == story);
    // Four dials, a name, a datagram, three times each; a socket, and two answers to its wants.
    RC_ASSERT(fewer.events.size() > 4 * 3 * 6u);
    for (const auto& [name, event] : fewer.events) {
      RC_ASSERT(all.events.contains(name));
      RC_ASSERT(all.events.at(name) == event);
    }
  }));
}

TEST(sim_network_draws, what_is_asked_for_later_has_the_same_names_and_takes_as_long) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const net::steady_time late{*rc::gen::inRange(1, 1'000'000'000)};
    RC_ASSERT(run_short_of_connections(seed, 99, late).events ==
              run_short_of_connections(seed, 99).events);
  }));
}

TEST(sim_network_draws, a_fault_at_one_host_leaves_the_others_as_they_were) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    fault_rule rule;
    rule.name = "cut";
    rule.to = endpoint_set::only(host_number(2));
    rule.action = fault::reset{500};
    const auto all = stories(seed, 99);
    const auto hurt = stories(seed, 99, {rule});
    for (const auto& [host, story] : all)
      RC_ASSERT((hurt.at(host) == story) == (host != 2));
  }));
}

TEST(sim_network_draws, two_connections_of_one_pair_differ) {
  two_hosts t;
  t.listen();
  std::set<net::steady_time> times;
  for (int i = 0; i != 8; ++i)
    t.dial();
  t.pass(2s);
  for (const auto& l : t.said.lines)
    if (std::holds_alternative<net::connected>(l.completion))
      times.insert(l.when);
  EXPECT_GE(times.size(), 7u);
}
