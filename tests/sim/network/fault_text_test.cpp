#include <set>

#include <gtest/gtest.h>

#include "net/base/random.hpp"
#include "sim/network/drawn_faults.hpp"
#include "sim/network/fault_text.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;

TEST(fault_text, says_when_which_and_what) {
  fault_rule rule;
  rule.name = "fault 2";
  rule.since = 1250ms;
  rule.until = 9s;
  rule.to = endpoint_set::only(net::ipv4_endpoint(0xc6336407, 7));
  rule.both_directions = true;
  rule.of = 3;
  rule.action = fault::reset{311};
  EXPECT_EQ(to_string(rule), "fault 2: from 1.250 s to 9.000 s, 1 of 3 connections of anybody to "
                             "198.51.100.7:7, both directions: reset after 311 bytes");
  rule.until = net::steady_time::max();
  rule.from = endpoint_set::subnet(net::ipv4_endpoint(0xc6336407, 0), 24);
  EXPECT_NE(
      to_string(rule).find("to the end, 1 of 3 connections of 198.51.100.7:0 (the first 24 bits)"),
      std::string::npos)
      << to_string(rule);
}

TEST(drawn_faults, draw_every_action_and_change_bytes_only_where_they_may) {
  const std::vector<net::endpoint> victims = {net::ipv4_endpoint(0xc6336407, 7)};
  for (const auto range : {fault_range::everything, fault_range::intact_bytes}) {
    std::set<std::size_t> actions;
    net::random_stream draw{1, "test"};
    bool changes_bytes = false;
    for (std::uint32_t i = 0; i != 200; ++i) {
      const auto rule = draw_fault(draw, i, victims, range);
      actions.insert(rule.action.index());
      changes_bytes |= std::holds_alternative<fault::corrupt>(rule.action);
      EXPECT_LT(rule.since, rule.until);
    }
    EXPECT_EQ(actions.size(), range == fault_range::everything ? 7u : 6u);
    EXPECT_EQ(changes_bytes, range == fault_range::everything);
  }
}

} // namespace
} // namespace seedwalk::sim
