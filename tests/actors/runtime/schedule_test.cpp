#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/actors/runtime/bustle.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using test::bustle;
using test::bustle_options;

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

schedule_options any_order(sim::strategy strategy) {
  schedule_options o;
  o.strategy = strategy;
  o.ahead = *rc::gen::element<net::steady_time>(0ns, 20us, 50us, 2ms);
  o.behind = *rc::gen::element<net::steady_time>(0ns, 1ns, 20us, 64us, net::steady_time::max());
  o.keeps_departures = *rc::gen::arbitrary<bool>();
  return o;
}

strategy any_strategy() {
  return *rc::gen::element(strategy::fifo, strategy::uniform, strategy::pct, strategy::pctcp,
                           strategy::pos, strategy::urw, strategy::surw, strategy::pairs,
                           strategy::portfolio);
}

strategy any_drawn_strategy() {
  const auto strategy = any_strategy();
  RC_PRE(strategy != strategy::fifo);
  return strategy;
}

/// Several worlds of one kind, each to its end.
void run_some(bustle_options o, const schedule_options& order) {
  for (int i = 0; i != 8; ++i, ++o.seed) {
    bustle b(o, o.seed * 3, order);
    RC_ASSERT(b.run() == "");
    RC_ASSERT(b.is_over());
  }
}

schedule_options drawn(net::steady_time ahead, net::steady_time behind) {
  schedule_options o;
  o.strategy = strategy::uniform;
  o.ahead = ahead;
  o.behind = behind;
  return o;
}

// -- judged by a slow schedule: order, `ahead`, `behind`, lanes, cancelled events, busy processes,
//    feeders, jumps of time, the end

TEST(schedule, fifo_is_what_vectors_say) {
  EXPECT_TRUE(rc::check([] { run_some(any_bustle(), any_order(strategy::fifo)); }));
}

TEST(schedule, uniform_keeps_what_it_promises) {
  EXPECT_TRUE(rc::check([] { run_some(any_bustle(), any_order(strategy::uniform)); }));
}

TEST(schedule, every_other_strategy_keeps_the_same_promises) {
  EXPECT_TRUE(rc::check([] { run_some(any_bustle(), any_order(any_drawn_strategy())); }));
}

TEST(schedule, groups_are_taken_out_in_order_and_nobody_else_is) {
  EXPECT_TRUE(rc::check([] {
    auto o = any_bustle();
    o.takes_groups = true;
    run_some(o, any_order(any_strategy()));
  }));
}

TEST(schedule, a_switch_loses_and_doubles_nothing) {
  EXPECT_TRUE(rc::check([] {
    auto o = any_bustle();
    o.switch_at = *rc::gen::inRange<std::uint64_t>(0, 60);
    o.switch_to = any_strategy();
    run_some(o, any_order(any_strategy()));
  }));
}

TEST(schedule, given_departures_are_made_where_they_meet_and_all_else_is_fifo) {
  EXPECT_TRUE(rc::check([] {
    auto o = any_bustle();
    auto order = any_order(any_drawn_strategy());
    order.keeps_departures = true;
    bustle first(o, 1, order);
    RC_ASSERT(first.run() == "");
    order.strategy = strategy::fifo;
    order.given = first.events.departures();
    o.without = *rc::gen::element(bustle::lane_key(0), bustle::lane_key(1), bustle::actor_key(0));
    run_some(o, order); // of the world that they are from, and of others
  }));
}

// -- departures

TEST(schedule, departures_given_back_make_the_same_run) {
  std::size_t made = 0;
  EXPECT_TRUE(rc::check([&] {
    const auto o = any_bustle();
    auto order = any_order(any_drawn_strategy());
    order.keeps_departures = true;
    bustle first(o, *rc::gen::arbitrary<std::uint64_t>(), order);
    RC_ASSERT(first.run() == "");
    order.strategy = strategy::fifo;
    order.given = first.events.departures();
    bustle second(o, 1, order);
    RC_ASSERT(second.run() == "");
    RC_ASSERT(second.made == first.made);
    RC_ASSERT(second.events.unused() == 0u);
    RC_ASSERT(second.events.departures() == first.events.departures());
    made += order.given.size();
  }));
  EXPECT_GT(made, 1'000u);
}

/// Does nothing.
struct quiet final : event_source {
  void on_due(std::uint64_t) override {}
};

/// All turns from here on, but those of time.
std::vector<schedule::turn> rest_of(schedule& events) {
  std::vector<schedule::turn> result;
  for (int i = 0; i != 1'000; ++i) {
    const auto turn = events.next();
    if (!turn)
      break;
    events.move_to({turn->when, {}});
    if (turn->is != schedule::turn::kind::time)
      result.push_back(*turn);
  }
  return result;
}

/// Puts one event a lane, all due at once, but for one lane; the names in the order of their turns.
struct crowd final : event_source {
  crowd(std::uint64_t seed, const schedule_options& order, std::size_t size, std::size_t without)
      : events(seed, std::chrono::seconds{0}, order) {
    for (std::size_t i = 0; i != size; ++i) {
      auto lane = schedule::lane::named(key(i));
      if (i != without)
        events.put(0ns, lane, *this, i);
    }
    for (const auto& turn : rest_of(events))
      names.push_back(turn.name);
  }
  static std::uint64_t key(std::size_t i) { return name_from("crowd", i); }
  static std::uint64_t name(std::size_t i) { return name_from("event", key(i), 0); }
  void on_due(std::uint64_t) override {}

  schedule events;
  std::vector<std::uint64_t> names{};
};

TEST(schedule, departures_that_do_not_name_who_is_gone_are_all_made) {
  EXPECT_TRUE(rc::check([] {
    auto order = drawn(0ns, 64us);
    order.keeps_departures = true;
    const crowd all(*rc::gen::arbitrary<std::uint64_t>(), order, 12, 12);
    const auto gone = *rc::gen::inRange<std::size_t>(0, 12);
    order.strategy = strategy::fifo;
    order.given = all.events.departures();
    const crowd rest(1, order, 12, gone);
    std::size_t named = 0;
    std::vector<departure> others;
    for (const auto& one : order.given)
      if (one.taken == crowd::name(gone) || one.head == crowd::name(gone))
        ++named;
      else
        others.push_back(one);
    RC_ASSERT(rest.events.unused() == named);
    RC_ASSERT(rest.events.departures() == others);
  }));
}

TEST(schedule, departures_have_texts) {
  std::size_t made = 0;
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    quiet source;
    auto order = drawn(0ns, 64us);
    order.keeps_departures = true;
    schedule events(seed, 0s, order);
    for (const auto* text : {"first", "another"}) // the first stays
      events.label(5, [&] { return text; });
    events.label(6, [] { return "peer"; });
    actor_entry actor;
    events.ready(events.add_group(), &actor, 5, 6, 3);
    auto wire = schedule::lane::named(0xabc);
    events.put(0ns, wire, source, 0);
    rest_of(events);
    for (const auto& one : events.departures()) {
      ++made;
      EXPECT_EQ(events.text_of(one.taken), "0000000000000abc #0");
      EXPECT_EQ(events.text_of(one.head), "first < peer #3");
    }
    EXPECT_EQ(events.text_of(0x12), "0000000000000012");
  }
  EXPECT_GT(made, 0u);
}

// -- names

TEST(schedule, who_is_taken_out_renames_and_reorders_nobody) {
  EXPECT_TRUE(rc::check([] {
    auto o = any_bustle();
    o.at_once = true;
    o.cancels = false;
    auto order = any_order(strategy::uniform);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    bustle all(o, seed, order);
    RC_ASSERT(all.run() == "");
    o.without = *rc::gen::element(bustle::lane_key(0), bustle::lane_key(1), bustle::actor_key(0));
    bustle rest(o, seed, order);
    RC_ASSERT(rest.run() == "");
    std::erase_if(all.made, [&](const auto& one) { return one.key == o.without; });
    RC_ASSERT(rest.made == all.made);
  }));
}

// -- what a drawn order can do

TEST(schedule, unbounded_behind_lets_anybody_go_first) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed != 200; ++seed)
    first.insert(crowd(seed, drawn(0ns, net::steady_time::max()), 8, 8).names.front());
  EXPECT_EQ(first.size(), 8u);
}

/// Two events, the second due so much later than the first: whether it goes first in some seed, and
/// moves time to when it is due then.
bool overtakes(net::steady_time later, net::steady_time ahead, net::steady_time behind) {
  quiet source;
  bool result = false;
  for (std::uint64_t seed = 0; seed != 200; ++seed) {
    schedule events(seed, 0s, drawn(ahead, behind));
    auto a = schedule::lane::named(1);
    auto b = schedule::lane::named(2);
    events.put(0ns, a, source, 1);
    events.put(later, b, source, 2);
    const auto turn = events.next();
    EXPECT_EQ(turn->when, turn->payload == 2 ? later : 0ns);
    result |= turn->payload == 2;
  }
  return result;
}

TEST(schedule, who_is_due_is_overtaken_within_ahead_and_behind_and_no_further) {
  const auto unbounded = net::steady_time::max();
  EXPECT_TRUE(overtakes(20us, 20us, unbounded));
  EXPECT_TRUE(overtakes(20us, 1ms, 30us));
  EXPECT_FALSE(overtakes(20'001ns, 20us, unbounded));
  EXPECT_FALSE(overtakes(20us, 1ms, 20us));
  EXPECT_FALSE(overtakes(1ns, 0ns, 64us));
}

/// Everybody who is there when `strategy` begins to decide, in the order of their turns.
std::vector<std::uint64_t> order_from_here(strategy how_before, std::uint64_t seed_before) {
  quiet source;
  auto order = drawn(0ns, 64us);
  order.strategy = how_before;
  schedule events(seed_before, 0s, order);
  const auto owning_group = events.add_group();
  std::vector<actor_entry> actors(12);
  auto first = schedule::lane::named(0);
  events.move_to({1ms, {}});
  events.put(0ns, first, source, 0);
  for (std::size_t i = 0; i != actors.size(); ++i) {
    auto lane = schedule::lane::named(i + 1);
    events.put(1ms, lane, source, 0);
    events.ready(owning_group, &actors[i], i, 0, 0);
  }
  events.next(); // after that all are competing
  events.switch_to(strategy::uniform, 7);
  std::vector<std::uint64_t> result;
  for (const auto& turn : rest_of(events))
    result.push_back(turn.name);
  return result;
}

TEST(schedule, after_a_switch_nothing_is_left_of_the_draws_before) {
  const auto expected = order_from_here(strategy::uniform, 7);
  EXPECT_EQ(expected.size(), 24u);
  EXPECT_EQ(order_from_here(strategy::uniform, 1), expected);
  EXPECT_EQ(order_from_here(strategy::fifo, 1), expected);
}

// -- feeders

/// Knows when something is due, and acts on it by itself, as CAF's clock does.
struct clock_of_its_own final : event_feeder {
  std::optional<net::steady_time> due{};
  std::optional<net::steady_time> next_due() const override { return due; }
  void feed(net::steady_time) override {}
};

TEST(schedule, time_moves_to_what_a_feeder_waits_for_and_never_back) {
  schedule events(1, 0s, {});
  clock_of_its_own clock;
  events.add_feeder(&clock);
  EXPECT_FALSE(events.next());
  clock.due = 5s;
  EXPECT_EQ(events.next()->when, net::steady_time{5s});
  events.move_to({9s, {}});
  EXPECT_EQ(events.next()->when, net::steady_time{9s});
  events.remove_feeder(&clock);
  EXPECT_FALSE(events.next());
}

// -- what once went wrong

// A timer that was started when a later one of its owner competed already came behind that one.
TEST(schedule, who_numbers_its_events_has_them_in_the_order_of_their_times) {
  for (std::uint64_t seed = 0; seed != 50; ++seed) {
    quiet source;
    schedule events(seed, 0s, drawn(50us, 50us));
    auto lane = schedule::lane::named(1);
    auto other = schedule::lane::named(2);
    events.put_nth(40us, lane, source, 1, 0);
    events.put(0us, other, source, 9);
    if (events.next()->payload != 9) // both competed
      continue;
    events.put_nth(10us, lane, source, 2, 1);
    events.put_nth(40us, lane, source, 3, 2);
    std::vector<std::pair<std::uint64_t, net::steady_time>> in_turn;
    for (const auto& turn : rest_of(events))
      in_turn.emplace_back(turn.payload, turn.when);
    const decltype(in_turn) expected = {{2, 10us}, {1, 40us}, {3, 40us}};
    EXPECT_EQ(in_turn, expected);
  }
}

// Actors that had been ready for long went before everything that competed, and moved time each
// time: who was due waited for all of them.
TEST(schedule, a_long_queue_in_a_busy_process_makes_nobody_wait) {
  for (std::uint64_t seed = 0; seed != 50; ++seed) {
    quiet source;
    schedule events(seed, 0s, drawn(50us, 64us));
    const auto owning_group = events.add_group();
    std::vector<actor_entry> actors(100);
    for (std::size_t i = 0; i != actors.size(); ++i)
      events.ready(owning_group, &actors[i], i, 0, 0);
    auto lane = schedule::lane::named(1);
    events.put(10us, lane, source, 1);
    for (int i = 0; i != 1'000; ++i) {
      const auto turn = events.next();
      events.move_to({turn->when, {}});
      if (turn->is == schedule::turn::kind::event)
        break;
      if (turn->is == schedule::turn::kind::actor)
        events.occupy(owning_group, turn->when + 10us);
    }
    EXPECT_LT(events.now().steady, 10us + 64us);
  }
}

// It named the first in the drawn order.
TEST(schedule, next_due_is_the_first_by_time_whoever_is_next) {
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    quiet source;
    schedule events(seed, 0s, drawn(50us, 50us));
    auto a = schedule::lane::named(1);
    auto b = schedule::lane::named(2);
    auto c = schedule::lane::named(3);
    events.put(0ns, c, source, 0);
    events.put(0ns, c, source, 3);
    events.put(0ns, a, source, 1);
    events.put(40us, b, source, 2);
    EXPECT_TRUE(events.next());
    EXPECT_EQ(events.next_due(), net::steady_time{0});
  }
}

} // namespace
} // namespace seedwalk::sim
