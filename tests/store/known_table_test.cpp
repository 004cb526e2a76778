// The table against a map, with hashes that crowd one place: what stands behind a hole must be
// found.

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "store/known_table.hpp"

namespace seedwalk::store {
namespace {

TEST(known_table, holds_what_a_map_holds) {
  EXPECT_TRUE(rc::check([] {
    known_table table;
    std::map<std::uint64_t, std::uint32_t> model;
    const auto places = *rc::gen::inRange<std::uint64_t>(1, 64);
    const auto moves = *rc::gen::inRange(1, 3'000);
    for (int i = 0; i != moves; ++i) {
      // Low bits choose the home: few of them, so that searches run into each other.
      const auto hash = *rc::gen::inRange<std::uint64_t>(0, 40) << 32 |
                        (*rc::gen::inRange<std::uint64_t>(0, places) + 1'000) % 1'024 | 1ull << 63;
      switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        table.erase(hash);
        model.erase(hash);
        break;
      case 2:
        table.reserve(*rc::gen::inRange<std::size_t>(0, 5'000));
        break;
      default:
        table.insert(hash).sources = model[hash] = static_cast<std::uint32_t>(i + 1);
      }
    }
    RC_ASSERT(table.size() == model.size());
    for (const auto& [hash, sources] : model) {
      const auto* found = table.find(hash);
      RC_ASSERT(found != nullptr);
      RC_ASSERT(found->sources == sources);
    }
    RC_ASSERT(table.find(1) == nullptr);
  }));
}

TEST(known_table, that_was_told_its_size_does_not_grow_on_the_way) {
  for (const std::size_t entries : {1u, 819u, 820u, 100'000u}) {
    known_table grown;
    known_table told;
    told.reserve(entries);
    const auto before = told.memory_bytes();
    for (std::uint64_t i = 1; i <= entries; ++i) {
      grown.insert(i * 0x9e3779b97f4a7c15ull | 1);
      told.insert(i * 0x9e3779b97f4a7c15ull | 1);
    }
    EXPECT_EQ(told.memory_bytes(), before) << entries;
    EXPECT_EQ(told.memory_bytes(), grown.memory_bytes()) << entries;
  }
}

} // namespace
} // namespace seedwalk::store
