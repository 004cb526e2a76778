#include <chrono>

#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(resolving);

TEST_P(resolving, who_asks_for_routes_is_answered_once_each_time) {
  door().find_routes(client_owner);
  door().find_routes(client_owner);
  const auto answers = await<net::routes_found>(net::resolve_id{}, 2);
  EXPECT_EQ(answers[0], answers[1]);
  world().settle();
  EXPECT_EQ(all<net::routes_found>(net::resolve_id{}).size(), 2u);
}

TEST_P(resolving, a_literal_is_its_own_answer) {
  const auto v4 = door().resolve("127.1.2.3", 8333, generous, client_owner);
  const auto v6 = door().resolve("2001:db8::1", 18444, generous, client_owner);
  const auto answer = await<net::resolved>(v4).front();
  ASSERT_EQ(answer.addresses.size(), 1u);
  EXPECT_EQ(answer.addresses.front(), net::ipv4_endpoint(0x7f010203, 8333));
  const auto wide = await<net::resolved>(v6).front();
  ASSERT_EQ(wide.addresses.size(), 1u);
  EXPECT_EQ(to_string(wide.addresses.front()), "[2001:db8::1]:18444");
}

TEST_P(resolving, a_known_name_has_addresses_with_the_port_asked_for) {
  const auto id = door().resolve(world().known_name(), 1234, generous, client_owner);
  const auto answer = await<net::resolved>(id).front();
  EXPECT_EQ(answer.reason, net::error::none);
  ASSERT_FALSE(answer.addresses.empty());
  for (const auto& found : answer.addresses) {
    EXPECT_EQ(found.port, 1234);
    EXPECT_TRUE(is_loopback(found)) << to_string(found);
  }
}

TEST_P(resolving, what_is_no_name_is_not_found) {
  for (const auto& name :
       {std::string(), std::string("two words"), std::string("a..b"), std::string(64, 'a'),
        std::string("semi\0colon", 10), std::string("300.300.300.300.300!")}) {
    const auto id = door().resolve(name, 1, generous, client_owner);
    EXPECT_EQ(await<net::resolved>(id).front().reason, net::error::name_not_found) << name;
  }
}

TEST_P(resolving, many_questions_each_have_one_answer) {
  std::vector<net::resolve_id> asked;
  for (int i = 0; i != 50; ++i)
    asked.push_back(door().resolve(i % 2 ? world().known_name() : "127.0.0.1",
                                   static_cast<std::uint16_t>(i), generous, client_owner));
  for (std::size_t i = 0; i != asked.size(); ++i)
    EXPECT_EQ(await<net::resolved>(asked[i]).front().addresses.at(0).port, i);
}

} // namespace
} // namespace seedwalk::conformance
