#include <gtest/gtest.h>

#include "net/base/archive.hpp"
#include "store/storage.hpp"
#include "tests/store/draw.hpp"

namespace seedwalk::store {
namespace {

TEST(store_archive, every_operation_and_completion_is_inspectable) {
  batch written_batch;
  written_batch.operations.emplace_back(record_announcements{{}, timestamp{1}, {announcement{}}});
  written_batch.operations.emplace_back(tidy{});
  batch read;
  ASSERT_TRUE(net::from_archive(net::to_archive(written_batch), read));
  EXPECT_EQ(net::to_archive(read), net::to_archive(written_batch));
  store::query asked = due_query{};
  ASSERT_TRUE(net::from_archive(net::to_archive(store::query{list_query{}}), asked));
  EXPECT_TRUE(std::holds_alternative<list_query>(asked));
  completion done = answered{request_id{7}, {}, due_answer{}};
  completion again;
  ASSERT_TRUE(net::from_archive(net::to_archive(done), again));
  EXPECT_EQ(std::get<answered>(again).request, request_id{7});
}

TEST(store_archive, records_come_back_whole) {
  EXPECT_TRUE(rc::check([] {
    const auto record = *test::any_peer_record();
    peer_record read;
    RC_ASSERT(net::from_archive(net::to_archive(record), read));
    RC_ASSERT(read == record);
    const auto visit = *test::any_visit_record();
    visit_record visit_read;
    RC_ASSERT(net::from_archive(net::to_archive(visit), visit_read));
    RC_ASSERT(visit_read == visit);
  }));
}

} // namespace
} // namespace seedwalk::store
