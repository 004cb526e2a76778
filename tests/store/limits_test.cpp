#include <gtest/gtest.h>

#include "draw.hpp"
#include "store/known_table.hpp"

namespace seedwalk::store {
namespace {

using namespace test;

announcements_recorded announce_all(database& db, const std::vector<net::endpoint>& peers,
                                    net::endpoint source = peer(60'000)) {
  record_announcements op{source, start, {}};
  for (const auto& p : peers)
    op.announcements.push_back({p, static_cast<std::uint32_t>(start.count()), 1});
  return std::get<announcements_recorded>(must(db, op).results.at(0));
}

net::endpoint ipv6(std::uint16_t subnet, std::uint64_t host) {
  net::endpoint e;
  e.network = net::network_id::ipv6;
  e.address = {0x2a, 0x01, 0, 1, 0, 2};
  e.address[6] = static_cast<std::uint8_t>(subnet >> 8);
  e.address[7] = static_cast<std::uint8_t>(subnet);
  for (std::size_t i = 0; i != 8; ++i)
    e.address[15 - i] = static_cast<std::uint8_t>(host >> (8 * i));
  e.port = 8333;
  return e;
}

struct limits_fixture : testing::Test {
  std::unique_ptr<leveldb::Env> disk = memory_disk();
  database_options options = options_on(disk.get());
  std::unique_ptr<database> db;

  void open() {
    db = std::make_unique<database>("/db", options);
    ASSERT_TRUE(db->open());
  }
  void SetUp() override { open(); }
  void TearDown() override {
    const auto report = db->check();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->problem_count, 0u) << report->problems.front();
  }
};

using store_limits = limits_fixture;

TEST_F(store_limits, sixteen_endpoints_an_ipv4_address_and_a_restart_remembers) {
  std::vector<net::endpoint> ports;
  for (std::uint16_t port = 1; port != 40; ++port)
    ports.push_back(net::ipv4_endpoint(0x01020304, port));
  auto counts = announce_all(*db, ports);
  EXPECT_EQ(counts.added, 16u);
  EXPECT_EQ(counts.refused_address, 23u);
  db->close();
  counts = announce_all(*db, ports);
  EXPECT_EQ(counts.known, 16u);
  EXPECT_EQ(counts.refused_address, 23u);
  must(*db, forget_peer{ports[0]});
  EXPECT_EQ(announce_all(*db, {ports[30]}).added, 1u) << "there is room again";
}

TEST_F(store_limits, four_endpoints_an_ipv6_64_and_256_a_48) {
  std::vector<net::endpoint> one_subnet;
  for (std::uint64_t host = 1; host != 100; ++host)
    one_subnet.push_back(ipv6(0, host));
  EXPECT_EQ(announce_all(*db, one_subnet).added, 4u);
  std::vector<net::endpoint> many_subnets;
  for (std::uint16_t subnet = 1; subnet != 1'000; ++subnet)
    many_subnets.push_back(ipv6(subnet, 1));
  EXPECT_EQ(announce_all(*db, many_subnets).added, 252u);
}

TEST_F(store_limits, loopback_has_no_limit) {
  std::vector<net::endpoint> zoo;
  for (std::uint16_t port = 1; port != 1'000; ++port)
    zoo.push_back(net::ipv4_endpoint(0x7f000001, port));
  EXPECT_EQ(announce_all(*db, zoo).added, 999u);
}

TEST_F(store_limits, a_full_database_evicts_the_never_reached_of_the_loudest_netgroup) {
  options.limits.known = 100;
  open();
  const auto quiet = net::ipv4_endpoint(0x05050505, 8333);
  const auto loud = net::ipv4_endpoint(0x06060606, 8333);
  std::vector<net::endpoint> first;
  for (std::uint32_t n = 0; n != 30; ++n)
    first.push_back(peer(n));
  announce_all(*db, first, quiet);
  for (std::uint32_t n = 0; n != 5; ++n)
    must(*db, record_visit{peer(n), visit_at(start, net::outcome::complete, net::stage::verack)});
  std::vector<net::endpoint> flood;
  for (std::uint32_t n = 1'000; n != 2'000; ++n)
    flood.push_back(peer(n));
  const auto counts = announce_all(*db, flood, loud);
  EXPECT_EQ(counts.added, 1'000u);
  EXPECT_EQ(counts.evicted, 930u);
  EXPECT_EQ(db->totals().known, 100u);
  for (const auto& p : first)
    EXPECT_TRUE(ask<get_answer>(*db, get_query{p}).record) << "the flood evicts its own";
  db->close();
  EXPECT_EQ(announce_all(*db, {peer(5'000)}, quiet).evicted, 1u);
  EXPECT_EQ(db->totals().known, 100u);
}

// The group that was looked for last is remembered, because announcements come in runs of one
// source; it must not be remembered beyond its last endpoint.
TEST_F(store_limits, a_netgroup_that_lost_its_last_endpoint_is_counted_anew) {
  options.limits.known = 10;
  open();
  std::vector<net::endpoint> flood;
  for (std::uint32_t n = 0; n != 11; ++n)
    flood.push_back(peer(n));
  EXPECT_EQ(announce_all(*db, {flood[0]}).added, 1u);
  must(*db, forget_peer{flood[0]});
  const auto counts = announce_all(*db, flood);
  EXPECT_EQ(counts.added, 11u);
  EXPECT_EQ(counts.evicted, 1u);
  EXPECT_EQ(counts.refused_full, 0u);
}

TEST_F(store_limits, a_database_full_of_endpoints_that_answered_refuses_new_ones) {
  options.limits.known = 10;
  open();
  for (std::uint32_t n = 0; n != 10; ++n)
    must(*db, record_visit{peer(n), visit_at(start, net::outcome::complete, net::stage::verack)});
  const auto counts = announce_all(*db, {peer(100), peer(101)});
  EXPECT_EQ(counts.refused_full, 2u);
  must(*db, record_visit{peer(102), visit_at(start, net::outcome::refused, net::stage::dialling)});
  EXPECT_EQ(db->totals().known, 11u) << "a visit is a fact, and kept";
}

TEST(store_known_table, is_a_map) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint16_t, bool>>& steps) {
    known_table table;
    std::map<std::uint64_t, std::uint32_t> map;
    std::uint32_t n = 0;
    // Few homes, so that runs of neighbours grow long.
    for (const auto& [x, insert] : steps) {
      const auto hash = known_table::fold(std::uint64_t{x % 64u} << 56 | x % 8u);
      if (insert) {
        table.insert(hash).sources = ++n;
        map[hash] = n;
      } else {
        table.erase(hash);
        map.erase(hash);
      }
    }
    RC_ASSERT(table.size() == map.size());
    for (std::uint64_t high = 0; high != 64; ++high)
      for (std::uint64_t low = 0; low != 8; ++low) {
        const auto hash = known_table::fold(high << 56 | low);
        const auto* e = table.find(hash);
        RC_ASSERT((e != nullptr) == map.contains(hash));
        if (e != nullptr)
          RC_ASSERT(e->sources == map[hash]);
      }
  }));
}

TEST(store_known_table, a_million_and_a_half_fit_in_33_megabytes) {
  known_table table;
  for (std::uint64_t n = 1; n <= 1'500'000; ++n)
    table.insert(n * 0x9e3779b97f4a7c15ull);
  EXPECT_LE(table.memory_bytes(), 34u << 20);
  for (std::uint64_t n = 1; n <= 1'500'000; ++n)
    ASSERT_NE(table.find(n * 0x9e3779b97f4a7c15ull), nullptr);
}

TEST(store_prefix_counts, is_a_map_of_counts) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::uint16_t, bool>>& steps) {
    prefix_counts counts;
    std::map<std::uint64_t, std::uint32_t> map;
    for (const auto& [x, up] : steps) {
      const auto hash = std::uint64_t{x % 40u} << 60 | std::uint64_t{x % 5u} << 16;
      if (up) {
        counts.increment(hash);
        ++map[hash];
      } else if (counts.count(hash) != 0) {
        counts.decrement(hash);
        if (--map[hash] == 0)
          map.erase(hash);
      }
    }
    RC_ASSERT(counts.size() == map.size());
    for (const auto& [hash, count] : map)
      RC_ASSERT(counts.count(hash) == count);
  }));
}

} // namespace
} // namespace seedwalk::store
