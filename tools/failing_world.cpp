#include "tools/failing_world.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "actors/runtime/real_clock.hpp"
#include "tools/forked_trials.hpp"
#include "tools/option_values.hpp"
#include "tools/stop_on_signal.hpp"

namespace seedwalk::tools {

void failing_world_flags::declare(CLI::App& app) {
  jobs = std::max(std::thread::hardware_concurrency(), 1u);
  add_number(app, "--seed", seed, {},
             "everything that is drawn comes from it; 1, or the file's, unless given");
  add_name(app, "--budget", budget_text_, "real time after which the best so far will do")
      ->type_name("DURATION");
  add_number(app, "--runs", runs, {1, 1'000'000}, "how many runs it may take");
  add_number(app, "--jobs", jobs, {1, 1'000},
             "how many processes run at once; what is found does not depend on it");
  world.declare(app);
}

tl::expected<sim::crawl_scenario, std::string> failing_world_flags::read() {
  const auto time = actors::parse_fine_duration(budget_text_);
  if (!time)
    return tl::unexpected(fmt::format("--budget {}: {}", budget_text_, time.error()));
  budget = *time;
  if (auto read = world.read(); !read)
    return tl::unexpected(std::move(read.error()));
  auto s = world.of_seed(seed.value_or(world.scenario.has_file() ? world.scenario.file().seed : 1));
  if (s)
    seed = s->seed; // `--set` may have said another.
  return s;
}

tl::expected<failing_run, std::string> find_failure(const sim::crawl_scenario& s,
                                                    const failing_world_flags& flags) {
  // A run is given the whole budget, and those that come after it some times what it took.
  constexpr std::chrono::seconds least{10};
  constexpr int times = 20;
  const sim::real_clock clock;
  forked_trials trials({1, flags.budget, [] { return stop_on_signal::was_stopped(); }});
  failing_run first{std::move(trials.run({&s, 1}).front()), {}};
  first.run_limit = std::max<std::chrono::nanoseconds>(least, times * clock.now().steady);
  if (first.made.broken.empty())
    return tl::unexpected(
        fmt::format("{}: {}", flags.again(),
                    stop_on_signal::was_stopped() ? "was interrupted" : "keeps all its promises"));
  return first;
}

} // namespace seedwalk::tools
