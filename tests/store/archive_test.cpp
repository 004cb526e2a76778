#include <gtest/gtest.h>

#include "net/archive.hpp"
#include "store/storage.hpp"

namespace seedwalk::store {
namespace {

TEST(store_archive, every_operation_and_completion_is_inspectable) {
  batch written_batch;
  written_batch.operations.emplace_back(record_claims{{}, timestamp{1}, {claim{}}});
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

} // namespace
} // namespace seedwalk::store
