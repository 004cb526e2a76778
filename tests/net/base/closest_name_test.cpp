#include <array>

#include <gtest/gtest.h>

#include "net/base/closest_name.hpp"

namespace seedwalk::net {
namespace {

TEST(closest_name, is_only_what_was_probably_meant) {
  const std::array<std::string_view, 3> names = {"crawl", "replay", "sim"};
  EXPECT_EQ(closest_name("crwal", names), "crawl");
  EXPECT_EQ(closest_name("replays", names), "replay");
  EXPECT_EQ(closest_name("zoo", names), "");
}

} // namespace
} // namespace seedwalk::net
