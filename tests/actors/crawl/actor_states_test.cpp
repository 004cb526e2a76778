#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "actors/control/control_server.hpp"
#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/crawler.hpp"
#include "actors/crawl/db_writer.hpp"
#include "actors/crawl/peer_connection.hpp"
#include "net/base/json_writer.hpp"

namespace seedwalk::actors {
namespace {

TEST(actor_states, are_json_that_a_person_can_read) {
  const auto peer = net::parse_endpoint("192.0.2.1:8333").value();
  connection_manager::state manager;
  manager.now = connection_manager::phase::crawling;
  manager.awaited[17].leaves = peer;
  manager.listeners[net::listener_id{2}].local = peer;
  const auto known = nlohmann::json::parse(net::to_json(manager));
  EXPECT_EQ(known["now"], 2);
  EXPECT_EQ(known["awaited"]["17"]["leaves"], "192.0.2.1:8333");
  EXPECT_EQ(known["listeners"][0][0]["value"], 2);
  EXPECT_EQ(known["listeners"][0][1]["local"], "192.0.2.1:8333");
  EXPECT_EQ(known["pool"]["held"], 0);
  EXPECT_EQ(known["dials"]["limits"]["slots"], manager.dials.limits().slots);
  EXPECT_TRUE(known["timers"][0]["mark"].is_null());
}

template <class Actor>
class state_of : public testing::Test {};

using all_actors =
    testing::Types<crawler, connection_manager, peer_connection, db_writer, control_server>;
TYPED_TEST_SUITE(state_of, all_actors);

TYPED_TEST(state_of, an_actor_that_knows_nothing_yet_is_read_back_from_its_archive_and_is_json) {
  const typename TypeParam::state fresh;
  typename TypeParam::state again;
  ASSERT_TRUE(net::from_archive(net::to_archive(fresh), again));
  EXPECT_EQ(net::to_archive(again), net::to_archive(fresh));
  EXPECT_EQ(net::to_json(again), net::to_json(fresh));
  EXPECT_TRUE(nlohmann::json::parse(net::to_json(fresh)).is_object());
}

} // namespace
} // namespace seedwalk::actors
