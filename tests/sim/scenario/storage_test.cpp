#include <vector>

#include <gtest/gtest.h>

#include "net/base/random.hpp"
#include "sim/scenario/storage.hpp"
#include "tests/actors/runtime/toy_actors.hpp"

/// What is the simulated door's own; its contract is in tests/conformance.
namespace seedwalk::sim {
namespace {

using namespace toy;
using namespace std::chrono_literals;

/// Keeps when the door says something.
class kept final : public store::completion_sink {
public:
  explicit kept(const sim::world& world) : world_(world) {}
  void deliver(net::owner, store::completion&&) override { at.push_back(world_.now().steady); }
  std::vector<net::steady_time> at;

private:
  const world& world_;
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
      : door({"", "/db", storage::small_database(), net::steady_time{5'000}}, world.events(), heard,
             std::make_unique<disk>(std::move(o))) {}

  void run() {
    while (drive.advance()) {
    }
  }

  sim::world world{options(1)};
  simulation drive{world};
  kept heard{world};
  storage door;
};

TEST(sim_storage, what_a_crash_at_any_moment_leaves_agrees_with_itself) {
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
    while (b.world.events().next_due() && *b.world.events().next_due() <= at)
      b.drive.advance();
    b.world.advance({at, 0s});
    const auto acknowledged = b.heard.at.size();
    b.door.crash({loss_model::bytes::tear, loss_model::names::prefix, seed});
    b.run();
    swallowed += 20 - acknowledged;
    const auto opened = b.door.open();
    ASSERT_TRUE(opened) << opened.error().message;
    const auto checked = b.door.database().check();
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->problem_count, 0u);
  }
  EXPECT_GT(swallowed, 150u);
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
  EXPECT_GT(quick[0], 0ns);
  const auto slow = last_of(true);
  EXPECT_EQ(slow[0], quick[0] + 10s);
  EXPECT_EQ(slow[1], quick[1] + 10s);
}

} // namespace
} // namespace seedwalk::sim
