#include <algorithm>
#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/subscriber_table.hpp"

namespace seedwalk::actors {
namespace {

using event_answers = std::vector<std::pair<net::owner, bool>>;

event_answers an_event(subscriber_table& table) {
  event_answers all;
  table.each([&](net::owner subscriber, bool last) { all.emplace_back(subscriber, last); });
  return all;
}

TEST(subscriber_table, each_hears_as_much_as_it_gave_credit_for_and_is_told_with_the_last) {
  EXPECT_TRUE(rc::check([] {
    subscriber_table table;
    std::map<std::uint64_t, std::uint64_t> credit;
    for (int i = 0; i != 100; ++i) {
      const auto id = *rc::gen::inRange<std::uint64_t>(1, 5);
      switch (*rc::gen::inRange(0, 5)) {
      case 0: {
        const auto more = *rc::gen::inRange<std::uint32_t>(0, 6);
        table.add(net::owner{id}, more);
        if (more > 0)
          credit[id] += more;
        break;
      }
      case 1:
        table.remove(net::owner{id});
        credit.erase(id);
        break;
      default: {
        event_answers expected;
        for (auto& [subscriber, left] : credit)
          expected.emplace_back(net::owner{subscriber}, --left == 0);
        std::erase_if(credit, [](const auto& x) { return x.second == 0; });
        RC_ASSERT(an_event(table) == expected);
      }
      }
      RC_ASSERT(table.size() == credit.size());
    }
  }));
}

TEST(subscriber_table, more_than_the_most_is_not_kept_however_it_is_given) {
  EXPECT_TRUE(rc::check([](std::uint32_t first, std::uint32_t second) {
    constexpr auto most = subscriber_table::credit_max;
    if (*rc::gen::arbitrary<bool>())
      first = most - first % 10;
    if (*rc::gen::arbitrary<bool>())
      second = UINT32_MAX - second % 10; // What is added up wraps around.
    RC_PRE(first > 0);
    subscriber_table table;
    table.add(net::owner{1}, first);
    table.add(net::owner{1}, second);
    const auto expected =
        std::min<std::uint64_t>(std::uint64_t{first} + std::min(second, most), most);
    std::uint64_t n = 0;
    while (table.size() > 0 && n <= most) {
      const auto all = an_event(table);
      RC_ASSERT(all == (event_answers{{net::owner{1}, ++n == expected}}));
    }
    RC_ASSERT(n == expected);
  }));
}

} // namespace
} // namespace seedwalk::actors
