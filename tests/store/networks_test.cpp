#include <gtest/gtest.h>

#include "draw.hpp"

namespace seedwalk::store {
namespace {

using namespace test;
using std::chrono::hours;

constexpr std::array<bool, 8> everything = {true, true, true, true, true, true, true, true};
constexpr std::array<bool, 8> without_tor = {true, true, true, true, false, true, true, true};

net::endpoint onion(std::uint32_t number) {
  net::endpoint e;
  e.network = net::network_id::torv3;
  for (std::size_t i = 0; i != 4; ++i)
    e.address[i] = static_cast<std::uint8_t>(number >> (8 * i));
  e.address[31] = 1;
  e.port = 8333;
  return e;
}

/// A database whose endpoints are announced, visited, parked and queued again.
struct store_networks : testing::Test {
  std::unique_ptr<leveldb::Env> disk = memory_disk();
  std::unique_ptr<database> db;

  void open() {
    db = std::make_unique<database>("/db", options_on(disk.get()));
    ASSERT_TRUE(db->open());
  }
  void SetUp() override { open(); }
  void TearDown() override {
    const auto report = db->check();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problem_count, 0u) << report->problems.front();
  }

  void announce(const std::vector<net::endpoint>& peers, timestamp now = start,
                net::endpoint source = peer(60'000)) {
    record_announcements op{source, now, {}};
    for (const auto& p : peers)
      op.announcements.push_back({p, static_cast<std::uint32_t>(now.count()), 1});
    must(*db, op);
  }

  networks_settled dial(const std::array<bool, 8>& networks, timestamp now = start,
                        std::uint32_t limit = 5'000) {
    networks_settled sum;
    std::optional<net::endpoint> after;
    do {
      const auto part = std::get<networks_settled>(
          must(*db, dial_networks{networks, now, after, limit}).results.at(0));
      EXPECT_LE(part.parked + part.queued, limit);
      sum.parked += part.parked;
      sum.queued += part.queued;
      after = part.next;
    } while (after);
    return sum;
  }

  std::size_t due(timestamp now = start, std::uint32_t limit = 100'000) {
    due_query q{now, {limit, limit, limit}, {}};
    const auto answer = ask<due_answer>(*db, q);
    std::size_t n = 0;
    for (const auto& of_class : answer.peers)
      n += of_class.size();
    return n;
  }

  peer_record record(const net::endpoint& e) { return *ask<get_answer>(*db, get_query{e}).record; }
};

TEST_F(store_networks, who_is_heard_of_on_a_network_that_is_not_dialled_is_kept_and_never_due) {
  dial(without_tor);
  announce({onion(1), onion(2), peer(1)});
  EXPECT_EQ(due(), 1u);
  EXPECT_EQ(due(start + hours{24 * 20}), 0u) << "the announcements have aged";
  EXPECT_EQ(record(onion(1)).queue, dial_class::dormant);
  const auto stats = ask<stats_answer>(*db, stats_query{start});
  EXPECT_EQ(stats.known, 3u);
  EXPECT_EQ(stats.not_dialled[4], 2u);
  EXPECT_EQ(stats.known_by_network[4], 2u);
}

/// Databases that were written when every network was queued have onions at the front.
TEST_F(store_networks, who_is_queued_already_is_put_to_rest_in_parts) {
  std::vector<net::endpoint> all;
  for (std::uint32_t i = 0; i != 250; ++i) {
    all.push_back(onion(i));
    all.push_back(peer(i));
  }
  announce(all);
  EXPECT_EQ(due(), 500u);
  const auto done = dial(without_tor, start, 20);
  EXPECT_EQ(done.parked, 250u);
  EXPECT_EQ(done.queued, 0u);
  EXPECT_EQ(due(), 250u);
  EXPECT_EQ(dial(without_tor, start, 20).parked, 0u);
}

TEST_F(store_networks, they_are_due_again_when_their_network_is_dialled_and_not_before) {
  announce({onion(1), onion(2), onion(3)});
  dial(without_tor);
  EXPECT_EQ(dial(everything, start + hours{1}, 2).queued, 3u);
  EXPECT_EQ(due(start + hours{1}), 3u);
  EXPECT_EQ(ask<stats_answer>(*db, stats_query{start}).not_dialled[4], 0u);
  EXPECT_EQ(dial(everything, start + hours{1}).queued, 0u);
}

TEST_F(store_networks, a_restart_remembers_which_networks_have_endpoints_at_rest) {
  announce({onion(1)});
  dial(without_tor);
  open();
  EXPECT_EQ(due(), 0u);
  EXPECT_EQ(dial(everything).queued, 1u);
  open();
  EXPECT_EQ(dial(everything).queued, 0u);
}

/// An endpoint at rest is woken by an announcement of a new source, and each such announcement
/// reads and writes its record: of one that is not dialled none must.
TEST_F(store_networks, new_sources_wake_nobody_who_is_not_dialled) {
  dial(without_tor);
  announce({onion(1)});
  for (std::uint32_t source = 0; source != 40; ++source)
    announce({onion(1)}, start, net::ipv4_endpoint(0x0a000000u + (source << 16), 8333));
  EXPECT_EQ(record(onion(1)).queue, dial_class::dormant);
  EXPECT_EQ(due(), 0u);
}

TEST_F(store_networks, an_operator_who_names_one_does_not_queue_it) {
  dial(without_tor);
  must(*db, dial_soon{start, {onion(1), peer(1)}});
  EXPECT_EQ(due(), 1u);
  dial(everything);
  EXPECT_EQ(due(), 2u);
}

TEST_F(store_networks, a_visit_under_way_when_its_network_goes_is_filed_and_rests) {
  announce({onion(1)});
  dial(without_tor);
  must(*db, record_visit{onion(1), visit_at(start, net::outcome::complete, net::stage::addresses)});
  EXPECT_EQ(record(onion(1)).queue, dial_class::dormant);
  EXPECT_EQ(record(onion(1)).successes, 1u);
  // Back where the visit would have left it: due within the hour and not at once.
  dial(everything, start + std::chrono::minutes{5});
  EXPECT_EQ(record(onion(1)).queue, dial_class::live);
  EXPECT_EQ(due(start + std::chrono::minutes{5}), 0u);
  EXPECT_EQ(due(start + std::chrono::minutes{67}), 1u);
}

TEST_F(store_networks, who_was_given_up_before_stays_given_up) {
  announce({onion(1), onion(2)});
  for (int i = 0; i != 2; ++i)
    must(*db, record_visit{onion(1),
                           visit_at(start, net::outcome::connect_timeout, net::stage::dialling)});
  EXPECT_EQ(record(onion(1)).queue, dial_class::dormant);
  dial(without_tor);
  EXPECT_EQ(dial(everything).queued, 1u);
  EXPECT_EQ(record(onion(1)).queue, dial_class::dormant);
}

/// What every onion was in, before there was a way to say that it is not dialled.
TEST_F(store_networks, failures_of_our_own_leave_no_mark) {
  announce({onion(1)});
  for (int i = 0; i != 9; ++i)
    must(*db, record_visit{onion(1), visit_at(start, net::outcome::local_failure,
                                              net::stage::dialling, net::blame::local)});
  dial(without_tor);
  EXPECT_EQ(dial(everything, start + hours{2}).queued, 1u);
  EXPECT_EQ(record(onion(1)).queue, dial_class::fresh);
  EXPECT_EQ(due(start + hours{2}), 1u);
}

TEST_F(store_networks, loopback_is_dialled_whatever_is_said) {
  dial(std::array<bool, 8>{});
  announce({net::ipv4_endpoint(0x7f000001, 18444), peer(1)});
  EXPECT_EQ(due(), 1u);
}

/// The database is opened anew after a failed write, and must not forget what it was told.
TEST_F(store_networks, a_database_that_is_closed_and_goes_on_knows_what_it_was_told) {
  dial(without_tor);
  db->close();
  announce({onion(1)});
  EXPECT_EQ(due(), 0u);
}

TEST_F(store_networks, what_is_at_rest_is_forgotten_in_its_time_as_everybody_is) {
  dial(without_tor);
  announce({onion(1)});
  must(*db, tidy{start + hours{24 * 29}});
  EXPECT_TRUE(ask<get_answer>(*db, get_query{onion(1)}).record);
  must(*db, tidy{start + hours{24 * 31}});
  EXPECT_FALSE(ask<get_answer>(*db, get_query{onion(1)}).record);
}

} // namespace
} // namespace seedwalk::store
