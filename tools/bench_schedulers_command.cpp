#include "tools/bench_schedulers_command.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tl/expected.hpp>

#include "tools/bench/schedulers/scheduler_bench.hpp"
#include "tools/command_line.hpp"
#include "tools/option_values.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto bench_schedulers_examples = R"(seedwalk bench schedulers
seedwalk bench schedulers --kernels reorder-10,stale-timer --strategies uniform,pct:2 --trials 5
seedwalk bench schedulers --schedules 1000 --json)";

std::vector<std::string_view> kernel_names() {
  std::vector<std::string_view> result;
  for (const auto& one : bench::kernels())
    result.push_back(one.name);
  return result;
}

/// The error is one line.
tl::expected<void, std::string> read_lists(const std::vector<std::string>& kernels,
                                           const std::vector<std::string>& strategies,
                                           bench::scheduler_bench_options& into) {
  for (const auto& name : kernels) {
    const auto* one = bench::find_kernel(name);
    if (one == nullptr)
      return tl::unexpected(fmt::format("--kernels: there is no kernel {}; there are {}", name,
                                        fmt::join(kernel_names(), ", ")));
    into.kernels.push_back(one);
  }
  if (kernels.empty())
    for (const auto& one : bench::kernels())
      into.kernels.push_back(&one);
  for (const auto& text : strategies) {
    const auto one = sim::strategy_text::parse(text);
    if (!one)
      return tl::unexpected(fmt::format("--strategies: there is no strategy {}; there are {}", text,
                                        fmt::join(sim::strategy_names(), ", ")));
    into.strategies.push_back(*one);
  }
  return {};
}

} // namespace

exit_code run_schedulers_benchmark(invocation& invoked) {
  command_line line{"bench schedulers",
                    "Looks for the planted bugs of 24 small programs with each strategy, and "
                    "compares them with the first.",
                    bench_schedulers_examples};
  bench::scheduler_bench_options options;
  options.threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::string> kernels;
  std::vector<std::string> strategies = {"uniform", "pct:3", "pct:10", "pctcp:3",  "pos",
                                         "urw",     "surw",  "pairs",  "portfolio"};
  bool json = false;
  auto& app = line.app();
  app.add_option("--kernels", kernels, "which of them, by name; all unless it is said")
      ->delimiter(',')
      ->type_name("NAME,...");
  app.add_option("--strategies", strategies, "the first is what the others are compared with")
      ->delimiter(',')
      ->type_name("NAME[:D],...")
      ->capture_default_str();
  add_number(app, "--trials", options.trials, {1, 1'000},
             "how often each bug is looked for; a strategy that has missed ten times stops");
  add_number(app, "--schedules", options.schedules, {1, 1'000'000}, "of a trial, at most");
  add_number(app, "--seed", options.seed, {}, "all schedules are drawn from it");
  add_number(app, "--threads", options.threads, {1, 1'000},
             "changes nothing but how long it takes");
  app.add_flag("--json", json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto read = read_lists(kernels, strategies, options); !read)
    return line.refuse(invoked, read.error());
  const auto result = bench::run_scheduler_bench(options, [&](const std::string& done) {
    if (!json)
      invoked.terminal.err << done << std::endl;
  });
  invoked.terminal.out << (json ? bench::as_json(result).dump(2) + "\n" : bench::to_string(result));
  return exit_code::done;
}

} // namespace seedwalk::tools
