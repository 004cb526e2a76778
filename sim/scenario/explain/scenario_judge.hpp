#pragma once

#include <functional>

#include "sim/scenario/broken_promise.hpp"
#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/explain/explainer.hpp"
#include "sim/scenario/shrink/trial.hpp"

namespace seedwalk::sim {

/// The scenario of one future of a run: the same world, in which all that is left to chance is
/// drawn anew from that step on. What the scenario redraws later itself is left out.
crawl_scenario with_future(const crawl_scenario& s, const future& f);

/// Judges futures of a run by making them: those that break `wanted` fail. `stop`, unless it is
/// empty, says that no more are asked for: true once, true for ever. All that is given outlives the
/// judge, but `stop` and `runs_made`, which hears after each batch how many more were made.
future_judge judge_of(const crawl_scenario& s, const broken_promise& wanted, trial_runner& runner,
                      std::function<bool()> stop = {},
                      std::function<void(std::size_t)> runs_made = {});

} // namespace seedwalk::sim
