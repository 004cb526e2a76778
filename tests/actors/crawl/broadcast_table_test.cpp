#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/broadcast_table.hpp"

namespace seedwalk::actors {
namespace {

constexpr net::owner asker{7};

net::endpoint peer(int n) {
  return net::ipv4_endpoint(0x0a000000 + static_cast<std::uint32_t>(n), 8333);
}

/// What is known of a broadcast from outside: the peers that it was for, and what came of each.
struct told {
  std::set<net::endpoint> waiting;
  std::uint32_t sent = 0;
  std::vector<net::endpoint> failed;
};

std::uint64_t token_of(std::uint64_t number) {
  return 1'000 + number;
}

void check(const broadcast_table::finished& done, const told& expected) {
  RC_ASSERT(done.asker == asker);
  RC_ASSERT(done.answer.sent == expected.sent);
  RC_ASSERT(done.answer.failed == expected.failed);
}

TEST(broadcast_table, says_once_of_each_broadcast_what_became_of_each_peer) {
  EXPECT_TRUE(rc::check([] {
    constexpr int peers = 6;
    broadcast_table table;
    std::map<std::uint64_t, told> running;
    std::uint64_t number = 0;
    for (int i = 0; i != 80; ++i) {
      const auto key = peer(*rc::gen::inRange(0, peers));
      switch (*rc::gen::inRange(0, 4)) {
      case 0: {
        told fresh;
        for (int n = 0; n != peers; ++n)
          if (*rc::gen::inRange(0, 3) > 0)
            fresh.waiting.insert(peer(n));
        ++number;
        const auto done = table.begin(number, asker, token_of(number), fresh.waiting);
        RC_ASSERT(done.has_value() == fresh.waiting.empty());
        if (done) {
          RC_ASSERT(done->answer.token == token_of(number));
          check(*done, fresh);
        } else {
          running.emplace(number, fresh);
        }
        break;
      }
      case 1: { // All that wait for it, oldest first; the others hear nothing.
        const auto done = table.gone(key);
        std::size_t next = 0;
        for (auto r = running.begin(); r != running.end();) {
          if (r->second.waiting.erase(key) > 0)
            r->second.failed.push_back(key);
          if (!r->second.waiting.empty()) {
            ++r;
            continue;
          }
          RC_ASSERT(next < done.size());
          RC_ASSERT(done[next].answer.token == token_of(r->first));
          check(done[next++], r->second);
          r = running.erase(r);
        }
        RC_ASSERT(next == done.size());
        break;
      }
      default: { // Of a broadcast that runs, is over, or never was.
        const auto asked = *rc::gen::inRange<std::uint64_t>(0, number + 2);
        const bool sent = *rc::gen::arbitrary<bool>();
        const auto done = table.answered(asked, key, sent);
        const auto r = running.find(asked);
        if (r == running.end() || r->second.waiting.erase(key) == 0) {
          RC_ASSERT(!done);
          break;
        }
        if (sent)
          ++r->second.sent;
        else
          r->second.failed.push_back(key);
        RC_ASSERT(done.has_value() == r->second.waiting.empty());
        if (done) {
          RC_ASSERT(done->answer.token == token_of(asked));
          check(*done, r->second);
          running.erase(r);
        }
      }
      }
      RC_ASSERT(table.size() == running.size());
    }
  }));
}

} // namespace
} // namespace seedwalk::actors
