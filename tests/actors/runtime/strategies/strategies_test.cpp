#include <array>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/runtime/schedule.hpp"
#include "actors/runtime/strategies/exponential.hpp"
#include "actors/runtime/strategies/order_memory.hpp"
#include "actors/runtime/strategies/pairs.hpp"
#include "actors/runtime/strategies/pctcp.hpp"
#include "actors/runtime/strategies/portfolio.hpp"
#include "actors/runtime/strategies/pos.hpp"
#include "actors/runtime/strategies/run_profile.hpp"
#include "actors/runtime/strategies/strategy_text.hpp"
#include "actors/runtime/strategies/walk.hpp"
#include "tests/actors/runtime/bustle.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::array drawn_ones = {strategy::uniform, strategy::pct,      strategy::pctcp,
                                   strategy::pos,     strategy::urw,      strategy::surw,
                                   strategy::pairs,   strategy::portfolio};

schedule_options unbounded(sim::strategy strategy) {
  schedule_options o;
  o.strategy = strategy;
  o.behind = net::steady_time::max();
  return o;
}

/// Sources of some events each, of which a turn leads to the next; or all of a lane are put at
/// once. What is written down is whose turn it was.
class sources final : event_source {
public:
  sources(std::vector<std::size_t> sizes, bool at_once, std::uint64_t seed,
          const schedule_options& by)
      : events(seed, 0s, by), sizes_(std::move(sizes)), at_once_(at_once) {
    for (std::size_t i = 0; i != sizes_.size(); ++i) {
      lanes_.push_back(schedule::lane::named(name_from("source", i)));
      for (std::size_t n = 0; n != (at_once_ ? sizes_[i] : 1); ++n)
        events.put(0ns, lanes_[i], *this, i);
    }
    while (const auto turn = events.next())
      turn->source->on_due(turn->payload);
  }

  schedule events;
  std::string order{}; ///< "0110"

private:
  void on_due(std::uint64_t payload) override {
    order += static_cast<char>('0' + payload);
    if (!at_once_ && lanes_[payload].count != sizes_[payload])
      events.put(0ns, lanes_[payload], *this, payload);
  }

  std::vector<std::size_t> sizes_;
  bool at_once_;
  std::vector<schedule::lane> lanes_;
};

std::shared_ptr<const run_profile> profile_of(const std::vector<std::size_t>& sizes) {
  auto order = unbounded(strategy::fifo);
  order.keeps_profile = true;
  const sources run(sizes, false, 1, order);
  return std::make_shared<const run_profile>(run.events.profile());
}

TEST(strategies, each_is_complete_and_each_seed_makes_one_order) {
  for (const auto strategy : drawn_ones) {
    std::set<std::string> orders;
    for (std::uint64_t seed = 0; seed != 200; ++seed) {
      const sources run({1, 1, 1}, true, seed, unbounded(strategy));
      EXPECT_EQ(sources({1, 1, 1}, true, seed, unbounded(strategy)).order, run.order);
      orders.insert(run.order);
    }
    EXPECT_EQ(orders.size(), 6u) << name_of(strategy);
  }
}

TEST(strategies, equal_seeds_make_equal_runs_of_a_world) {
  EXPECT_TRUE(rc::check([] {
    test::bustle_options o;
    o.seed = *rc::gen::arbitrary<std::uint64_t>();
    o.roots = *rc::gen::inRange<std::size_t>(1, 60);
    schedule_options order = unbounded(*rc::gen::elementOf(drawn_ones));
    order.ahead = *rc::gen::element<net::steady_time>(0ns, 50us);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    test::bustle first(o, seed, order);
    test::bustle second(o, seed, order);
    RC_ASSERT(first.run() == "");
    RC_ASSERT(second.run() == "");
    RC_ASSERT(first.made == second.made);
  }));
}

// -- urw and surw

/// How often each order came, of `seeds`.
std::map<std::string, int> orders_of(const std::vector<std::size_t>& sizes, bool at_once,
                                     const schedule_options& order, std::uint64_t seeds) {
  std::map<std::string, int> result;
  for (std::uint64_t seed = 0; seed != seeds; ++seed)
    ++result[sources(sizes, at_once, seed, order).order];
  return result;
}

/// Each as often as the others, but for what 6 sigma of chance allow.
void expect_even(const std::map<std::string, int>& counts, std::size_t orders, double seeds) {
  EXPECT_EQ(counts.size(), orders);
  const auto mean = seeds / static_cast<double>(orders);
  for (const auto& [order, count] : counts)
    EXPECT_NEAR(count, mean, 6 * std::sqrt(mean)) << order;
}

TEST(strategies, urw_makes_all_orders_of_what_waits_equally_likely) {
  expect_even(orders_of({1, 2, 3}, true, unbounded(strategy::urw), 30'000), 60, 30'000);
}

TEST(strategies, urw_makes_all_orders_of_what_leads_to_more_equally_likely) {
  auto order = unbounded(strategy::urw);
  order.profile = profile_of({1, 2, 3});
  expect_even(orders_of({1, 2, 3}, false, order, 30'000), 60, 30'000);
  // Without an earlier run the long chain comes late: it is seen that the profile makes it even.
  order.profile = nullptr;
  EXPECT_GT(orders_of({1, 2, 3}, false, order, 30'000).at("011222"), 2'000);
}

pending_event message(std::uint64_t name, std::uint64_t to, std::uint64_t cause,
                      std::uint64_t sender = 0) {
  return {.name = name,
          .source = to,
          .sender = sender,
          .cause = cause,
          .type = 1,
          .kind = to,
          .is_step = true};
}

/// 1 leads to 2 and 3, 3 to 4; 2 and 4 go to actor 9.
run_profile small_profile() {
  profile_keeper keeper;
  keeper.on_pending(message(1, 7, 0));
  keeper.on_pending(message(2, 9, 1, 7));
  keeper.on_pending(message(3, 8, 1, 7));
  keeper.on_pending(message(4, 9, 3, 8));
  keeper.on_pending(message(5, 8, 3)); // never had its turn
  for (std::uint64_t name = 1; name != 5; ++name)
    keeper.on_taken(name);
  return keeper.profile();
}

TEST(run_profile, counts_what_each_led_to) {
  const auto profile = small_profile();
  EXPECT_EQ(profile.turns(), 4u);
  const auto all = profile.led_to();
  const std::vector<run_profile::weight> expected = {4, 1, 2, 1, 0};
  const auto aimed = profile.led_to({9, 0});
  const std::vector<run_profile::weight> expected_aimed = {2, 0, 1, 0, 0};
  for (std::uint64_t name = 1; name != 6; ++name) {
    EXPECT_EQ(all.of(message(name, 0, 0)), expected[name - 1]) << name;
    EXPECT_EQ(aimed.of(message(name, 0, 0)), expected_aimed[name - 1]) << name;
  }
  EXPECT_EQ(all.of(message(99, 7, 0)), 4u);   // the mean of its kind
  EXPECT_EQ(all.of(message(99, 100, 0)), 2u); // of all
  EXPECT_EQ(profile.led_to({9, 2}).of(message(1, 7, 0)), 0u);
}

TEST(run_profile, a_target_got_two_messages_in_an_order_that_was_not_settled) {
  const auto targets = small_profile().targets();
  ASSERT_EQ(targets.size(), 2u);
  for (const auto& one : targets)
    EXPECT_EQ(one.source, 9u);
  EXPECT_NE(targets[0].type, targets[1].type);
  for (const bool is_one_sender : {true, false}) {
    profile_keeper keeper;
    keeper.on_pending(message(1, 7, 0));
    keeper.on_pending(message(2, 9, 1, 7));
    // Of one sender, or the first led to the second.
    keeper.on_pending(is_one_sender ? message(3, 9, 1, 7) : message(3, 9, 2, 9));
    for (const std::uint64_t name : {1, 2, 3})
      keeper.on_taken(name);
    EXPECT_TRUE(keeper.profile().targets().empty());
  }
}

TEST(strategies, surw_races_with_what_leads_to_its_target_alone) {
  const auto profile = std::make_shared<const run_profile>(small_profile());
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    walk w(strategy::surw, seed, profile);
    ASSERT_TRUE(w.aim());
    for (std::uint64_t name = 1; name != 5; ++name)
      w.on_pending(message(name, name == 2 || name == 4 ? 9 : name, 0));
    EXPECT_TRUE(w.rank({1, 1, true}).races);
    EXPECT_FALSE(w.rank({2, 9, true}).races); // the target's own step
    EXPECT_TRUE(w.rank({3, 3, true}).races);
    EXPECT_TRUE(w.take_changed().empty());
    w.on_pending(message(77, 1, 0)); // who waits behind counts, so the candidate is ranked anew
    EXPECT_EQ(w.take_changed(), std::vector<std::uint64_t>{1});
  }
}

TEST(exponential, logarithms_are_those_of_libm) {
  EXPECT_TRUE(rc::check([](std::uint64_t x, std::uint8_t shift) {
    x = std::max<std::uint64_t>(x >> (shift % 64), 1);
    const auto got = static_cast<double>(log2_in_units(x)) / 4294967296.0;
    RC_ASSERT(std::abs(got - std::log2(static_cast<double>(x))) < 1e-8);
  }));
}

// -- pct and pctcp

/// In how many of `seeds` runs the event of source 1 comes between the nth and the next of source
/// 0.
int between(sim::strategy strategy, std::size_t nth, std::size_t turns, std::uint64_t seeds) {
  auto order = unbounded(strategy);
  order.depth = 2;
  order.profile = profile_of({turns - 1, 1});
  int found = 0;
  for (std::uint64_t seed = 0; seed != seeds; ++seed)
    found += sources({turns - 1, 1}, false, seed, order).order.find('1') == nth ? 1 : 0;
  return found;
}

TEST(strategies, pct_keeps_its_bound_for_two_sources_and_depth_two) {
  constexpr double turns = 20;
  constexpr double seeds = 20'000;
  for (const auto strategy : {strategy::pct, strategy::pctcp})
    for (const std::size_t nth : {1u, 7u, 18u}) {
      const auto bound = seeds / (2 * std::exp(1.0) * turns);
      EXPECT_GT(between(strategy, nth, 20, 20'000), bound - 4 * std::sqrt(bound))
          << name_of(strategy) << ' ' << nth;
    }
  // Depth 1 makes no change: it never comes there.
  auto order = unbounded(strategy::pct);
  order.depth = 1;
  for (std::uint64_t seed = 0; seed != 1'000; ++seed) {
    const auto at = sources({19, 1}, false, seed, order).order.find('1');
    EXPECT_TRUE(at == 0 || at == 19);
  }
}

TEST(pctcp, a_chain_goes_on_with_what_it_leads_to_or_what_waits_behind) {
  pctcp p(1, 3, 100);
  p.on_pending(message(1, 10, 0));
  p.on_taken({1, 10, true});
  p.on_pending(message(2, 20, 1)); // goes on
  auto third = message(3, 20, 1);  // its cause is not the last of the chain, but what it is behind
  third.previous = 2;
  p.on_pending(third);
  EXPECT_EQ(p.chains(), 1u);
  p.on_pending(message(4, 30, 1)); // beside both
  EXPECT_EQ(p.chains(), 2u);
  EXPECT_EQ(p.rank({2, 20, true}).value, p.rank({3, 20, true}).value);
  EXPECT_NE(p.rank({2, 20, true}).value, p.rank({4, 30, true}).value);
  p.on_taken({2, 20, true});
  p.on_pending(message(5, 40, 2)); // 3 has gone on from 2
  EXPECT_EQ(p.chains(), 3u);
  p.on_withdrawn({4, 30, true});
}

// What a drop after the event cannot do: keep back the first event of a chain.
TEST(pctcp, a_chain_can_be_put_off_before_its_first_event) {
  int put_off = 0;
  for (std::uint64_t seed = 0; seed != 200; ++seed) {
    pctcp p(seed, 2, 4);
    p.on_pending(message(1, 10, 0));
    const auto before = p.rank({1, 10, true}).value;
    if (!p.puts_off({1, 10, true}))
      continue;
    ++put_off;
    EXPECT_GT(p.rank({1, 10, true}).value, before);
    EXPECT_FALSE(p.puts_off({1, 10, true})); // there is one change of priority
  }
  EXPECT_NEAR(put_off, 50, 30);
}

// -- pos

TEST(pos, who_races_with_the_one_that_ran_draws_anew_and_nobody_else) {
  pos p(1);
  const candidate a{101, 1, true};
  const candidate b{102, 2, true};
  const candidate c{103, 3, true};
  p.on_pending(message(200, 50, 0, 2)); // 2 and 3 have sent, 2 to 50
  p.on_pending(message(201, 60, 0, 3));
  const auto before_b = p.rank(b).value;
  const auto before_c = p.rank(c).value;
  p.rank(a);
  p.on_taken(a);
  EXPECT_FALSE(p.has_changed());
  p.on_pending(message(202, 50, 101, 1)); // a's step sends to 50, too
  EXPECT_EQ(p.take_changed(), std::vector<std::uint64_t>{2});
  EXPECT_NE(p.rank(b).value, before_b);
  EXPECT_EQ(p.rank(c).value, before_c);
  p.on_taken(b);
  EXPECT_FALSE(p.has_changed());
  p.on_left(c);
  p.on_pending(message(203, 60, 102, 2)); // 3 is no candidate any more
  EXPECT_FALSE(p.has_changed());
}

TEST(pos, an_event_behind_another_of_its_source_draws_when_that_one_has_run) {
  pos p(1);
  pos other(1);
  const candidate second{102, 1, true};
  p.on_taken({101, 1, true});
  EXPECT_NE(p.rank(second).value, other.rank(second).value);
}

// -- pairs

constexpr std::uint64_t kind_a = 100;
constexpr std::uint64_t kind_b = 200;

pending_event told(std::uint64_t name, std::uint64_t to, std::uint64_t kind, std::uint64_t cause) {
  return {.name = name,
          .source = to,
          .sender = cause,
          .cause = cause,
          .type = kind,
          .kind = kind,
          .is_step = true};
}

/// The turns of 1 and 2 each tell actor 9 something: A, then B.
std::shared_ptr<const run_profile> two_who_tell() {
  profile_keeper keeper;
  keeper.on_pending(told(1, 1, 1, 0));
  keeper.on_pending(told(2, 2, 1, 0));
  keeper.on_pending(told(3, 9, kind_a, 1));
  keeper.on_pending(told(4, 9, kind_b, 2));
  for (std::uint64_t name = 1; name != 5; ++name)
    keeper.on_taken(name);
  return std::make_shared<const run_profile>(keeper.profile());
}

TEST(run_profile, knows_which_orders_there_were_and_which_there_might_have_been) {
  const auto profile = two_who_tell();
  const message_order had{9, kind_a, kind_b};
  const message_order other{9, kind_b, kind_a};
  EXPECT_EQ(profile->orders(), std::vector{had});
  EXPECT_EQ(profile->races(), (std::vector{had, other}));
  EXPECT_EQ(profile->senders_of(9, kind_b).names, (std::unordered_set<std::uint64_t>{2}));
  EXPECT_TRUE(profile->senders_of(8, kind_b).names.empty());
  profile_keeper settled;
  settled.on_pending(told(1, 1, 1, 0));
  settled.on_pending(told(3, 9, kind_a, 1));
  settled.on_pending(told(4, 9, kind_b, 3)); // the first led to the second
  for (const std::uint64_t name : {1, 3, 4})
    settled.on_taken(name);
  EXPECT_TRUE(settled.profile().races().empty());
}

TEST(order_memory, draws_what_the_fewest_runs_had_or_tried) {
  const auto profile = two_who_tell();
  const message_order had{9, kind_a, kind_b};
  const message_order other{9, kind_b, kind_a};
  order_memory known;
  EXPECT_TRUE(known.draw(1).empty());
  known.learn(*profile);
  EXPECT_EQ(known.known(), 2u);
  EXPECT_EQ(known.open(), 1u);
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    EXPECT_EQ(known.draw(seed).front(), other);
    EXPECT_EQ(known.draw(seed), known.draw(seed));
  }
  for (int tried = 0; tried != 3; ++tried) // in vain: now the other one is rarer
    known.learn(run_profile{}, std::vector{other});
  EXPECT_EQ(known.open(), 0u);
  EXPECT_EQ(known.draw(1).front(), had);
}

TEST(pairs, who_would_send_the_second_waits_for_the_first_and_is_next_then) {
  int held_at_once = 0;
  int not_at_once = 0;
  for (std::uint64_t seed = 0; seed != 100; ++seed) {
    pairs p(seed, two_who_tell(), {{0, kind_b, kind_a}});
    ASSERT_EQ(p.wanted(), (std::vector<message_order>{{9, kind_b, kind_a}})); // its actor is drawn
    const candidate a{1, 1, true};
    const candidate other{77, 7, true};
    p.on_pending(told(1, 1, 1, 0));
    p.on_pending(told(77, 7, 1, 0));
    if (p.rank(a).value < UINT64_MAX / 3 * 2)
      continue; // one of the second kind goes by before
    ++held_at_once;
    p.take_changed();
    p.on_pending(told(4, 9, kind_b, 2));
    EXPECT_EQ(p.take_changed(), std::vector<std::uint64_t>{1});
    if (p.made() == 1) { // the second may come when it will
      ++not_at_once;
      EXPECT_LT(p.rank(a).value, UINT64_MAX / 3 * 2);
      EXPECT_GE(p.rank(a).value, UINT64_MAX / 3);
      continue;
    }
    EXPECT_LT(p.rank(a).value, p.rank(other).value);
    p.on_pending(told(5, 9, 300, 0)); // something else comes between: it waits again
    EXPECT_GT(p.rank(a).value, p.rank(other).value);
    p.on_pending(told(6, 9, kind_b, 0));
    EXPECT_EQ(p.made(), 0u);
    p.on_pending(told(3, 9, kind_a, 1));
    EXPECT_EQ(p.made(), 1u);
  }
  EXPECT_NEAR(held_at_once, 50, 30);
  EXPECT_NEAR(not_at_once, held_at_once / 2, 15);
}

TEST(pairs, holds_nothing_back_beyond_its_budget_and_nothing_that_it_does_not_know) {
  for (std::uint64_t seed = 0; seed != 100; ++seed) {
    pairs p(seed, two_who_tell(), {{9, kind_b, kind_a}});
    const candidate a{1, 1, true};
    p.on_pending(told(1, 1, 1, 0));
    p.rank(a);
    for (std::uint64_t turn = 0; turn != 4; ++turn) // as many as the earlier run had
      p.on_taken({50 + turn, 50, true});
    EXPECT_LT(p.rank(a).value, UINT64_MAX / 3 * 2) << seed; // among all others again
  }
  // Of many, up to three that can be.
  std::vector<message_order> many(20, {0, 999, kind_a});
  many.push_back({0, kind_b, kind_a});
  EXPECT_EQ(pairs(1, two_who_tell(), many).wanted(),
            (std::vector<message_order>{{9, kind_b, kind_a}}));
  pairs unknown(1, two_who_tell(), {{0, kind_b, 999}});
  EXPECT_TRUE(unknown.wanted().empty());
  pairs untold(1, nullptr, {{9, kind_b, kind_a}});
  EXPECT_TRUE(untold.wanted().empty());
}

// -- portfolio

TEST(portfolio, is_another_strategy_each_by_its_share) {
  constexpr int seeds = 100'000;
  std::map<std::string, int> drawn;
  for (std::uint64_t seed = 0; seed != seeds; ++seed)
    ++drawn[settled({strategy::portfolio}, seed).to_string()];
  EXPECT_EQ(drawn.size(), portfolio_shares().size());
  for (const auto& one : portfolio_shares())
    EXPECT_NEAR(drawn[one.strategy.to_string()], seeds / 100 * one.percent, seeds / 200)
        << one.strategy.to_string();
  EXPECT_EQ(settled({strategy::pct, 7}, 1), (strategy_text{strategy::pct, 7}));
}

TEST(portfolio, of_a_run_is_the_strategy_that_its_seed_draws) {
  for (std::uint64_t seed = 0; seed != 50; ++seed) {
    const auto one = settled({strategy::portfolio}, seed);
    auto order = unbounded(one.strategy);
    order.depth = one.depth;
    EXPECT_EQ(sources({1, 2, 3}, true, seed, unbounded(strategy::portfolio)).order,
              sources({1, 2, 3}, true, seed, order).order);
  }
}

// -- texts

TEST(strategy_text, is_read_as_it_is_written_and_nothing_else_is) {
  for (const auto* text :
       {"fifo", "uniform", "pct:1", "pctcp:100", "pos", "urw", "surw", "pairs", "portfolio"})
    EXPECT_EQ(strategy_text::parse(text)->to_string(), text);
  EXPECT_EQ(strategy_text::parse("pct")->to_string(), "pct:3");
  for (const auto* text : {"", "pct:", "pct:0", "pct:101", "pct:3x", "pct:-1", "pos:3", "pairs:2",
                           "portfolio:1", "fifo:1", "given", "pct:3:1"})
    EXPECT_FALSE(strategy_text::parse(text)) << text;
}

} // namespace
} // namespace seedwalk::sim
