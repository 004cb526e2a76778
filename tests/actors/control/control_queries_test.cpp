#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/control/control_queries.hpp"
#include "net/base/archive.hpp"

namespace seedwalk::actors {
namespace {

const store::query some_query = [] {
  store::list_query list;
  list.limit = 7;
  list.good_only = true;
  return list;
}();

TEST(control_queries, a_query_arrives_as_it_was_asked) {
  const auto arrived = query_in(nlohmann::json::parse(query_request(some_query).dump()));
  ASSERT_TRUE(arrived) << arrived.error();
  EXPECT_EQ(net::to_archive(*arrived), net::to_archive(some_query));
}

TEST(control_queries, an_answer_arrives_as_it_was_given) {
  store::stats_answer stats;
  stats.known = 12;
  const auto line = nlohmann::json::parse(answer_line(stats).dump());
  const auto arrived = answer_in(line, store::stats_query{});
  ASSERT_TRUE(arrived) << arrived.error();
  EXPECT_EQ(std::get<store::stats_answer>(*arrived), stats);
}

TEST(control_queries, an_answer_to_another_question_is_refused) {
  EXPECT_FALSE(answer_in(answer_line(store::stats_answer{}), store::bans_query{}));
  EXPECT_FALSE(answer_in({{"type", "answer"}}, store::bans_query{}));
  EXPECT_FALSE(answer_in({{"type", 5}, {"answer", 5}}, store::bans_query{}));
}

TEST(control_queries, a_request_of_another_schema_is_refused) {
  auto request = query_request(some_query);
  request["schema"] = 1'000;
  EXPECT_FALSE(query_in(request));
  request.erase("schema");
  EXPECT_FALSE(query_in(request));
}

TEST(control_queries, whatever_stands_in_a_request_is_a_query_or_an_error) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& drawn) {
    std::string hex;
    for (const auto byte : drawn)
      hex += {"0123456789abcdef"[byte >> 4], "0123456789abcdefg"[byte & 15]};
    auto request = query_request(some_query);
    request["query"] = hex;
    if (const auto read = query_in(request))
      RC_ASSERT(query_in(query_request(*read)).has_value());
    request["query"] = hex + "g";
    RC_ASSERT(!query_in(request));
  }));
}

} // namespace
} // namespace seedwalk::actors
