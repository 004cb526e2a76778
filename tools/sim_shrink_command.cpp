#include "tools/sim_shrink_command.hpp"

#include <chrono>
#include <memory>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "actors/runtime/real_clock.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/shrink/shrinker.hpp"
#include "sim/scenario/shrink/story.hpp"
#include "tools/command_line.hpp"
#include "tools/failing_world.hpp"
#include "tools/forked_trials.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/shrunk_file.hpp"
#include "tools/stop_on_signal.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto shrink_examples = R"(seedwalk sim shrink failing.toml --scenario-out small.toml
seedwalk sim shrink --seed 7 --nodes 20 --faults 3 --scenario-out small.toml
seedwalk sim shrink failing.toml --budget 10m --runs 5000 --jobs 4)";

/// The smallest scenario is run so often, and must fail each time.
constexpr std::size_t confirmations = 10;

struct shrink_flags : failing_world_flags {
  std::string out;

  void declare(CLI::App& app) {
    failing_world_flags::declare(app);
    add_name(app, "--scenario-out", out, "where the small scenario goes; stdout unless given")
        ->type_name("FILE");
  }
};

/// One `sim shrink`.
class shrinking {
public:
  shrinking(shrink_flags& flags, sim::crawl_scenario s, invocation& invoked)
      : flags_(flags), scenario_(std::move(s)), err_(invoked.terminal.err),
        out_(invoked.terminal.out) {}

  exit_code run() {
    const auto first = find_failure(scenario_, flags_);
    if (!first) {
      err_ << fmt::format("seedwalk sim shrink: {}\n", first.error());
      return exit_code::failed;
    }
    run_limit_ = first->run_limit;
    const auto& wanted = first->made.broken.front();
    err_ << fmt::format("broken: {}\n", wanted.text);
    // Not broken off when time is up: what came of the smallest one is asked at the very end.
    forked_trials trials({flags_.jobs, run_limit_, {}});
    sim::shrink_options bounds;
    bounds.runs_max = flags_.runs;
    bounds.stop = [this] { return is_over(); };
    bounds.progress = [this](const auto& progress) { tell(progress); };
    auto result = sim::shrink(scenario_, wanted, trials, bounds);
    if (!result) {
      err_ << "seedwalk sim shrink: it did not break the same promise again\n";
      return exit_code::runs_differ;
    }
    return conclude(*result);
  }

private:
  bool is_over() const {
    return stop_on_signal::was_stopped() || clock_.now().steady > flags_.budget;
  }

  void tell(const sim::shrink_progress& progress) {
    constexpr std::chrono::seconds every{1};
    const auto now = clock_.now().steady;
    if (now < told_ + every)
      return;
    told_ = now;
    err_ << fmt::format("{} runs, {:.0f} s, {}: {}\n", progress.runs,
                        std::chrono::duration<double>(now).count(), progress.pass,
                        sim::to_string(progress.size))
         << std::flush;
  }

  exit_code conclude(const sim::shrink_result& result) {
    const auto taken = clock_.now().steady;
    // As from its file: what is not in there is lost.
    const auto read = sim::parse_scenario(sim::write_scenario(result.smallest), "shrunk");
    if (!read)
      throw std::logic_error("a shrunk scenario cannot be read: " + read.error());
    const std::vector<sim::crawl_scenario> again(confirmations, *read);
    forked_trials trials({flags_.jobs, run_limit_, {}});
    std::size_t failed = 0;
    for (const auto& trial : trials.run(again))
      failed += trial.find(result.broken) != nullptr ? 1 : 0;
    const auto file = flags_.out.empty() ? std::string{"FILE"} : shell_word(flags_.out);
    if (const auto written = write(text_of_shrunk(result, file, flags_.again())); !written) {
      err_ << fmt::format("seedwalk sim shrink: {}\n", written.error());
      return exit_code::failed;
    }
    err_ << fmt::format("was {}\nis  {}\n{} runs ({} ahead), {:.1f} s{}; fails {} times of {}\n",
                        sim::to_string(result.before), sim::to_string(result.after), result.runs,
                        result.runs_ahead, std::chrono::duration<double>(taken).count(),
                        result.is_whole ? "" : ", ended before all was tried", failed,
                        confirmations);
    return failed == confirmations ? exit_code::done : exit_code::runs_differ;
  }

  tl::expected<void, std::string> write(const std::string& text) {
    if (flags_.out.empty()) {
      out_ << text;
      return {};
    }
    auto made = output_file::create("--scenario-out", flags_.out);
    if (!made)
      return tl::unexpected(made.error());
    (*made)->stream() << text;
    (*made)->finish();
    return {};
  }

  shrink_flags& flags_;
  sim::crawl_scenario scenario_;
  std::ostream& err_;
  std::ostream& out_;
  sim::real_clock clock_;
  std::chrono::nanoseconds run_limit_{0};
  std::chrono::nanoseconds told_{0};
};

} // namespace

exit_code shrink(invocation& invoked) {
  command_line line{"sim shrink",
                    "Makes a world that breaks a promise small, and breaks the same one still.",
                    shrink_examples};
  shrink_flags flags;
  flags.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  auto scenario = flags.read();
  if (!scenario)
    return line.refuse(invoked, scenario.error());
  const stop_on_signal stops;
  return shrinking{flags, std::move(*scenario), invoked}.run();
}

} // namespace seedwalk::tools
