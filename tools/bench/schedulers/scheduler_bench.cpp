#include "tools/bench/schedulers/scheduler_bench.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "actors/runtime/strategies/order_memory.hpp"
#include "actors/runtime/strategies/portfolio.hpp"
#include "actors/runtime/strategies/run_profile.hpp"
#include "tools/bench/schedulers/log_rank.hpp"

namespace seedwalk::bench {

namespace {

double thread_cpu_s() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

/// A run by fifo.
std::shared_ptr<const sim::run_profile> profile_of(const kernel& searched) {
  stage on(1, {.strategy = sim::strategy::fifo, .keeps_profile = true});
  searched.build(on);
  on.breaks();
  return std::make_shared<const sim::run_profile>(on.world().events().profile());
}

/// The schedules of one trial: those by `pairs` are told which orders the others by `pairs` before
/// them had, and the run by fifo.
class trial_run {
public:
  trial_run(const kernel& searched, const sim::strategy_text& strategy,
            std::shared_ptr<const sim::run_profile> by_fifo)
      : searched_(searched), strategy_(strategy), by_fifo_(std::move(by_fifo)) {
    if (by_fifo_)
      known_.learn(*by_fifo_);
  }

  /// True: it has found the bug.
  bool run(std::uint64_t seed, kernel_score& score) {
    const auto one = sim::settled(strategy_, seed);
    sim::schedule_options order;
    order.strategy = one.strategy;
    order.depth = one.depth;
    if (sim::wants_profile(one.strategy))
      order.profile = by_fifo_;
    const bool is_fed = one.strategy == sim::strategy::pairs;
    if (is_fed)
      order.wanted = known_.draw(seed);
    order.keeps_profile = is_fed;
    const auto wanted = order.wanted;
    stage on(seed, std::move(order));
    searched_.build(on);
    const auto found = on.breaks();
    ++score.schedules;
    score.steps += on.world().steps();
    if (is_fed)
      known_.learn(on.world().events().profile(), wanted);
    return found;
  }

private:
  const kernel& searched_;
  const sim::strategy_text& strategy_;
  std::shared_ptr<const sim::run_profile> by_fifo_;
  sim::order_memory known_;
};

/// All trials of a strategy at a kernel.
kernel_score score_of(const kernel& searched, const sim::strategy_text& strategy,
                      const scheduler_bench_options& o) {
  kernel_score result;
  const auto began = thread_cpu_s();
  std::shared_ptr<const sim::run_profile> by_fifo;
  if (sim::wants_profile(strategy.strategy) || strategy.strategy == sim::strategy::portfolio)
    by_fifo = profile_of(searched);
  std::uint32_t missed = 0;
  for (std::uint32_t trial = 0; trial != o.trials && missed != misses_max; ++trial) {
    std::uint32_t after = 0;
    trial_run run(searched, strategy, by_fifo);
    for (std::uint32_t nth = 0; nth != o.schedules && after == 0; ++nth)
      if (run.run(sim::name_from("schedule", o.seed, trial, nth), result))
        after = nth + 1;
    result.found_after.push_back(after);
    missed += after == 0 ? 1 : 0;
  }
  result.cpu_s = thread_cpu_s() - began;
  return result;
}

std::string number_text(double value) {
  if (!std::isfinite(value))
    return "-";
  return value < 100 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

/// Each strategy's part of the vote that a kernel has.
std::vector<double> votes_of(const std::vector<kernel_score>& of_kernel,
                             const std::vector<sim::strategy_text>& strategies) {
  std::vector<double> result(strategies.size(), 0);
  double sum = 0;
  for (std::size_t s = 0; s != strategies.size(); ++s)
    if (strategies[s].strategy != sim::strategy::portfolio)
      sum += result[s] = 1 / of_kernel[s].schedules_to_find();
  for (auto& one : result)
    one = sum > 0 ? one / sum : 0;
  return result;
}

} // namespace

std::uint32_t kernel_score::found() const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(found_after, [](std::uint32_t after) { return after != 0; }));
}

double kernel_score::schedules_to_find() const {
  return found() == 0 ? std::numeric_limits<double>::infinity()
                      : static_cast<double>(schedules) / found();
}

scheduler_bench_result run_scheduler_bench(const scheduler_bench_options& o,
                                           const std::function<void(std::string)>& progress) {
  scheduler_bench_result result{o,
                                {o.kernels.size(), std::vector<kernel_score>(o.strategies.size())}};
  const auto pairs = o.kernels.size() * o.strategies.size();
  std::atomic<std::size_t> next{0};
  std::mutex telling;
  const auto work = [&] {
    for (auto at = next++; at < pairs; at = next++) {
      const auto& searched = *o.kernels[at / o.strategies.size()];
      const auto& strategy = o.strategies[at % o.strategies.size()];
      auto& score = result.scores[at / o.strategies.size()][at % o.strategies.size()];
      score = score_of(searched, strategy, o);
      const std::scoped_lock lock{telling};
      if (progress)
        progress(fmt::format("{}, {}: {} of {} trials, {} schedules, {:.1f} s", searched.name,
                             strategy.to_string(), score.found(), score.found_after.size(),
                             score.schedules, score.cpu_s));
    }
  };
  std::vector<std::thread> others;
  for (std::uint32_t i = 1; i < o.threads; ++i)
    others.emplace_back(work);
  work();
  for (auto& one : others)
    one.join();
  return result;
}

std::vector<strategy_score> scheduler_bench_result::totals() const {
  std::vector<strategy_score> result;
  for (std::size_t s = 0; s != options.strategies.size(); ++s) {
    strategy_score total{.strategy = options.strategies[s]};
    log_rank difference;
    double logarithms = 0;
    double cpu_s = 0;
    std::uint64_t schedules = 0;
    std::uint64_t steps = 0;
    for (const auto& of_kernel : scores) {
      const auto& one = of_kernel[s];
      const auto& base = of_kernel.front();
      total.kernels_found += one.found() != 0 ? 1 : 0;
      total.trials_found += one.found();
      total.trials_run += static_cast<std::uint32_t>(one.found_after.size());
      schedules += one.schedules;
      steps += one.steps;
      cpu_s += one.cpu_s;
      total.votes +=
          votes_of(of_kernel, options.strategies)[s] / static_cast<double>(scores.size());
      difference.add(one.found_after, base.found_after, options.schedules);
      if (one.found() == 0 || base.found() == 0)
        continue;
      ++total.compared;
      logarithms += std::log(one.schedules_to_find() / base.schedules_to_find());
    }
    if (total.compared != 0)
      total.relative = std::exp(logarithms / total.compared);
    total.p = s == 0 ? 1 : difference.p();
    total.schedules_per_s = static_cast<double>(schedules) / cpu_s;
    total.ns_per_step = cpu_s * 1e9 / static_cast<double>(std::max<std::uint64_t>(steps, 1));
    result.push_back(total);
  }
  return result;
}

std::string to_string(const scheduler_bench_result& r) {
  const auto& o = r.options;
  std::string text = "| kernel | depth |";
  std::string line = "| --- | --- |";
  for (const auto& strategy : o.strategies) {
    text += fmt::format(" {} |", strategy.to_string());
    line += " --- |";
  }
  text += "\n" + line + "\n";
  for (std::size_t k = 0; k != o.kernels.size(); ++k) {
    text += fmt::format("| {} | {} |", o.kernels[k]->name, o.kernels[k]->depth);
    for (const auto& one : r.scores[k])
      text += one.found() == one.found_after.size()
                  ? fmt::format(" {} |", number_text(one.schedules_to_find()))
                  : fmt::format(" {} ({}/{}) |", number_text(one.schedules_to_find()), one.found(),
                                one.found_after.size());
    text += "\n";
  }
  text +=
      fmt::format("\n| strategy | kernels found | trials found | schedules, {} = 1 | p | votes | "
                  "schedules/s | ns a step |\n"
                  "| --- | --- | --- | --- | --- | --- | --- | --- |\n",
                  o.strategies.front().to_string());
  for (const auto& one : r.totals())
    text += fmt::format(
        "| {} | {} of {} | {} of {} | {:.2f} of {} | {:.2g} | {} | {:.0f} | {:.0f} |\n",
        one.strategy.to_string(), one.kernels_found, o.kernels.size(), one.trials_found,
        one.trials_run, one.relative, one.compared, one.p,
        one.strategy.strategy == sim::strategy::portfolio ? "-"
                                                          : fmt::format("{:.1f}%", 100 * one.votes),
        one.schedules_per_s, one.ns_per_step);
  return text;
}

nlohmann::json as_json(const scheduler_bench_result& r) {
  const auto& o = r.options;
  nlohmann::json kernels = nlohmann::json::array();
  for (std::size_t k = 0; k != o.kernels.size(); ++k) {
    nlohmann::json scores = nlohmann::json::object();
    for (std::size_t s = 0; s != o.strategies.size(); ++s) {
      const auto& one = r.scores[k][s];
      scores[o.strategies[s].to_string()] = {{"found_after", one.found_after},
                                             {"schedules", one.schedules},
                                             {"steps", one.steps},
                                             {"cpu_s", one.cpu_s}};
    }
    kernels.push_back({{"name", o.kernels[k]->name},
                       {"depth", o.kernels[k]->depth},
                       {"bug", o.kernels[k]->bug},
                       {"strategies", std::move(scores)}});
  }
  nlohmann::json totals = nlohmann::json::array();
  for (const auto& one : r.totals())
    totals.push_back({{"strategy", one.strategy.to_string()},
                      {"kernels_found", one.kernels_found},
                      {"trials_found", one.trials_found},
                      {"trials_run", one.trials_run},
                      {"relative_schedules", one.relative},
                      {"kernels_compared", one.compared},
                      {"log_rank_p", one.p},
                      {"votes", one.votes},
                      {"schedules_per_s", one.schedules_per_s},
                      {"ns_per_step", one.ns_per_step}});
  return {{"benchmark", "schedulers"},     {"trials", o.trials},
          {"schedules", o.schedules},      {"seed", o.seed},
          {"kernels", std::move(kernels)}, {"totals", std::move(totals)}};
}

} // namespace seedwalk::bench
