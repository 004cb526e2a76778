#include "tools/sim_command.hpp"

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/config/config_text.hpp"
#include "actors/runtime/huge_pages.hpp"
#include "actors/runtime/real_clock.hpp"
#include "net/base/outcome.hpp"
#include "sim/record/determinism_check.hpp"
#include "sim/record/process_recording.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "tools/command_line.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/recording_target.hpp"
#include "tools/sim_chaos_command.hpp"
#include "tools/sim_explain_command.hpp"
#include "tools/sim_report.hpp"
#include "tools/sim_shrink_command.hpp"
#include "tools/sim_sweep.hpp"
#include "tools/sim_world_flags.hpp"
#include "tools/trace_target.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::string_view sim_help =
    R"(Crawls in the simulator: a seed makes a network of nodes, and the very actors of
`seedwalk crawl` walk it in virtual time.
Usage: seedwalk sim run|check|sweep|chaos|shrink|explain [OPTIONS]

  run      one run, judged by those who know the truth
  check    each seed twice, the second time in a process that differs in all that must not matter
  sweep    many seeds, until one breaks a promise
  chaos    scenarios drawn and mixed, for seconds or for days; what breaks a promise is shrunk
  shrink   a world that breaks a promise, made as small as it can be
  explain  when a broken promise became inevitable, and through what

Examples:
  seedwalk sim run --seed 7 --nodes 1000
  seedwalk sim run tests/scenarios/fault_partition_that_heals.toml
  seedwalk sim check --seeds 1..200
  seedwalk sim sweep --seeds 1..10000 --jobs 2 --faults 2
  seedwalk sim chaos --seconds 60 --corpus corpus --failures found
  seedwalk sim shrink failing.toml --scenario-out small.toml
  seedwalk sim explain small.toml --html small.html
)";

constexpr auto run_examples = R"(seedwalk sim run --seed 7 --nodes 1000
seedwalk sim run --seed 7 --nodes 200 --kind honest=6 --kind silent=2 --kind refused=2 --json
seedwalk sim run --seed 7 --schedule pct:3
seedwalk sim run --seed 7 --choices-out choices.jsonl
seedwalk sim run --seed 7 --choices choices.jsonl --then uniform:8
seedwalk sim run --seed 7 --record crawl.rec && seedwalk replay crawl.rec
seedwalk sim run --seed 7 --nodes 20 --faults 3 --scenario-out drawn.toml
seedwalk sim run drawn.toml
seedwalk sim run drawn.toml --set 'nodes.pace = "1s"')";
constexpr auto sim_check_examples = R"(seedwalk sim check --seeds 1..200
seedwalk sim check --seeds 1..20 --nodes 500 --deep --json
seedwalk sim check --seeds 1..200 --nodes 20 --crawlers 2 --faults 2 --reloads 3
seedwalk sim check tests/scenarios/fault_partition_that_heals.toml)";

double seconds_of(std::chrono::nanoseconds t) {
  return static_cast<double>(t.count()) / 1e9;
}

nlohmann::json as_json(const std::vector<sim::broken_promise>& promises) {
  auto result = nlohmann::json::array();
  for (const auto& one : promises) {
    auto peers = nlohmann::json::array();
    for (const auto& peer : one.peers)
      peers.push_back(net::to_string(peer));
    result.push_back({{"oracle", one.oracle},
                      {"place", one.place},
                      {"text", one.text},
                      {"peers", std::move(peers)},
                      {"actor", one.actor},
                      {"step", one.step},
                      {"virtual_s", seconds_of(one.when)}});
  }
  return result;
}

nlohmann::json as_json(const sim::crawl_verdict& v, const std::string& again,
                       std::chrono::nanoseconds wall) {
  nlohmann::json outcomes = nlohmann::json::object();
  if (v.summary)
    for (std::size_t i = 0; i != v.summary->counters.outcomes.size(); ++i)
      if (const auto n = v.summary->counters.outcomes[i]; n > 0)
        outcomes[std::string{net::name_of(static_cast<net::outcome>(i))}] = n;
  return {{"seed", v.seed},
          {"hash", fmt::format("{:016x}", v.hash)},
          {"again", again},
          {"steps", v.steps},
          {"virtual_s", seconds_of(v.virtual_time)},
          {"wall_s", seconds_of(wall)},
          {"steps_per_s", static_cast<double>(v.steps) / seconds_of(wall)},
          {"precision", v.precision()},
          {"recall", v.recall()},
          {"known", v.known},
          {"good", v.good_found},
          {"outcomes", std::move(outcomes)},
          {"probes", v.probes.by_name()},
          {"violations", as_json(v.violations)},
          {"broken", as_json(v.broken)}};
}

struct run_flags {
  sim_world_flags world;
  std::optional<std::uint64_t> given_seed;
  std::uint64_t seed = 1;
  std::string choices_out;
  std::string scenario_out;
  std::string record;
  trace_target trace;
  bool overwrite = false;
  bool json = false;

  void declare(CLI::App& app) {
    add_number(app, "--seed", given_seed, {},
               "everything that is drawn comes from it; 1, or the file's, unless given");
    world.declare(app);
    add_name(app, "--scenario-out", scenario_out,
             "write the world of this run as a scenario file, with what was drawn of faults and "
             "reloads")
        ->type_name("FILE");
    add_name(app, "--choices-out", choices_out,
             "write down what was decided against fifo, for --choices")
        ->type_name("FILE");
    add_name(app, "--record", record,
             "record the first crawler, for `seedwalk replay`: as if its peers had been real")
        ->type_name("FILE");
    trace.declare(app);
    app.add_flag("--overwrite", overwrite, "with --record: replace a recording of before");
    app.add_flag("--json", json, "print one JSON document");
  }

  /// Reads the files that were given. The error is one line.
  tl::expected<void, std::string> read() {
    if (auto read = world.read(); !read)
      return read;
    if (auto problem = problem_with_files(
            {{"the scenario", world.scenario.path()}, {"--choices", world.order.choices_path()}},
            {{"--scenario-out", scenario_out},
             {"--choices-out", choices_out},
             {"--record", record},
             {"--trace", trace.path()}});
        !problem.empty())
      return tl::unexpected(std::move(problem));
    const auto usual = world.scenario.has_file() ? world.scenario.file().seed : seed;
    seed = given_seed.value_or(usual);
    return {};
  }

  std::string again() const { return world.again(seed); }
};

/// What became of a run, beside its verdict.
struct run_figures {
  std::chrono::nanoseconds wall{0};
  std::size_t unused_choices = 0;
  std::uint64_t recorded_bytes = 0;
};

void print_run(std::ostream& out, const run_flags& flags, const sim::crawl_verdict& verdict,
               const run_figures& figures) {
  const auto& order = flags.world.order;
  const auto wall = seconds_of(figures.wall);
  if (flags.json) {
    auto report = as_json(verdict, flags.again(), figures.wall);
    if (order.has_choices())
      report["choices"] = {{"given", order.choices_given()}, {"unused", figures.unused_choices}};
    out << report.dump(2) << '\n';
    return;
  }
  out << fmt::format(
      "seed {}: {} steps, {:.1f} virtual s in {:.3f} s ({:.0f} steps/s), hash {:016x}\n",
      flags.seed, verdict.steps, seconds_of(verdict.virtual_time), wall,
      static_cast<double>(verdict.steps) / wall, verdict.hash);
  out << fmt::format("known {}, good {} of {}, precision {:.4f}, recall {:.4f}\n", verdict.known,
                     verdict.good_found, verdict.good_true, verdict.precision(), verdict.recall());
  if (order.has_choices())
    out << fmt::format("choices: {} given, {} of them never came up\n", order.choices_given(),
                       figures.unused_choices);
  out << flags.trace.told();
  if (!flags.record.empty())
    out << fmt::format("recorded {} bytes; again: seedwalk replay {}\n", figures.recorded_bytes,
                       flags.record);
}

/// Writes the file of --scenario-out, with the misfortunes that are drawn. Nothing where it is not
/// given.
tl::expected<void, std::string> write_scenario_out(const run_flags& flags,
                                                   const sim::crawl_scenario& scenario) {
  if (flags.scenario_out.empty())
    return {};
  auto made = output_file::create("--scenario-out", flags.scenario_out);
  if (!made)
    return tl::unexpected(made.error());
  (*made)->stream() << sim::write_scenario(sim::with_misfortunes(scenario), flags.again());
  (*made)->finish();
  return {};
}

exit_code run_one(invocation& invoked) {
  command_line line{"sim run", "Runs one simulated crawl, judged by those who know the truth.",
                    run_examples};
  run_flags flags;
  flags.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto read = flags.read(); !read)
    return line.refuse(invoked, read.error());
  if (const auto problem = problem_with_recording(flags.record, flags.overwrite); !problem.empty())
    return line.refuse(invoked, problem);
  auto scenario = flags.world.of_seed(flags.seed);
  if (!scenario)
    return line.refuse(invoked, scenario.error());
  flags.seed = scenario->seed; // `--set` may have said another.
  if (const auto written = write_scenario_out(flags, *scenario); !written)
    return line.refuse(invoked, written.error());
  std::unique_ptr<output_file> file;
  if (!flags.choices_out.empty()) {
    auto made = output_file::create("--choices-out", flags.choices_out);
    if (!made)
      return line.refuse(invoked, made.error());
    file = std::move(*made);
    scenario->order.keeps_departures = true;
  }
  if (const auto opened = flags.trace.open(); !opened)
    return line.refuse(invoked, opened.error());
  *scenario = sim::with_profile(std::move(*scenario));
  const sim::real_clock clock;
  sim::crawl_world world{*scenario};
  std::unique_ptr<sim::process_recording> recording;
  if (!flags.record.empty()) {
    auto& crawler = *world.crawlers().front();
    auto begun =
        sim::process_recording::begin(flags.record, crawler.inside(), crawler.recording_header());
    if (!begun)
      return line.refuse(invoked, begun.error());
    recording = std::move(*begun);
  }
  flags.trace.begin(world, flags.again());
  const auto verdict = sim::run_crawl(world, [&] {
    if (recording)
      recording->finish(world.over() ? "done" : "the limit of virtual time");
  });
  flags.trace.finish(verdict);
  if (file) {
    file->stream() << sim::to_text({flags.again(), world.inner().steps(), {}},
                                   world.inner().events());
    file->finish();
  }
  print_run(invoked.terminal.out, flags, verdict,
            {clock.now().steady, world.inner().events().unused(),
             recording ? recording->bytes_written() : 0});
  if (recording && !recording->failure().empty()) {
    invoked.terminal.err << fmt::format("seedwalk sim run: {}\n", recording->failure());
    return exit_code::failed;
  }
  if (verdict.broken.empty())
    return exit_code::done;
  print_broken(invoked.terminal.err, *scenario, verdict, flags.again());
  if (const auto page = flags.trace.page_command(); !page.empty())
    invoked.terminal.err << fmt::format("to see it: {}\n", page);
  else
    invoked.terminal.err << fmt::format(
        "to see it: {} --trace run.trace && seedwalk trace export run.trace --html run.html\n",
        flags.again());
  return verdict.summary ? exit_code::invariant_broken : exit_code::no_progress;
}

exit_code conclude_check(invocation& invoked, const sim::check_report& report, bool prints_json) {
  const std::set<std::uint64_t> distinct(report.hashes.begin(), report.hashes.end());
  if (prints_json) {
    nlohmann::json differences = nlohmann::json::array();
    for (const auto& d : report.differences)
      differences.push_back(
          {{"seed", d.seed}, {"first_step", d.first_step}, {"story", sim::to_string(d)}});
    invoked.terminal.out << nlohmann::json{{"seeds", report.seeds},
                                           {"equal", report.seeds - report.differences.size()},
                                           {"distinct_hashes", distinct.size()},
                                           {"differences", std::move(differences)}}
                                .dump(2)
                         << '\n';
  } else {
    invoked.terminal.out << fmt::format("{} seed{}, each run twice: {} equal; {} distinct run{}\n",
                                        report.seeds, report.seeds == 1 ? "" : "s",
                                        report.seeds - report.differences.size(), distinct.size(),
                                        distinct.size() == 1 ? "" : "s");
  }
  for (const auto& d : report.differences)
    invoked.terminal.err << sim::to_string(d) << '\n';
  return report.differences.empty() ? exit_code::done : exit_code::runs_differ;
}

exit_code check(invocation& invoked) {
  command_line line{"sim check",
                    "Runs each seed twice, in processes that differ in all that must not matter.",
                    sim_check_examples};
  sim_world_flags flags;
  std::string seeds_text;
  bool prints_json = false;
  add_name(line.app(), "--seeds", seeds_text,
           "A..B, both included, or one seed; 1..20, or the file's, unless given")
      ->type_name("A..B");
  flags.declare(line.app());
  line.app().add_flag("--json", prints_json, "print one JSON document");
  const auto arguments = invoked.arguments;
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto read = flags.read(); !read)
    return line.refuse(invoked, read.error());
  if (seeds_text.empty())
    seeds_text =
        flags.scenario.has_file() ? fmt::format("{}", flags.scenario.file().seed) : "1..20";
  const auto seeds = parse_seeds(seeds_text);
  if (!seeds)
    return line.refuse(
        invoked, fmt::format("--seeds {}: must be A..B with A <= B, such as 1..200", seeds_text));
  if (const auto probe = flags.of_seed(seeds->front()); !probe)
    return line.refuse(invoked, probe.error());
  const auto run = flags.checked();
  if (sim::is_check_child())
    return sim::answer_check(run) ? exit_code::done : exit_code::failed;
  sim::check_options options;
  options.child = {"/proc/self/exe", "sim", "check"};
  options.child.insert(options.child.end(), arguments.begin(), arguments.end());
  const auto report = sim::check(*seeds, run, options);
  if (!report) {
    invoked.terminal.err << "seedwalk sim check: " << report.error() << '\n';
    return exit_code::failed;
  }
  return conclude_check(invoked, *report, prints_json);
}

} // namespace

exit_code run_sim(invocation& invoked) {
  constexpr std::array<std::string_view, 6> names = {"run",   "check",  "sweep",
                                                     "chaos", "shrink", "explain"};
  const auto chosen = choose_subcommand(invoked, "sim", names, sim_help);
  sim::use_huge_pages();
  if (chosen.name == "run")
    return run_one(invoked);
  if (chosen.name == "check")
    return check(invoked);
  if (chosen.name == "sweep")
    return sweep(invoked);
  if (chosen.name == "chaos")
    return chaos(invoked);
  if (chosen.name == "shrink")
    return shrink(invoked);
  if (chosen.name == "explain")
    return explain(invoked);
  return chosen.code;
}

} // namespace seedwalk::tools
