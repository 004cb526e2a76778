#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/actors/runtime/bustle.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using testing::bustle;
using testing::bustle_options;

bustle_options any_bustle() {
  bustle_options o;
  o.seed = *rc::gen::arbitrary<std::uint64_t>();
  o.streams = *rc::gen::inRange<std::size_t>(0, 5);
  o.owners = *rc::gen::inRange<std::size_t>(1, 4);
  o.groups = *rc::gen::inRange<std::size_t>(0, 4);
  o.actors = *rc::gen::inRange<std::size_t>(1, 4);
  o.roots = *rc::gen::inRange<std::size_t>(1, 60);
  return o;
}

schedule_options any_order(strategy how) {
  schedule_options o;
  o.how = how;
  o.ahead = *rc::gen::element<net::steady_time>(0ns, 20us, 50us, 2ms);
  o.behind = *rc::gen::element<net::steady_time>(0ns, 1ns, 20us, 64us, net::steady_time::max());
  o.keeps_departures = *rc::gen::arbitrary<bool>();
  return o;
}

// Who goes next, and when, is what a slow schedule says: this is (a) to (e) of the promises.

TEST(schedule, fifo_is_what_vectors_say) {
  EXPECT_TRUE(rc::check([] {
    bustle b(any_bustle(), 1, any_order(strategy::fifo));
    RC_ASSERT(b.run() == "");
    RC_ASSERT(b.is_over());
  }));
}

TEST(schedule, uniform_keeps_what_it_promises) {
  EXPECT_TRUE(rc::check([] {
    bustle b(any_bustle(), *rc::gen::arbitrary<std::uint64_t>(), any_order(strategy::uniform));
    RC_ASSERT(b.run() == "");
    RC_ASSERT(b.is_over());
  }));
}

TEST(schedule, groups_are_taken_out_in_order_and_nobody_else_is) {
  EXPECT_TRUE(rc::check([] {
    auto o = any_bustle();
    o.takes_groups = true;
    const auto how = *rc::gen::element(strategy::fifo, strategy::uniform);
    bustle b(o, o.seed, any_order(how));
    RC_ASSERT(b.run() == "");
  }));
}

TEST(schedule, a_switch_loses_and_doubles_nothing) {
  EXPECT_TRUE(rc::check([] {
    auto o = any_bustle();
    o.switch_at = *rc::gen::inRange<std::uint64_t>(0, 60);
    o.switch_to = *rc::gen::element(strategy::fifo, strategy::uniform);
    const auto how = *rc::gen::element(strategy::fifo, strategy::uniform);
    bustle b(o, o.seed, any_order(how));
    RC_ASSERT(b.run() == "");
  }));
}

} // namespace
} // namespace seedwalk::sim
