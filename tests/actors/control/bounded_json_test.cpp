#include <gtest/gtest.h>

#include "actors/control/bounded_json.hpp"

namespace seedwalk::actors {
namespace {

TEST(bounded_json, is_no_deeper_than_its_bound) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_FALSE(parse_json(nested(json_depth_max)).is_discarded());
  EXPECT_TRUE(parse_json(nested(json_depth_max + 1)).is_discarded());
  EXPECT_TRUE(parse_json(std::string(1'000'000, '[')).is_discarded());
  EXPECT_TRUE(parse_json("{").is_discarded());
}

TEST(bounded_json, does_not_count_brackets_in_texts_or_beside_each_other) {
  EXPECT_TRUE(parse_json(R"({"a": "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})").is_object());
  std::string beside = "[";
  for (int i = 0; i != 1'000; ++i)
    beside += "[],";
  EXPECT_TRUE(parse_json(beside + "[]]").is_array());
}

} // namespace
} // namespace seedwalk::actors
