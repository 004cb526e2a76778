#include "tools/sim_explain_command.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "actors/runtime/real_clock.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/scenario/explain/scenario_judge.hpp"
#include "tools/command_line.hpp"
#include "tools/explain_report.hpp"
#include "tools/failing_world.hpp"
#include "tools/forked_trials.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/stop_on_signal.hpp"
#include "tools/trace/html_page.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto explain_examples = R"(seedwalk sim explain failing.toml --html failing.html
seedwalk sim explain --seed 7 --nodes 20 --faults 3 --html run.html
seedwalk sim explain failing.toml --json --budget 10m --jobs 4)";

struct explain_flags : failing_world_flags {
  std::string html;
  sim::explain_options looks;
  bool json = false;

  void declare(CLI::App& app) {
    runs = 20'000;
    failing_world_flags::declare(app);
    add_name(app, "--html", html,
             "a page with the curve, and the lanes of the run with the step that is named")
        ->type_name("FILE");
    add_number(app, "--moments", looks.moments, {2, 1'000},
               "how many moments are looked at first, from the start to the failure");
    add_number(app, "--draws", looks.draws, {8, 512},
               "how many futures are drawn at each, at first");
    add_number(app, "--draws-seed", looks.seed, {}, "what the futures are drawn from");
    app.add_flag("--json", json, "one JSON document on stdout");
  }

  /// The command that makes one of the futures. A file's own redraws would have to be said too.
  std::string again_with(const sim::future& f, const sim::crawl_scenario& s) const {
    if (!s.redraws.empty())
      return {};
    return again() + fmt::format(" --set 'schedule.redraw = [\"{}:{}\"]'", f.from_step, f.seed);
  }
};

/// One `sim explain`.
class explaining {
public:
  explaining(explain_flags& flags, sim::crawl_scenario s, invocation& invoked)
      : flags_(flags), scenario_(std::move(s)), terminal_(invoked.terminal) {}

  exit_code run(std::unique_ptr<output_file> page) {
    if (!find())
      return exit_code::failed;
    forked_trials trials({flags_.jobs, run_limit_, [this] { return is_over(); }});
    auto looks = flags_.looks;
    looks.runs_max = flags_.runs;
    looks.draws_max = std::max(looks.draws_max, looks.draws);
    looks.progress = [this](const auto& progress) { looked_at_ = progress; };
    const auto judge = sim::judge_of(
        scenario_, report_.broken, trials, [this] { return is_over(); },
        [this](std::size_t runs) { tell(runs); });
    report_.explained = sim::explain(report_.noticed, judge, looks);
    name(trials);
    if (page) {
      write_explained_html(fails_->happened, as_json(report_), page->stream());
      page->finish();
    }
    if (flags_.json)
      terminal_.out << as_json(report_).dump(-1, ' ', false,
                                             nlohmann::json::error_handler_t::replace)
                    << '\n';
    else
      print(terminal_.out, report_, terminal_.unicode);
    terminal_.err << fmt::format("{} runs, {:.1f} s\n", report_.explained.runs,
                                 std::chrono::duration<double>(clock_.now().steady).count());
    return stop_on_signal::was_stopped() ? exit_code::interrupted : exit_code::done;
  }

private:
  bool is_over() const {
    return stop_on_signal::was_stopped() || clock_.now().steady > flags_.budget;
  }

  bool ends_process() const { return report_.broken.oracle == "process"; }

  /// What the scenario breaks, and when; false, and a word about it: nothing.
  bool find() {
    const auto first = find_failure(scenario_, flags_);
    if (!first) {
      terminal_.err << fmt::format("seedwalk sim explain: {}\n", first.error());
      return false;
    }
    const auto& made = first->made;
    run_limit_ = first->run_limit;
    report_.again = flags_.again();
    report_.broken = made.broken.front();
    report_.steps = made.steps;
    // What is said without a step is known at the end. A process is ended by the step that runs.
    const auto noticed = report_.broken.step == 0 ? made.steps : report_.broken.step;
    report_.noticed = std::min(noticed, made.steps);
    terminal_.err << fmt::format("broken: {}\n", report_.broken.text);
    // An earlier run that strategies ask about is made once. It may be what ends the process.
    if (!ends_process())
      scenario_ = sim::with_profile(std::move(scenario_));
    return true;
  }

  /// Looks at what happened where the chance rises, or at a world that passes.
  void name(forked_trials& trials) {
    const auto& e = report_.explained;
    sim::step_range heard;
    if (e.rise)
      heard = {e.rise->before.step, e.rise->after.step};
    fails_ = ends_process() ? sim::run_traced_up_to(scenario_, report_.again,
                                                    std::max<std::uint64_t>(report_.noticed, 1) - 1,
                                                    report_.broken, heard)
                            : sim::run_traced(scenario_, report_.again, heard);
    if (e.rise) {
      // What is known at the end came of no step.
      const auto noticed = report_.noticed == report_.steps ? 0 : report_.noticed;
      report_.named =
          sim::name_rise(*e.rise, fails_->happened, sim::with_misfortunes(scenario_), noticed);
      report_.named->drawn = fails_->drawn;
      report_.again_redrawn = flags_.again_with(
          {e.rise->before.step, sim::seed_of_draw(flags_.looks.seed, 0)}, scenario_);
    }
    if (e.found == sim::finding::always && !is_over())
      compare_with_neighbour(trials);
  }

  void compare_with_neighbour(forked_trials& trials) {
    std::vector<std::uint64_t> seeds;
    for (std::size_t nth = 0; nth != flags_.looks.draws; ++nth)
      seeds.push_back(sim::seed_of_draw(flags_.looks.seed, nth));
    report_.neighbour = sim::find_neighbour(scenario_, report_.broken, seeds, trials);
    if (report_.neighbour)
      report_.parting = sim::part(*fails_, sim::run_traced(report_.neighbour->world, ""));
  }

  void tell(std::size_t runs) {
    constexpr std::chrono::seconds every{1};
    runs_ += runs;
    const auto now = clock_.now().steady;
    if (now < told_ + every)
      return;
    told_ = now;
    terminal_.err << fmt::format("{} runs, {:.0f} s{}\n", runs_,
                                 std::chrono::duration<double>(now).count(),
                                 looked_at_.runs == 0
                                     ? std::string{}
                                     : fmt::format(", was at steps {} to {}", looked_at_.first_step,
                                                   looked_at_.last_step))
                  << std::flush;
  }

  explain_flags& flags_;
  sim::crawl_scenario scenario_;
  console& terminal_;
  sim::real_clock clock_;
  std::chrono::nanoseconds run_limit_{0};
  std::chrono::nanoseconds told_{0};
  std::uint64_t runs_ = 0;
  sim::explain_progress looked_at_;
  explain_report report_;
  std::optional<sim::traced_run> fails_;
};

} // namespace

exit_code explain(invocation& invoked) {
  command_line line{"sim explain",
                    "Says when a broken promise became inevitable, and through what: what is left "
                    "to chance is drawn anew from ever later steps of the run on.",
                    explain_examples};
  explain_flags flags;
  flags.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  auto scenario = flags.read();
  if (!scenario)
    return line.refuse(invoked, scenario.error());
  std::unique_ptr<output_file> page;
  if (!flags.html.empty()) {
    auto made = output_file::create("--html", flags.html);
    if (!made)
      return line.refuse(invoked, made.error());
    page = std::move(*made);
  }
  const stop_on_signal stops;
  return explaining{flags, std::move(*scenario), invoked}.run(std::move(page));
}

} // namespace seedwalk::tools
