#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/runtime/draws.hpp"
#include "sim/scenario/explain/chance.hpp"
#include "sim/scenario/explain/explainer.hpp"

namespace seedwalk::sim {
namespace {

/// How probable a failure is behind each step.
using chance_curve = std::function<double(std::uint64_t step)>;

/// Whether the coin of a future falls so.
enum class coins : std::uint8_t {
  shared, ///< The same at all moments, as draws with names that stay.
  apart,  ///< Another one at each.
};

/// A judge whose curve is known. It is asked for no future twice.
class made_up_world {
public:
  made_up_world(chance_curve curve, coins of, std::uint64_t salt = 0)
      : curve_(std::move(curve)), coins_(of), salt_(salt) {}

  future_judge judge() {
    return [this](std::span<const future> futures) {
      std::vector<bool> fails;
      for (const auto& one : futures) {
        if (fails.size() + asked_.size() - batch_begin_ > answers_max && answers_max != 0)
          break;
        EXPECT_TRUE(asked_.emplace(one.from_step, one.seed).second) << "asked twice";
        const auto coin =
            drawn(one.seed, "coin", mixed(salt_, coins_ == coins::apart ? one.from_step : 0));
        fails.push_back(static_cast<double>(coin >> 11) * 0x1p-53 < curve_(one.from_step));
      }
      batch_begin_ = asked_.size();
      return fails;
    };
  }

  std::size_t asked() const { return asked_.size(); }
  std::size_t answers_max = 0; ///< In one batch; 0: all of them.

private:
  chance_curve curve_;
  coins coins_;
  std::uint64_t salt_;
  std::size_t batch_begin_ = 0;
  std::set<std::pair<std::uint64_t, std::uint64_t>> asked_;
};

explanation explained(chance_curve curve, coins of, std::uint64_t last, std::uint64_t salt = 0,
                      const explain_options& options = {}) {
  made_up_world world{std::move(curve), of, salt};
  const auto result = explain(last, world.judge(), options);
  EXPECT_EQ(result.runs, world.asked());
  return result;
}

bool is_step(const explanation& e, std::uint64_t step) {
  return e.found == finding::jump && e.rise && e.rise->is_one_step() && e.rise->after.step == step;
}

TEST(explain_chance, wilsons_band_is_the_known_one) {
  const auto band = band_of({10, 8});
  EXPECT_NEAR(band.low, 0.4902, 1e-4);
  EXPECT_NEAR(band.high, 0.9433, 1e-4);
  EXPECT_NEAR(band_of({32, 0}).high, 0.1072, 1e-4);
  EXPECT_EQ(band_of({32, 0}).low, 0);
  EXPECT_EQ(band_of({32, 32}).high, 1);
  EXPECT_EQ(band_of({}).low, 0);
  EXPECT_EQ(band_of({}).high, 1);
}

TEST(explain_chance, wilsons_band_has_the_chance_in_nineteen_of_twenty_cases) {
  for (const double chance : {0.1, 0.5, 0.83}) {
    int held = 0;
    for (std::uint64_t i = 0; i != 1'000; ++i) {
      failure_count counted{32, 0};
      for (std::uint64_t n = 0; n != 32; ++n)
        counted.failures +=
            static_cast<double>(drawn(i, "flip", n) >> 11) * 0x1p-53 < chance ? 1u : 0u;
      const auto band = band_of(counted);
      held += band.low <= chance && chance <= band.high ? 1 : 0;
    }
    EXPECT_GT(held, 920) << chance;
    EXPECT_LT(held, 990) << chance;
  }
}

TEST(explain_chance, heads_are_as_probable_as_counting_says) {
  EXPECT_DOUBLE_EQ(chance_of_heads(10, 10), 1.0 / 1024);
  EXPECT_DOUBLE_EQ(chance_of_heads(9, 10), 11.0 / 1024);
  EXPECT_DOUBLE_EQ(chance_of_heads(0, 10), 1);
  EXPECT_NEAR(chance_of_heads(501, 1'000), 0.4874, 1e-3);
}

TEST(explain_chance, what_goes_the_same_way_at_both_moments_says_nothing) {
  const auto both = compared({true, false, true, false, true}, {true, true, false, false});
  EXPECT_EQ(both, (paired_difference{4, 1, 1}));
  EXPECT_EQ(both.rise(), 0);
  EXPECT_FALSE((paired_difference{512, 13, 0}).is_rise());
  EXPECT_TRUE((paired_difference{512, 14, 0}).is_rise());
  EXPECT_FALSE((paired_difference{512, 0, 100}).is_rise()) << "a fall";
}

TEST(explain, the_step_of_a_jump_is_found) {
  int exact = 0;
  constexpr int cases = 60;
  for (std::uint64_t i = 0; i != cases; ++i) {
    const auto last = 1 + drawn(i, "last", 0) % 5'000;
    const auto jump = 1 + drawn(i, "jump", 0) % last;
    const auto before = static_cast<double>(drawn(i, "before", 0) % 45) / 100;
    const auto after = static_cast<double>(85 + drawn(i, "after", 0) % 16) / 100;
    const auto curve = [=](std::uint64_t step) { return step < jump ? before : after; };
    for (const auto of : {coins::shared, coins::apart})
      exact += is_step(explained(curve, of, last, i), jump) ? 1 : 0;
  }
  EXPECT_GE(exact, 2 * cases * 95 / 100);
}

TEST(explain, the_largest_rise_is_found_where_the_chance_rises_and_falls) {
  int exact = 0;
  constexpr int cases = 40;
  for (std::uint64_t i = 0; i != cases; ++i) {
    // Up by 0.4, down again, up by 0.85, and down and up within one interval of the grid.
    const auto at = 1'500 + drawn(i, "jump", 0) % 300;
    const auto curve = [=](std::uint64_t step) {
      return step < 400     ? 0.1
             : step < 1'000 ? 0.5
             : step < at    ? 0.1
             : step < 1'900 ? 0.95
             : step < 1'903 ? 0.6
                            : 0.95;
    };
    for (const auto of : {coins::shared, coins::apart})
      exact += is_step(explained(curve, of, 2'000, i), at) ? 1 : 0;
  }
  EXPECT_GE(exact, 2 * cases * 95 / 100);
}

TEST(explain, that_it_became_inevitable_later_than_at_its_largest_rise_is_told) {
  const auto curve = [](std::uint64_t step) {
    return step < 300 ? 0.02 : step < 900 ? 1.0 : step < 1'500 ? 0.4 : 1.0;
  };
  const auto e = explained(curve, coins::shared, 2'000);
  EXPECT_TRUE(is_step(e, 300));
  ASSERT_TRUE(e.inevitable_from);
  EXPECT_GE(*e.inevitable_from, 1'500u);
  EXPECT_LE(*e.inevitable_from, 1'500u + 2'000 / 31 + 1);
}

TEST(explain, a_coin_that_has_nothing_to_do_with_the_run_shows_no_jump) {
  int jumps = 0;
  constexpr int cases = 200;
  for (std::uint64_t i = 0; i != cases; ++i) {
    const auto chance = static_cast<double>(5 + drawn(i, "chance", 0) % 80) / 100;
    const auto e = explained([=](std::uint64_t) { return chance; }, coins::apart, 2'000, i);
    jumps += e.found == finding::jump ? 1 : 0;
    EXPECT_LT(e.runs, 6'000u);
  }
  EXPECT_LE(jumps, cases / 20);
  const auto shared = explained([](std::uint64_t) { return 0.5; }, coins::shared, 2'000);
  EXPECT_EQ(shared.found, finding::flat);
  EXPECT_EQ(shared.runs, 32u * 32u) << "nothing there is to be looked into";
}

TEST(explain, a_chance_that_creeps_up_is_told_as_such) {
  const auto e = explained([](std::uint64_t step) { return static_cast<double>(step) / 2'000; },
                           coins::shared, 2'000);
  EXPECT_EQ(e.found, finding::gradual);
  EXPECT_FALSE(e.rise);
}

TEST(explain, a_climb_of_many_steps_is_told_as_an_interval) {
  const auto climb = [](std::uint64_t step) {
    return step < 1'000 ? 0.0 : step < 1'060 ? static_cast<double>(step - 1'000) / 60 : 1.0;
  };
  const auto e = explained(climb, coins::shared, 2'000);
  ASSERT_EQ(e.found, finding::jump);
  EXPECT_FALSE(e.rise->is_one_step());
  EXPECT_GE(e.rise->before.step, 960u);
  EXPECT_LE(e.rise->after.step, 1'100u);
}

TEST(explain, a_world_that_always_fails_is_told_at_once) {
  const auto e = explained([](std::uint64_t) { return 0.99; }, coins::apart, 2'000);
  EXPECT_EQ(e.found, finding::always);
  EXPECT_EQ(e.runs, 32u * 32u);
  EXPECT_EQ(e.inevitable_from, 0u);
}

TEST(explain, short_runs_have_moments_too) {
  EXPECT_EQ(explained([](std::uint64_t) { return 0.3; }, coins::shared, 0).found, finding::flat);
  const auto e =
      explained([](std::uint64_t step) { return step == 0 ? 0.1 : 1.0; }, coins::apart, 1);
  EXPECT_TRUE(is_step(e, 1));
  EXPECT_EQ(e.curve.size(), 2u);
}

TEST(explain, ends_with_its_runs_and_says_so) {
  const auto curve = [](std::uint64_t step) { return step < 777 ? 0.1 : 0.9; };
  explain_options options;
  for (const std::uint64_t most : {0u, 100u, 1'024u, 1'100u, 1'300u}) {
    options.runs_max = most;
    const auto e = explained(curve, coins::apart, 2'000, 0, options);
    EXPECT_LE(e.runs, most);
    EXPECT_FALSE(e.is_whole) << most;
    EXPECT_EQ(e.found, most < 1'024 ? finding::stopped : finding::jump) << most;
  }
  made_up_world stopped{curve, coins::apart};
  stopped.answers_max = 500;
  const auto e = explain(2'000, stopped.judge());
  EXPECT_EQ(e.found, finding::stopped);
  EXPECT_FALSE(e.is_whole);
  EXPECT_TRUE(e.curve.empty()) << "half of a batch is nothing";
}

TEST(explain, is_the_same_for_the_same_seed) {
  const auto curve = [](std::uint64_t step) { return step < 777 ? 0.1 : 0.9; };
  explain_options other;
  other.seed = 2;
  const auto once = explained(curve, coins::apart, 2'000);
  EXPECT_EQ(once, explained(curve, coins::apart, 2'000));
  EXPECT_NE(once, explained(curve, coins::apart, 2'000, 0, other));
}

} // namespace
} // namespace seedwalk::sim
