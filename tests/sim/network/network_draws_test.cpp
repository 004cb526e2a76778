#include <memory>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/sim/network/sim_bench.hpp"

using namespace seedwalk;
using namespace seedwalk::sim;
using namespace seedwalk::sim::testing;

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
  t.where.set_faults(std::move(rules));
  network dialler(t.where, t.said, {{net::ipv4_endpoint(0xc6336401, 0)}});
  std::map<std::uint32_t, std::unique_ptr<network>> hosts;
  for (std::uint32_t i = 0; i != 5; ++i) {
    if (i == without)
      continue;
    auto& host =
        *(hosts[i] = std::make_unique<network>(t.where, t.said, network::host{{host_number(i)}}));
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
    if (std::holds_alternative<net::connected>(l.what))
      times.insert(l.when);
  EXPECT_GE(times.size(), 7u);
}
