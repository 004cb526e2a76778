#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/runtime/real_clock.hpp"
#include "net/base/probe.hpp"
#include "sim/record/determinism_check.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "tools/awaited_signals.hpp"
#include "tools/child_pool.hpp"
#include "tools/command_line.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/replayed_run.hpp"
#include "tools/scratch_folder.hpp"
#include "tools/sim_report.hpp"
#include "tools/sim_sweep.hpp"
#include "tools/sim_world_flags.hpp"
#include "tools/sweep_results.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto sweep_examples = R"(seedwalk sim sweep --seeds 1..10000 --nodes 8 --faults 2
seedwalk sim sweep --swarm --seeds 1..20000 --keep-going --failures failures --resume swarm.jsonl
seedwalk sim sweep tests/scenarios/fault_partition_that_heals.toml --seeds 1..1000 --jobs 2
seedwalk sim sweep --swarm --seeds 1..2000 --twice
seedwalk sim sweep --seeds 1..1000 --crawlers 2 --keep-going --json)";

struct sweep_flags {
  sim_world_flags world;
  std::string seeds_text = "1..1000";
  std::uint32_t jobs = std::max(std::thread::hardware_concurrency(), 1u);
  bool keep_going = false;
  bool twice = false;
  std::string failures;
  std::string resume;
  bool json = false;

  void declare(CLI::App& app) {
    add_name(app, "--seeds", seeds_text, "A..B, both included, or one seed")->type_name("A..B");
    add_number(app, "--jobs", jobs, {1, 1'000}, "how many processes run at once");
    app.add_flag("--keep-going", keep_going, "do not stop at the first seed that breaks a promise");
    app.add_flag(
        "--twice", twice,
        "run each seed once more, as `sim check` does: a difference breaks the promise that "
        "a run is a function of its inputs (oracle \"twice\")");
    add_name(app, "--failures", failures,
             "write a scenario file for each promise that is broken, of the lowest seed that does")
        ->type_name("FOLDER");
    add_name(app, "--resume", resume,
             "keep what became of each seed in this file, and pass over those that are in it")
        ->type_name("FILE");
    app.add_flag("--json", json, "print one JSON document");
    world.declare(app);
  }
};

/// A file name that says what a scenario breaks.
std::string file_name_of(const distinct_failure& one) {
  return fmt::format("{}_{}.toml", file_name_of_promise(one.first.oracle, one.first.place),
                     one.seed);
}

/// What a child has said of a seed, or that it has died with it.
seed_result told_by(const child_pool::ended& one) {
  seed_result result;
  if (one.death.empty())
    if (auto said = parse_seed_result(net::as_text(one.said)))
      return std::move(*said);
  const auto& cause = one.death.empty() ? "said something else" : one.death;
  result.seed = one.number;
  result.failures.push_back(
      {"process", cause, fmt::format("the process that ran it died: {}", cause), 0});
  return result;
}

/// A sweep under way.
class sweep_run {
public:
  sweep_run(const sweep_flags& flags, std::size_t wanted, invocation& invoked)
      : flags_(flags), wanted_(wanted), invoked_(invoked) {}

  /// Takes over what an earlier one has found. The error is one line.
  tl::expected<void, std::string> resume(std::vector<std::uint64_t>& seeds) {
    if (flags_.resume.empty())
      return {};
    auto log = sweep_log::open(flags_.resume, flags_.world.again(0));
    if (!log)
      return tl::unexpected(log.error());
    log_ = std::move(*log);
    std::set<std::uint64_t> open(seeds.begin(), seeds.end());
    for (const auto& known : log_->take_known())
      if (open.erase(known.seed) != 0)
        note(known);
    seeds.assign(open.begin(), open.end());
    resumed_ = report_.runs();
    return {};
  }

  /// Until all is done, a signal comes or, unless it is to keep going, a promise is broken. The
  /// error is one line.
  tl::expected<void, std::string> run(const std::vector<std::uint64_t>& seeds) {
    return run(
        seeds, [this](const sim::crawl_scenario& s) { return result_of(sim::run_crawl(s)); },
        [this](const seed_result& result) { return keep(result); });
  }

  /// The same, and each run is recorded and replayed; then these are run once more in processes
  /// that differ in all that must not matter; `child` starts one. A seed is done once both agree.
  tl::expected<void, std::string> run_twice(const std::vector<std::uint64_t>& seeds,
                                            const std::vector<std::string>& child) {
    const scratch_folder recordings{std::filesystem::temp_directory_path().string(), "replayed"};
    if (!recordings.made())
      return tl::unexpected(fmt::format("{}: {}", recordings.path(), std::strerror(errno)));
    std::vector<seed_result> first;
    auto ran = run(
        seeds, [&](const sim::crawl_scenario& s) { return run_and_replay(s, recordings.path()); },
        [&](const seed_result& result) -> tl::expected<void, std::string> {
          has_failed_ = has_failed_ || !result.failures.empty();
          first.push_back(result);
          return {};
        });
    const bool are_compared = ran && !is_over();
    if (are_compared)
      ran = compare_with_second(first, seeds, child);
    interrupted_ = interrupted_ || signals_.came();
    for (const auto& result : first)
      if (!are_compared || !ran) // `--resume` makes them again.
        note(result);
      else if (auto kept = keep(result); !kept)
        return kept;
    return ran;
  }

  /// Something of this machine does not let it go on.
  void stop() { interrupted_ = true; }

  /// It ends here: by a signal, or at the first failure.
  bool is_over() const { return interrupted_ || (has_failed_ && !flags_.keep_going); }

  const sweep_report& report() const { return report_; }
  std::size_t wanted() const { return wanted_; }
  bool was_interrupted() const { return interrupted_; }
  std::chrono::nanoseconds wall() const { return clock_.now().steady; }
  /// Of those that this process ran.
  double rate() const {
    return static_cast<double>(report_.runs() - resumed_) * 1e9 /
           static_cast<double>(wall().count() + 1);
  }

private:
  template <class Run, class Take>
  tl::expected<void, std::string> run(const std::vector<std::uint64_t>& seeds, Run run_one,
                                      Take take) {
    if (is_over())
      return {};
    try {
      child_pool crew({.jobs = flags_.jobs, .keeps_standard_error = true});
      for (std::size_t job = 0; job != crew.jobs(); ++job) {
        std::vector<std::uint64_t> share;
        for (auto nth = job; nth < seeds.size(); nth += crew.jobs())
          share.push_back(seeds[nth]);
        crew.begin(share, [&](std::uint64_t seed) {
          auto result = run_one(*flags_.world.of_seed(seed));
          result.seed = seed; // `--set` may have said another.
          const auto line = to_line(result);
          return child_pool::bytes(line.begin(), line.end());
        });
      }
      return take_all(crew, take);
    } catch (const std::system_error& problem) {
      return tl::unexpected(std::string{problem.what()});
    }
  }

  template <class Take>
  tl::expected<void, std::string> take_all(child_pool& crew, Take take) {
    while (!crew.is_idle()) {
      for (const auto& one : crew.take(signals_.descriptor()))
        if (auto taken = take(told_by(one)); !taken)
          return taken;
      interrupted_ = signals_.came();
      if (is_over())
        return {};
      tell_progress();
    }
    return {};
  }

  tl::expected<void, std::string> compare_with_second(std::vector<seed_result>& first,
                                                      const std::vector<std::uint64_t>& seeds,
                                                      const std::vector<std::string>& child) {
    sim::check_options second;
    second.child = child;
    const auto checked = sim::check(seeds, flags_.world.checked(), second);
    if (!checked)
      return tl::unexpected(checked.error());
    for (const auto& one : checked->differences) {
      const auto place = one.first_run.empty() ? std::string{"a run that is not its seed's"}
                                               : one.first_run.front().message;
      const auto result = std::ranges::find(first, one.seed, &seed_result::seed);
      if (result != first.end())
        result->failures.push_back({"twice", place, sim::to_string(one), one.first_step});
    }
    return {};
  }

  tl::expected<void, std::string> keep(const seed_result& result) {
    if (log_ && !log_->add(result))
      return tl::unexpected(fmt::format("--resume {}: cannot be written", flags_.resume));
    note(result);
    return {};
  }

  void note(const seed_result& result) {
    has_failed_ = has_failed_ || !result.failures.empty();
    const auto known = report_.distinct().size();
    report_.add(result);
    if (report_.distinct().size() != known)
      invoked_.terminal.err << fmt::format("seed {} breaks a promise: {}\n", result.seed,
                                           result.failures.front().text);
    if (flags_.failures.empty())
      return;
    for (const auto& failure : result.failures) {
      auto& one = report_.distinct().at(failure.key());
      if (one.seed == result.seed)
        write_scenario_of(one);
    }
  }

  /// In the place of that of a higher seed.
  void write_scenario_of(distinct_failure& one) {
    const auto path = (std::filesystem::path{flags_.failures} / file_name_of(one)).string();
    if (path == one.file)
      return;
    auto made = output_file::create("--failures", path);
    if (!made)
      throw std::runtime_error(made.error());
    const auto scenario = sim::with_misfortunes(*flags_.world.of_seed(one.seed));
    (*made)->stream() << sim::write_scenario(
        scenario, fmt::format("{}, {}: {}\n{}", one.first.oracle, one.first.place, one.first.text,
                              flags_.world.again(one.seed)));
    (*made)->finish();
    std::error_code ignored;
    if (!one.file.empty())
      std::filesystem::remove(one.file, ignored);
    one.file = path;
  }

  void tell_progress() {
    constexpr std::chrono::seconds every{10};
    if (report_.runs() == resumed_ || (told_ && wall() < *told_ + every))
      return;
    told_ = wall();
    invoked_.terminal.err << fmt::format(
        "{} of {} seeds, {:.0f} a second, {:.0f} s left, {} broken in {} ways\n", report_.runs(),
        wanted_, rate(),
        static_cast<double>(wanted_ - std::min(wanted_, report_.runs())) / std::max(rate(), 0.001),
        report_.broken_runs(), report_.distinct().size());
  }

  const awaited_signals signals_;
  const sweep_flags& flags_;
  std::size_t wanted_;
  invocation& invoked_;
  std::unique_ptr<sweep_log> log_;
  sweep_report report_;
  std::uint64_t resumed_ = 0;
  bool interrupted_ = false;
  bool has_failed_ = false; ///< Some run, maybe one that is not in the report yet.
  sim::real_clock clock_;
  std::optional<std::chrono::nanoseconds> told_;
};

double seconds_of_run(std::chrono::nanoseconds t) {
  return static_cast<double>(t.count()) / 1e9;
}

void print_json(std::ostream& out, const sweep_flags& flags, const sweep_run& swept) {
  const auto& report = swept.report();
  nlohmann::json violations = nlohmann::json::array();
  for (const auto& [key, one] : report.distinct()) {
    violations.push_back({{"oracle", one.first.oracle},
                          {"place", one.first.place},
                          {"text", one.first.text},
                          {"seed", one.seed},
                          {"step", one.first.step},
                          {"seeds", one.seeds},
                          {"again", flags.world.again(one.seed)}});
    if (!one.file.empty())
      violations.back()["scenario_file"] = one.file;
  }
  out << nlohmann::json{{"runs", report.runs()},
                        {"seeds", swept.wanted()},
                        {"interrupted", swept.was_interrupted()},
                        {"runs_per_s", swept.rate()},
                        {"virtual_s", seconds_of_run(report.virtual_time())},
                        {"broken_runs", report.broken_runs()},
                        {"violations", std::move(violations)},
                        {"probes", report.probes()}}
             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
      << '\n';
}

void print_text(std::ostream& out, const sweep_run& swept) {
  const auto& report = swept.report();
  if (swept.was_interrupted())
    out << fmt::format("interrupted: {} of {} seeds\n", report.runs(), swept.wanted());
  out << fmt::format("{} runs, {:.0f} virtual s in {:.1f} s, {} broken in {} ways\n", report.runs(),
                     seconds_of_run(report.virtual_time()), seconds_of_run(swept.wall()),
                     report.broken_runs(), report.distinct().size());
  std::string never;
  for (const auto name : net::probe_names())
    if (!report.probes().contains(std::string{name}))
      never += fmt::format(" {}", name);
  out << fmt::format("probes: {} of {} reached{}{}\n", report.probes().size(),
                     net::probe_names().size(), never.empty() ? "" : ", not", never);
}

/// Each bug, and of the first one what happened.
void tell_broken(invocation& invoked, const sweep_flags& flags, const sweep_run& swept) {
  auto& err = invoked.terminal.err;
  bool is_first = !swept.was_interrupted();
  for (const auto& [key, one] : swept.report().distinct()) {
    err << fmt::format("{}, {}: seed {} and {} more: {}\n", one.first.oracle, one.first.place,
                       one.seed, one.seeds - 1, one.first.text);
    const auto again =
        one.file.empty() ? flags.world.again(one.seed) : "seedwalk sim run " + shell_word(one.file);
    if (std::exchange(is_first, false) && one.first.oracle != "process") {
      const auto s = *flags.world.of_seed(one.seed);
      print_broken(err, s, sim::run_crawl(s), again);
    } else {
      err << fmt::format("again: {}\n", again);
    }
  }
}

exit_code conclude(invocation& invoked, const sweep_flags& flags, const sweep_run& swept) {
  if (flags.json)
    print_json(invoked.terminal.out, flags, swept);
  else
    print_text(invoked.terminal.out, swept);
  tell_broken(invoked, flags, swept);
  if (swept.report().broken_runs() != 0)
    return exit_code::invariant_broken;
  return swept.was_interrupted() ? exit_code::interrupted : exit_code::done;
}

/// Makes the folder of `--failures`. The error is one line.
tl::expected<void, std::string> make_failures_folder(const sweep_flags& flags) {
  std::error_code failed;
  if (!flags.failures.empty())
    std::filesystem::create_directories(flags.failures, failed);
  if (failed)
    return tl::unexpected(fmt::format("--failures {}: {}", flags.failures, failed.message()));
  return {};
}

/// Runs all seeds; some of them, and the same once more, in turn, where that is asked for. The
/// error is one line.
tl::expected<void, std::string> run_all(sweep_run& swept, const sweep_flags& flags,
                                        const std::vector<std::uint64_t>& seeds,
                                        const std::vector<std::string>& arguments) {
  if (!flags.twice)
    return swept.run(seeds);
  std::vector<std::string> child = {"/proc/self/exe", "sim", "sweep"};
  child.insert(child.end(), arguments.begin(), arguments.end());
  constexpr std::size_t at_a_time = 256;
  for (std::size_t i = 0; i < seeds.size() && !swept.is_over(); i += at_a_time) {
    const auto first = seeds.begin() + static_cast<std::ptrdiff_t>(i);
    const auto left = std::min(at_a_time, seeds.size() - i);
    const std::vector<std::uint64_t> some(first, first + static_cast<std::ptrdiff_t>(left));
    if (auto ran = swept.run_twice(some, child); !ran)
      return ran;
  }
  return {};
}

} // namespace

exit_code sweep(invocation& invoked) {
  command_line line{"sim sweep",
                    "Runs one world with many seeds, until one of them breaks a promise.",
                    sweep_examples};
  sweep_flags flags;
  flags.declare(line.app());
  const auto arguments = invoked.arguments;
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto read = flags.world.read(); !read)
    return line.refuse(invoked, read.error());
  if (flags.twice && sim::is_check_child())
    return sim::answer_check(flags.world.checked()) ? exit_code::done : exit_code::failed;
  auto seeds = parse_seeds(flags.seeds_text);
  if (!seeds)
    return line.refuse(invoked, fmt::format("--seeds {}: must be A..B with A <= B, such as 1..200",
                                            flags.seeds_text));
  if (const auto probe = flags.world.of_seed(seeds->front()); !probe)
    return line.refuse(invoked, probe.error());
  if (const auto made = make_failures_folder(flags); !made)
    return line.refuse(invoked, made.error());
  sweep_run swept(flags, seeds->size(), invoked);
  if (const auto resumed = swept.resume(*seeds); !resumed)
    return line.refuse(invoked, resumed.error());
  const auto ran = run_all(swept, flags, *seeds, arguments);
  if (!ran)
    swept.stop();
  const auto code = conclude(invoked, flags, swept);
  if (ran)
    return code;
  invoked.terminal.err << "seedwalk sim sweep: " << ran.error() << '\n';
  return exit_code::failed;
}

} // namespace seedwalk::tools
