// How crawls end the collection of addresses, by the order in which nodes answer.

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using net::collection_end;
using testing::IsEmpty;

/// Nodes of one kind, each of which tells of ten, and four honest ones where the crawl begins.
crawl_scenario of_one_kind(node_kind kind, std::uint64_t seed) {
  auto s = plain_crawl(seed, 40);
  s.nodes.addresses_a_node = 10;
  s.nodes.shares = {{kind, 1}};
  return s;
}

store::visit_record only_visit_to(const net::endpoint& peer, sim::storage& disk) {
  store::visits_query question;
  question.peer = peer;
  const auto answer = disk.database().answer(question);
  EXPECT_TRUE(answer);
  const auto& visits = std::get<store::visits_answer>(*answer).visits;
  EXPECT_EQ(visits.size(), 1u);
  return visits.empty() ? store::visit_record{} : visits.front();
}

/// Every node was visited once, told all that it knows, and its collection ended so.
void expect_ends(node_kind kind, collection_end by, std::uint32_t blocks, std::uint32_t of_itself) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto scenario = of_one_kind(kind, seed);
    crawl_world world{scenario};
    ASSERT_TRUE(world.start());
    world.run();
    const auto verdict = world.judge();
    ASSERT_THAT(verdict.violations, IsEmpty()) << name_of(kind) << ", seed " << seed;
    EXPECT_EQ(verdict.known, 40u);
    EXPECT_EQ(verdict.recall(), 1.0);
    auto drawn = scenario.nodes;
    drawn.seed = seed;
    const auto nodes = topology{drawn}.nodes();
    for (const auto& node : nodes) {
      if (node.kind != kind)
        continue;
      const auto told = only_visit_to(node.at, world.disk()).addresses;
      EXPECT_EQ(name_of(told.ended_by), name_of(by)) << name_of(kind) << ", seed " << seed;
      EXPECT_EQ(told.answer, net::addr_answer::complete);
      EXPECT_EQ(told.messages, blocks);
      EXPECT_EQ(told.entries[1], node.peers.size() + of_itself);
    }
    const auto& ends = verdict.summary->counters.collections;
    EXPECT_GE(ends[static_cast<std::size_t>(by)], 36u);
    EXPECT_EQ(ends[static_cast<std::size_t>(collection_end::pong)] +
                  ends[static_cast<std::size_t>(collection_end::quiet)],
              40u);
  }
}

TEST(address_collection, of_nodes_that_answer_in_order_ends_with_the_pong_behind_it) {
  expect_ends(node_kind::honest, collection_end::pong, 1, 0);
  expect_ends(node_kind::slow_drip, collection_end::pong, 1, 0);
  expect_ends(node_kind::legacy_addr, collection_end::pong, 1, 0);
  expect_ends(node_kind::singleton_first, collection_end::pong, 2, 1);
  expect_ends(node_kind::two_blocks, collection_end::pong, 2, 0);
  expect_ends(node_kind::late_answer, collection_end::pong, 1, 0);
}

TEST(address_collection, of_nodes_that_pong_first_ends_by_the_timers_with_all_they_told) {
  // In order, but its pong is later behind its answer than the quiet time is long.
  expect_ends(node_kind::slow, collection_end::quiet, 1, 0);
  expect_ends(node_kind::pong_first, collection_end::quiet, 1, 0);
  expect_ends(node_kind::answers_by_timer, collection_end::quiet, 2, 1);
}

TEST(address_collection, what_follows_the_pong_is_none_of_the_answer) {
  expect_ends(node_kind::pong_between, collection_end::pong, 1, 0);
}

TEST(address_collection, a_visit_without_a_quiet_time_takes_its_round_trips_and_a_write) {
  const auto verdict = run_crawl(of_one_kind(node_kind::honest, 3));
  EXPECT_THAT(verdict.violations, IsEmpty());
  // Three generations of visits at most 200 ms away: it would be 6 s with the quiet times.
  EXPECT_LE(verdict.virtual_time, 4s);
}

/// What the DB writer has of one peer: a block, and its operation.
std::uint64_t bytes_of_a_block(std::uint32_t entries) {
  constexpr std::size_t entry_bytes = 22; // Of IPv4, with what is set aside for longer services.
  constexpr std::size_t spare = 2 * net::msg::addr_list::entry_bytes_max;
  return sizeof(store::operation) + entries * entry_bytes + spare;
}

// A disk that stands still for five seconds: were visits to leave with the pong, others would
// follow them and bring as much, and the DB writer would hold the answers of all that can be
// dialled in that time.
TEST(address_collection, a_slow_disk_has_one_block_of_each_connection_to_write) {
  for (const auto kind : {node_kind::honest, node_kind::two_blocks, node_kind::pong_between}) {
    auto s = of_one_kind(kind, 5);
    s.nodes.nodes = 300;
    s.nodes.addresses_a_node = 60;
    s.crawler.config.limits.max_outbound = s.crawler.config.limits.max_connections = 8;
    disk_fault stall{disk_call::sync, 8, 1'000, disk_fault::effect::slow, 5s};
    s.drive.faults = {stall};
    const auto verdict = run_crawl(s);
    EXPECT_THAT(verdict.violations, IsEmpty());
    EXPECT_EQ(verdict.summary->counters.good, 300u);
    const auto most = verdict.summary->counters.peak_unwritten_bytes;
    RecordProperty(std::string{name_of(kind)}, std::to_string(most));
    EXPECT_GE(most, bytes_of_a_block(30));
    // With what gossip there was, the visits that were over before, and the census.
    EXPECT_LE(most, 8 * (bytes_of_a_block(60 + 10) + sizeof(store::operation)) +
                        2 * sizeof(store::operation))
        << name_of(kind);
  }
}

// Peers that hang up free their slots at once, and each leaves a visit to be written.
TEST(address_collection, a_slow_disk_is_not_waited_for_by_more_visits_than_there_are_slots) {
  auto s = plain_crawl(6, 400);
  s.nodes.addresses_a_node = 120;
  s.nodes.shares = {{node_kind::closes_at_accept, 1}};
  s.crawler.config.limits.max_outbound = s.crawler.config.limits.max_connections = 8;
  s.drive.faults = {{disk_call::sync, 12, 1'000, disk_fault::effect::slow, 5s}};
  const auto verdict = run_crawl(s);
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_EQ(verdict.summary->counters.tried, 400u);
  RecordProperty("bytes", std::to_string(verdict.summary->counters.peak_unwritten_bytes));
  constexpr std::size_t bytes_of_a_visit = 2'048; // And of what goes with it.
  EXPECT_LE(verdict.summary->counters.peak_unwritten_bytes, 2 * 8 * bytes_of_a_visit);
}

} // namespace
} // namespace seedwalk::sim
