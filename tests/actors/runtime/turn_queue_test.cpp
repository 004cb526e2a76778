#include <limits>
#include <set>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "actors/runtime/turn_queue.hpp"

namespace seedwalk::sim {
namespace {

using model = std::set<std::tuple<std::int64_t, std::uint64_t, std::uint32_t>>;

std::tuple<std::int64_t, std::uint64_t, std::uint32_t> as_model(const turn_queue::place& p) {
  return {p.rank, p.order, p.at};
}

RC_GTEST_PROP(turn_queue, the_least_comes_first_whatever_was_put_and_taken_before, ()) {
  turn_queue queue;
  model expected;
  const auto commands =
      *rc::gen::scale(6, rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>()));
  // Ranks are often equal, below zero, or as far apart as they can be.
  const auto rank =
      rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-3, 4), rc::gen::arbitrary<std::int64_t>(),
                     rc::gen::element(std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max()));
  std::uint64_t order = 0;
  for (const bool put : commands) {
    if (put || expected.empty()) {
      const turn_queue::place added{*rank, ++order, static_cast<std::uint32_t>(order % 7), 1};
      queue.push(added);
      expected.insert(as_model(added));
    } else {
      queue.pop();
      expected.erase(expected.begin());
    }
    RC_ASSERT(queue.empty() == expected.empty());
    if (!expected.empty())
      RC_ASSERT(as_model(queue.front()) == *expected.begin());
  }
  while (!expected.empty()) {
    RC_ASSERT(as_model(queue.front()) == *expected.begin());
    queue.pop();
    expected.erase(expected.begin());
  }
  RC_ASSERT(queue.empty());
}

} // namespace
} // namespace seedwalk::sim
