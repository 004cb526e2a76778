#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/oracles/flat_table.hpp"

namespace seedwalk::sim {
namespace {

/// Three places for all keys: runs of entries that belong elsewhere, which an erasure has to close.
struct crowded_hash {
  std::uint64_t operator()(int key) const { return static_cast<std::uint64_t>(key % 3) + 13; }
};

template <class Hash>
void behaves_as_a_map() {
  flat_table<int, int, Hash> table;
  std::map<int, int> model;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 6), rc::gen::inRange(0, 24)));
  for (const auto& [action, key] : steps) {
    switch (action) {
    case 0:
    case 1:
      RC_ASSERT(table.emplace(key, action).second == model.emplace(key, action).second);
      break;
    case 2:
      ++table[key];
      ++model[key];
      break;
    case 3:
      RC_ASSERT(table.erase(key) == model.erase(key));
      break;
    case 4: {
      const auto expected = model.extract(key);
      const auto taken = table.take(key);
      RC_ASSERT(taken == (expected.empty() ? std::nullopt : std::optional{expected.mapped()}));
      break;
    }
    default:
      const auto is_even = [](const auto& one) { return one.second % 2 == 0; };
      table.erase_if(is_even);
      std::erase_if(model, is_even);
    }
    std::map<int, int> found;
    for (const auto& [known, value] : table)
      found.emplace(known, value);
    RC_ASSERT(found == model);
    for (int other = 0; other != 24; ++other)
      RC_ASSERT(table.contains(other) == model.contains(other));
  }
}

struct plain_hash {
  std::uint64_t operator()(int key) const { return static_cast<std::uint64_t>(key); }
};

TEST(flat_table, is_a_map_whatever_comes_and_goes) {
  EXPECT_TRUE(rc::check([] { behaves_as_a_map<plain_hash>(); }));
}

TEST(flat_table, finds_those_that_stand_elsewhere_for_want_of_their_place) {
  EXPECT_TRUE(rc::check([] { behaves_as_a_map<crowded_hash>(); }));
}

TEST(flat_table, stands_in_the_order_of_coming_but_for_what_is_erased) {
  flat_table<int, char, plain_hash> table;
  for (const char letter : {'a', 'b', 'c', 'd'})
    table.emplace(letter, letter);
  table.erase('b');
  std::string order;
  for (const auto& [key, letter] : table)
    order += letter;
  EXPECT_EQ(order, "adc");
}

TEST(flat_set, tells_who_was_new) {
  flat_set<net::endpoint> set;
  const auto one = net::ipv4_endpoint(0x0a000001, 8333);
  auto other = one;
  other.port = 8334;
  EXPECT_TRUE(set.insert(one));
  EXPECT_FALSE(set.insert(one));
  EXPECT_FALSE(set.contains(other));
  EXPECT_TRUE(set.insert(other));
  EXPECT_EQ(set.erase(one), 1u);
  EXPECT_EQ(set.erase(one), 0u);
  EXPECT_EQ(*set.begin(), other);
  set.clear();
  EXPECT_TRUE(set.empty());
  EXPECT_FALSE(set.contains(other));
}

} // namespace
} // namespace seedwalk::sim
