#include <set>

#include <gtest/gtest.h>

#include "actors/crawl/connection_counts.hpp"
#include "net/base/archive.hpp"

namespace seedwalk::actors {
namespace {

using net::direction;

net::endpoint node(std::uint32_t i) {
  return net::ipv4_endpoint(0x0a000000 + i, 8333);
}

TEST(connection_counts, number_each_endpoint_by_itself) {
  connection_counts counts;
  EXPECT_EQ(counts.next_name(node(1), direction::outbound), "10.0.0.1:8333#1");
  EXPECT_EQ(counts.next_name(node(2), direction::outbound), "10.0.0.2:8333#1");
  EXPECT_EQ(counts.next_name(node(1), direction::outbound), "10.0.0.1:8333#2");
  EXPECT_EQ(counts.counted(), 2u);
}

TEST(connection_counts, call_who_dials_us_by_address_alone) {
  connection_counts counts;
  EXPECT_EQ(counts.next_name(net::ipv4_endpoint(0x0a000001, 50'000), direction::inbound),
            "10.0.0.1#1");
  EXPECT_EQ(
      counts.next_name(net::ipv4_endpoint(0x0a000001, 50'001), direction::inbound_over_capacity),
      "10.0.0.1#2");
  EXPECT_EQ(counts.next_name(node(1), direction::outbound), "10.0.0.1:8333#1");
  const auto v6 = *net::parse_endpoint("[2001:db8::1]:50000");
  EXPECT_EQ(counts.next_name(v6, direction::inbound), "[2001:db8::1]#1");
}

TEST(connection_counts, survive_growth_and_an_archive) {
  connection_counts counts;
  constexpr std::uint32_t many = 5'000;
  for (std::uint32_t i = 0; i != many; ++i)
    for (std::uint32_t nth = 0; nth <= i % 3; ++nth)
      counts.next_name(node(i), direction::outbound);
  EXPECT_EQ(counts.counted(), many);
  const auto archived = net::to_archive(counts);
  connection_counts restored;
  ASSERT_TRUE(net::from_archive(archived, restored));
  EXPECT_EQ(net::to_archive(restored), archived);
  for (std::uint32_t i = 0; i != many; ++i)
    ASSERT_EQ(restored.next_name(node(i), direction::outbound),
              net::to_string(node(i)) + "#" + std::to_string(i % 3 + 2));
}

TEST(connection_counts, are_bounded_and_name_nobody_twice_beyond) {
  constexpr std::size_t most = 100;
  connection_counts counts{most};
  std::set<std::string> names;
  constexpr std::uint32_t rounds = 3;
  constexpr std::uint32_t many = 300;
  for (std::uint32_t round = 0; round != rounds; ++round)
    for (std::uint32_t i = 0; i != many; ++i)
      names.insert(counts.next_name(node(i), direction::outbound));
  EXPECT_EQ(counts.counted(), most);
  EXPECT_EQ(names.size(), rounds * many);
  // Those who came in time keep their own.
  EXPECT_EQ(counts.next_name(node(0), direction::outbound), "10.0.0.0:8333#4");
}

} // namespace
} // namespace seedwalk::actors
