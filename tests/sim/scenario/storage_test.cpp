#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "net/base/random.hpp"
#include "sim/scenario/storage.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

namespace seedwalk::sim {
namespace {

using namespace toy;
using namespace std::chrono_literals;

/// Keeps what the door says, and when.
class kept final : public store::completion_sink {
public:
  explicit kept(const world& home) : home_(home) {}
  void deliver(net::owner, store::completion&& what) override {
    at.push_back(home_.now().steady);
    std::visit([this](const auto& x) { order.push_back(x.request.value); }, what);
    all.push_back(std::move(what));
  }
  std::vector<net::steady_time> at;
  std::vector<std::uint64_t> order;
  std::vector<store::completion> all;

private:
  const world& home_;
};

net::endpoint peer(std::uint32_t n) {
  net::endpoint e;
  e.network = net::network_id::ipv4;
  e.address = {11, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
               static_cast<std::uint8_t>(n)};
  e.port = 8333;
  return e;
}

store::batch naming(std::uint32_t n) {
  store::dial_soon soon;
  soon.now = store::timestamp{1'700'000'000};
  soon.peers = {peer(n)};
  return {{soon}};
}

struct bench {
  explicit bench(disk::options o = {})
      : door({"", "/db", storage::small_database(), net::steady_time{5'000}}, home.events(), heard,
             std::make_unique<disk>(std::move(o))) {}

  void run() {
    while (drive.advance()) {
    }
  }

  bool knows(std::uint32_t n) {
    const auto answer = door.database().answer(store::get_query{peer(n)});
    return answer && std::get<store::get_answer>(*answer).record.has_value();
  }

  world home{options(1)};
  simulation drive{home};
  kept heard{home};
  storage door;
};

TEST(sim_storage, completions_come_later_and_in_order) {
  bench b;
  ASSERT_TRUE(b.door.open());
  for (std::uint32_t i = 1; i <= 20; ++i) {
    if (i % 3 == 0)
      b.door.query(store::get_query{peer(i - 1)}, net::nobody);
    else
      b.door.write(naming(i), net::nobody);
  }
  EXPECT_TRUE(b.heard.all.empty());
  EXPECT_EQ(b.door.in_flight(), 20u);
  b.run();
  ASSERT_EQ(b.heard.order.size(), 20u);
  EXPECT_TRUE(std::is_sorted(b.heard.order.begin(), b.heard.order.end()));
  EXPECT_TRUE(std::is_sorted(b.heard.at.begin(), b.heard.at.end()));
  EXPECT_GT(b.heard.at.front(), 0ns);
  // A query sees the batch before it.
  const auto& seen = std::get<store::answered>(b.heard.all[2]);
  EXPECT_TRUE(std::get<store::get_answer>(seen.answer).record.has_value());
}

TEST(sim_storage, a_crash_at_any_moment_loses_nothing_acknowledged) {
  net::random_stream draws(1, "crashes");
  std::size_t swallowed = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    bench b;
    ASSERT_TRUE(b.door.open());
    for (std::uint32_t i = 1; i <= 20; ++i)
      b.door.write(naming(i), net::nobody);
    const auto end = b.door.on().now();
    const net::steady_time at{draws.between(0, end.count())};
    // Virtual time goes no further than the crash.
    while (b.home.events().next_due() && *b.home.events().next_due() <= at)
      b.drive.advance();
    b.home.advance({at, 0s});
    const auto acknowledged = b.heard.all.size();
    b.door.crash({loss_model::bytes::tear, loss_model::names::prefix, seed});
    b.run();
    EXPECT_EQ(b.heard.all.size(), acknowledged);
    swallowed += 20 - acknowledged;
    const auto opened = b.door.open();
    ASSERT_TRUE(opened) << opened.error().message;
    for (std::uint32_t i = 1; i <= acknowledged; ++i)
      EXPECT_TRUE(b.knows(i)) << "seed " << seed << " lost " << i << " of " << acknowledged;
    const auto checked = b.door.database().check();
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->problem_count, 0u);
  }
  EXPECT_GT(swallowed, 150u);
}

TEST(sim_storage, a_full_disk_is_said_and_survived) {
  const auto write_all = [](bench& b) {
    for (std::uint32_t i = 1; i <= 200; ++i)
      b.door.write(naming(i), net::nobody);
    b.run();
  };
  bench roomy;
  ASSERT_TRUE(roomy.door.open());
  const auto empty = roomy.door.on().used_bytes();
  write_all(roomy);
  const auto needed = roomy.door.on().used_bytes() - empty;

  bench b;
  ASSERT_TRUE(b.door.open());
  b.door.on().set_capacity(empty + needed / 2);
  write_all(b);
  std::size_t refused = 0;
  for (const auto& c : b.heard.all)
    if (const auto& e = std::get<store::written>(c).error) {
      ++refused;
      EXPECT_EQ(e.code, store::error_code::disk_full) << e.message;
    }
  EXPECT_GT(refused, 0u);
  EXPECT_LT(refused, 200u);
  b.door.on().set_capacity(10'000'000);
  b.heard.all.clear();
  b.door.write(naming(999), net::nobody);
  b.run();
  ASSERT_EQ(b.heard.all.size(), 1u);
  EXPECT_FALSE(std::get<store::written>(b.heard.all[0]).error);
  EXPECT_TRUE(b.knows(999));
}

TEST(sim_storage, a_slow_call_delays_its_completion_and_those_behind) {
  const auto last_of = [](bool slow) {
    bench b;
    EXPECT_TRUE(b.door.open());
    if (slow)
      b.door.on().add_fault({disk_call::sync, b.door.on().calls(disk_call::sync) + 1, 1,
                             disk_fault::effect::slow, 10s});
    b.door.write(naming(1), net::nobody);
    b.door.write(naming(2), net::nobody);
    b.run();
    return b.heard.at;
  };
  const auto quick = last_of(false);
  const auto slow = last_of(true);
  EXPECT_EQ(slow[0], quick[0] + 10s);
  EXPECT_EQ(slow[1], quick[1] + 10s);
}

} // namespace
} // namespace seedwalk::sim
