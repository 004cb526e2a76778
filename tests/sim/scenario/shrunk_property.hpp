#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/shrink/shrinker.hpp"
#include "tests/sim/scenario/draw_scenario.hpp"

namespace seedwalk::test {

/// A runner whose runs are a function of scenarios: what it says is broken, with no run at all.
class scripted_trials final : public sim::trial_runner {
public:
  /// What is broken; empty: nothing is.
  using script = std::function<std::string(const sim::crawl_scenario&)>;

  explicit scripted_trials(script broken, std::size_t width = 1)
      : broken_(std::move(broken)), width_(width) {}

  std::size_t width() const override { return width_; }

  std::vector<sim::trial> run(std::span<const sim::crawl_scenario> scenarios) override {
    std::vector<sim::trial> trials(scenarios.size());
    for (std::size_t i = 0; i != scenarios.size(); ++i) {
      ran.push_back(sim::write_scenario(scenarios[i]));
      auto s = scenarios[i];
      if (std::exchange(s.order.keeps_departures, false))
        trials[i].departures = s.order.given;
      if (auto text = broken_(s); !text.empty())
        trials[i].broken.push_back(promise(std::move(text)));
    }
    return trials;
  }

  static sim::broken_promise promise(std::string text = {}) {
    return {.oracle = "script", .place = "script", .text = std::move(text)};
  }

  std::vector<std::string> ran; ///< The file of each scenario that was run, in order.

private:
  script broken_;
  std::size_t width_;
};

/// Checks that no drawn scenario breaks anything, as `trials` runs them. One that does is made
/// small by the shrinker of `seedwalk sim shrink`, not by rapidcheck's, which would draw another;
/// the small one's file is kept, and named. RC_PARAMS repeats it.
inline testing::AssertionResult holds_for(const std::string& name,
                                          const rc::Gen<sim::crawl_scenario>& any,
                                          sim::trial_runner& trials,
                                          std::uint64_t runs_max = 10'000) {
  std::optional<sim::crawl_scenario> failing;
  std::optional<sim::broken_promise> broken;
  const bool holds = rc::check([&] {
    const auto drawn = *any;
    if (auto found = trials.run({&drawn, 1}).front().broken; !found.empty()) {
      failing = drawn;
      broken = std::move(found.front());
      RC_FAIL(broken->text);
    }
  });
  if (holds)
    return testing::AssertionSuccess();
  if (!failing)
    return testing::AssertionFailure() << "see above";
  sim::shrink_options options;
  options.runs_max = runs_max;
  const auto shrunk = sim::shrink(*failing, *broken, trials, options);
  // Drawn faults are written out before all else; that alone may mend it.
  const auto& smallest = shrunk ? shrunk->smallest : *failing;
  const auto& text = shrunk ? shrunk->broken.text : broken->text;
  const auto path = testing::TempDir() + name + ".toml";
  std::ofstream{path} << sim::write_scenario(smallest, text);
  return testing::AssertionFailure() << "the smallest scenario found is in " << path << "\n"
                                     << text;
}

/// The same of a property of scenarios that no run is needed for: `broken` says what is wrong with
/// one, or nothing.
inline testing::AssertionResult holds_for_scenarios(const std::string& name,
                                                    const scripted_trials::script& broken) {
  scripted_trials trials{broken};
  const auto any =
      rc::gen::map(rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()),
                   [](std::uint64_t seed) { return scenario_drawer{seed}.scenario(); });
  return holds_for(name, any, trials);
}

/// Runs scenarios, in this process.
class runs_of_scenarios final : public sim::trial_runner {
public:
  std::vector<sim::trial> run(std::span<const sim::crawl_scenario> scenarios) override {
    std::vector<sim::trial> trials;
    for (const auto& one : scenarios)
      trials.push_back(sim::run_trial(one));
    return trials;
  }
};

} // namespace seedwalk::test
