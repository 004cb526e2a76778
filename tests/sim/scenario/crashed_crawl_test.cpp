#include <csignal>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {
namespace {

/// What a database knows when a run is over: who, and which of them are good.
struct found_nodes {
  std::set<net::endpoint> known;
  std::set<net::endpoint> good;
  friend bool operator==(const found_nodes&, const found_nodes&) = default;
};

found_nodes found_by(crawl_world& world) {
  found_nodes found;
  std::optional<net::endpoint> after;
  do {
    store::list_query question;
    question.after = after;
    question.limit = store::list_query::max_page;
    const auto page =
        std::get<store::list_answer>(*world.disk().database().answer(std::move(question)));
    for (const auto& [peer, record] : page.peers) {
      found.known.insert(peer);
      if (store::good(record))
        found.good.insert(peer);
    }
    after = page.next;
  } while (after);
  return found;
}

/// Nodes of several kinds; all that is drawn of the crawl but its crashes.
crawl_scenario drawn_crawl() {
  auto s = plain_crawl(*rc::gen::inRange<std::uint64_t>(1, 1'000'000),
                       *rc::gen::inRange<std::uint32_t>(5, 40));
  s.schedule = *rc::gen::element(strategy::fifo, strategy::uniform, strategy::surw);
  s.endpoints_expected = 1;
  s.drive.journal = true;
  s.drive.sync_commits_names = *rc::gen::arbitrary<bool>();
  const auto other =
      *rc::gen::element(node_kind::honest, node_kind::slow, node_kind::refused, node_kind::silent,
                        node_kind::two_blocks, node_kind::late_answer, node_kind::few_addresses,
                        node_kind::closes_after_getaddr, node_kind::closes_after_version);
  s.nodes.shares = {{node_kind::honest, 2}, {other, 1}};
  auto& c = s.crawler.config;
  c.limits.max_outbound = *rc::gen::element(1u, 4u, 1000u);
  c.storage.batch_operations = *rc::gen::element(1u, 16u, 256u);
  return s;
}

planned_operation drawn_crash(std::uint64_t steps) {
  planned_operation crash;
  crash.at_step = *rc::gen::inRange<std::uint64_t>(1, steps + 1);
  crash.action =
      operation::crash{{*rc::gen::element(loss_model::bytes::keep, loss_model::bytes::lose,
                                          loss_model::bytes::tear, loss_model::bytes::pages),
                        *rc::gen::element(loss_model::names::keep, loss_model::names::lose,
                                          loss_model::names::prefix),
                        *rc::gen::arbitrary<std::uint32_t>()},
                       std::chrono::milliseconds{*rc::gen::inRange(0, 5'000)}};
  return crash;
}

void fail_with(const crawl_scenario& s, const std::string& problem) {
  RC_FAIL(problem + "\n" + write_scenario(s));
}

/// Who is known and who is good is what it is without crashes. How often a node was visited may
/// differ: a visit that nobody was told of is made again. So may the order, and with it who told
/// of whom first.
TEST(crashed_crawl, comes_to_know_what_one_that_never_crashed_knows) {
  std::size_t crashes = 0;
  EXPECT_TRUE(rc::check([&] {
    auto s = drawn_crawl();
    crawl_world whole{s};
    const auto expected = run_crawl(whole);
    if (!expected.violations.empty())
      fail_with(s, expected.violations.front().text);
    const auto truth = found_by(whole);
    const auto count = *rc::gen::inRange(1, 4);
    for (int i = 0; i != count; ++i)
      s.operations.push_back(drawn_crash(expected.steps));
    crawl_world world{s};
    const auto verdict = run_crawl(world);
    crashes += s.operations.size() - world.operations_left();
    if (!verdict.violations.empty())
      fail_with(s, verdict.violations.front().text);
    const auto checked = world.disk().database().check();
    RC_ASSERT(checked.has_value());
    if (!checked->problems.empty())
      fail_with(s, checked->problems.front());
    const auto found = found_by(world);
    for (const auto& peer : truth.known)
      if (!found.known.contains(peer))
        fail_with(s, net::to_string(peer) + " is not known");
    for (const auto& peer : truth.good)
      if (!found.good.contains(peer))
        fail_with(s, net::to_string(peer) + " is not good");
    RC_ASSERT(found == truth);
  }));
  EXPECT_GT(crashes, 50u);
}

/// Stops, crashes and reloads at any step, signals among them: it ends, and its database is whole.
TEST(crashed_crawl, is_stopped_by_any_signal_at_any_step_with_a_whole_database) {
  EXPECT_TRUE(rc::check([] {
    auto s = drawn_crawl();
    const auto steps = run_crawl(s).steps;
    const auto count = *rc::gen::inRange(1, 4);
    for (int i = 0; i != count; ++i) {
      planned_operation stop;
      stop.at_step = *rc::gen::inRange<std::uint64_t>(0, steps + 1);
      stop.action = operation::stop{*rc::gen::element(SIGINT, SIGTERM)};
      s.operations.push_back(stop);
    }
    crawl_world world{s};
    const auto verdict = run_crawl(world);
    if (!verdict.violations.empty())
      fail_with(s, verdict.violations.front().text);
    const auto checked = world.disk().database().check();
    RC_ASSERT(checked.has_value());
    if (!checked->problems.empty())
      fail_with(s, checked->problems.front());
  }));
}

} // namespace
} // namespace seedwalk::sim
