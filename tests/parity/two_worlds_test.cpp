#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/crawl_world.hpp"
#include "store/database.hpp"
#include "tests/tools/loopback_port.hpp"
#include "tests/tools/temporary_folder.hpp"
#include "tools/live_crawl.hpp"
#include "tools/zoo_server.hpp"

namespace seedwalk {
namespace {

using namespace std::chrono_literals;

/// What a crawl found out about one endpoint.
struct finding {
  std::optional<net::outcome> outcome;
  std::optional<net::stage> reached;
  bool good = false;
  std::uint64_t tries = 0;
  std::string user_agent;
  std::int32_t height = 0;

  friend bool operator==(const finding&, const finding&) = default;
  friend std::ostream& operator<<(std::ostream& out, const finding& f) {
    return out << (f.outcome ? net::name_of(*f.outcome) : "never tried") << " at "
               << (f.reached ? net::name_of(*f.reached) : "-") << (f.good ? ", good" : "") << ", "
               << f.tries << " tries, " << f.user_agent << ", height " << f.height;
  }
};

using findings = std::map<net::endpoint, finding>;

finding finding_of(const store::peer_record& r) {
  finding f;
  if (r.last) {
    f.outcome = r.last->outcome;
    f.reached = r.last->stage;
  }
  f.good = store::good(r);
  f.tries = r.tries;
  if (r.version) {
    f.user_agent = r.version->user_agent;
    f.height = r.version->start_height;
  }
  return f;
}

findings read_all(store::database& db) {
  findings all;
  std::optional<net::endpoint> after;
  do {
    store::list_query question;
    question.after = after;
    question.limit = store::list_query::max_page;
    const auto answer = db.answer(question);
    if (!answer) {
      ADD_FAILURE() << answer.error().message;
      return all;
    }
    const auto& page = std::get<store::list_answer>(*answer);
    for (const auto& [peer, record] : page.peers)
      all.emplace(peer, finding_of(record));
    after = page.next;
  } while (after);
  return all;
}

/// On loopback there are no absent machines.
bool loopback_can_express(sim::node_kind kind) {
  return kind != sim::node_kind::absent;
}

/// Nodes of all kinds that loopback can express, and a crawler whose timers leave them ten times
/// the time that they take: nodes are late by `pace`, and nothing on loopback or in the simulated
/// network takes longer than that.
sim::crawl_scenario of_all_kinds(std::uint32_t nodes) {
  auto s = sim::plain_crawl(7, nodes);
  s.nodes.shares.clear();
  for (std::size_t i = 0; i != sim::node_kind_count; ++i)
    if (const auto kind = static_cast<sim::node_kind>(i); loopback_can_express(kind))
      s.nodes.shares.emplace_back(kind, 1);
  s.nodes.pace = 150ms;
  s.nodes.first.port = tools::free_loopback_port();
  auto& patience = s.crawler.config.timers.clearnet;
  patience.connect = 5s;
  patience.handshake = 4s;
  patience.message_idle = 2s;
  patience.message_whole = 4s;
  patience.first_addresses = 4s;
  patience.quiet_addresses = 2s;
  patience.all_addresses = 8s;
  return s;
}

findings crawl_simulated(const sim::crawl_scenario& s) {
  sim::crawl_world world{s};
  const auto started = world.start();
  EXPECT_TRUE(started);
  world.run();
  EXPECT_THAT(world.judge().violations, testing::IsEmpty());
  return read_all(world.disk().database());
}

findings crawl_on_sockets(const sim::crawl_scenario& s) {
  const tools::temporary_folder folder;
  tools::zoo_server zoo{{.nodes = s.nodes}};
  if (const auto listening = zoo.listen(); !listening) {
    ADD_FAILURE() << listening.error();
    return {};
  }
  zoo.start();
  tools::live_crawl_options options;
  options.recipe = s.crawler;
  options.recipe.config.start.connect = zoo.nodes().seeds();
  options.recipe.config.storage.path = folder / "db";
  options.seed = s.seed;
  options.handle_signals = false;
  const auto result = tools::run_live_crawl(options);
  zoo.stop();
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  EXPECT_EQ(result->summary.end, actors::crawl_end::finished) << result->summary.problem;
  EXPECT_THAT(result->violations, testing::IsEmpty());
  EXPECT_EQ(zoo.statistics().violations, 0u);
  store::database db{folder / "db", {}};
  const auto opened = db.open();
  EXPECT_TRUE(opened) << opened.error().message;
  return read_all(db);
}

} // namespace

TEST(two_worlds, sockets_and_the_simulator_tell_the_same_of_every_node) {
  auto scenario = of_all_kinds(240);
  // What the zoo does, too.
  scenario.nodes.seed = scenario.seed;
  const auto real = crawl_on_sockets(scenario);
  const auto simulated = crawl_simulated(scenario);
  EXPECT_EQ(real.size(), 240u);
  std::set<net::outcome> seen;
  for (const auto& [peer, found] : real) {
    const auto in_simulation = simulated.find(peer);
    ASSERT_NE(in_simulation, simulated.end())
        << net::to_string(peer) << " is not known in the simulator";
    EXPECT_EQ(found, in_simulation->second) << net::to_string(peer);
    if (found.outcome)
      seen.insert(*found.outcome);
  }
  EXPECT_EQ(simulated.size(), real.size());
  // All that these nodes can do was met: else equality says little.
  std::set<net::outcome> expected;
  const sim::topology nodes{scenario.nodes};
  for (const auto& node : nodes.nodes())
    expected.insert(sim::truth_of(node.kind).outcome);
  EXPECT_EQ(seen, expected);
  for (const auto& node : nodes.nodes()) {
    const auto found = real.find(node.at);
    ASSERT_NE(found, real.end());
    EXPECT_EQ(found->second.good, sim::truth_of(node.kind).good) << name_of(node.kind);
    EXPECT_EQ(found->second.outcome, sim::truth_of(node.kind).outcome) << name_of(node.kind);
  }
}

} // namespace seedwalk
