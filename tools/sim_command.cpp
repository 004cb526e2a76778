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
#include "actors/runtime/real_clock.hpp"
#include "net/base/outcome.hpp"
#include "sim/record/determinism_check.hpp"
#include "sim/record/process_recording.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"
#include "tools/command_line.hpp"
#include "tools/node_kind_flags.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/recording_target.hpp"
#include "tools/sim_network_flags.hpp"
#include "tools/sim_schedule_flags.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::string_view help_text =
    R"(Crawls in the simulator: a seed makes a network of nodes, and the very actors of
`seedwalk crawl` walk it in virtual time.
Usage: seedwalk sim run|check [OPTIONS]

  run    one run, judged by those who know the truth
  check  each seed twice, the second time in a process that differs in all that must not matter

Examples:
  seedwalk sim run --seed 7 --nodes 1000
  seedwalk sim check --seeds 1..200
)";

constexpr auto run_examples = R"(seedwalk sim run --seed 7 --nodes 1000
seedwalk sim run --seed 7 --nodes 200 --kind honest=6 --kind silent=2 --kind refused=2 --json
seedwalk sim run --seed 7 --schedule pct:3
seedwalk sim run --seed 7 --choices-out choices.jsonl
seedwalk sim run --seed 7 --choices choices.jsonl --then uniform:8
seedwalk sim run --seed 7 --record crawl.rec && seedwalk replay crawl.rec)";
constexpr auto check_examples = R"(seedwalk sim check --seeds 1..200
seedwalk sim check --seeds 1..20 --nodes 500 --deep --json
seedwalk sim check --seeds 1..200 --nodes 20 --crawlers 2 --faults 2 --reloads 3)";

/// The options that describe a simulated world.
struct world_flags {
  std::uint32_t nodes = 100;
  node_kind_flags kinds;
  sim_network_flags networks;
  sim_schedule_flags order;
  std::uint32_t crawlers = 1;
  std::uint32_t faults = 0;
  std::uint32_t reloads = 0;
  bool deep = false;

  void declare(CLI::App& app) {
    add_number(app, "--nodes", nodes, {4, 1'000'000}, "how many nodes there are");
    kinds.declare(app);
    networks.declare(app);
    order.declare(app);
    add_number(app, "--crawlers", crawlers, {1, 100},
               "how many crawlers there are, who visit each other, too; the first is judged");
    add_number(app, "--faults", faults, {0, 1'000}, "how many faults are drawn");
    add_number(app, "--reloads", reloads, {0, 1'000},
               "how often the crawlers' configuration is changed");
    app.add_flag("--deep", deep, "message payloads enter the hash too");
  }

  /// The command that makes the same run again: every option that is not at its default.
  std::string again(std::uint64_t seed) const {
    auto command = fmt::format("seedwalk sim run --seed {} --nodes {}", seed, nodes);
    for (const auto& kind : kinds.given())
      command += fmt::format(" --kind {}", kind);
    command += networks.again();
    command += order.again();
    if (crawlers != 1)
      command += fmt::format(" --crawlers {}", crawlers);
    if (faults != 0)
      command += fmt::format(" --faults {}", faults);
    if (reloads != 0)
      command += fmt::format(" --reloads {}", reloads);
    return command + (deep ? " --deep" : "");
  }

  /// The scenario; or what is wrong with the options.
  tl::expected<sim::crawl_scenario, std::string> scenario(std::uint64_t seed) const {
    auto s = sim::plain_crawl(seed, nodes);
    order.apply(s);
    s.deep = deep;
    auto shares = kinds.read(mixed_kinds(true));
    if (!shares)
      return tl::unexpected(std::move(shares.error()));
    s.nodes.shares = std::move(*shares);
    if (auto applied = networks.apply(s); !applied)
      return tl::unexpected(std::move(applied.error()));
    s.crawlers = crawlers;
    sim::draw_misfortunes(s, faults, reloads);
    return s;
  }
};

double seconds_of(std::chrono::nanoseconds t) {
  return static_cast<double>(t.count()) / 1e9;
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
          {"violations", v.violations}};
}

struct run_flags {
  world_flags world;
  std::uint64_t seed = 1;
  std::string choices_out;
  std::string record;
  bool overwrite = false;
  bool json = false;

  void declare(CLI::App& app) {
    add_number(app, "--seed", seed, {}, "everything that is drawn comes from it");
    world.declare(app);
    add_name(app, "--choices-out", choices_out,
             "write down what was decided against fifo, for --choices")
        ->type_name("FILE");
    add_name(app, "--record", record,
             "record the first crawler, for `seedwalk replay`: as if its peers had been real")
        ->type_name("FILE");
    app.add_flag("--overwrite", overwrite, "with --record: replace a recording of before");
    app.add_flag("--json", json, "print one JSON document");
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
  if (!flags.record.empty())
    out << fmt::format("recorded {} bytes; again: seedwalk replay {}\n", figures.recorded_bytes,
                       flags.record);
}

exit_code run_one(invocation& invoked) {
  command_line line{"sim run", "Runs one simulated crawl, judged by those who know the truth.",
                    run_examples};
  run_flags flags;
  flags.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto read = flags.world.order.read(); !read)
    return line.refuse(invoked, read.error());
  if (const auto problem = problem_with_recording(flags.record, flags.overwrite); !problem.empty())
    return line.refuse(invoked, problem);
  auto scenario = flags.world.scenario(flags.seed);
  if (!scenario)
    return line.refuse(invoked, scenario.error());
  std::unique_ptr<output_file> file;
  if (!flags.choices_out.empty()) {
    auto made = output_file::create("--choices-out", flags.choices_out);
    if (!made)
      return line.refuse(invoked, made.error());
    file = std::move(*made);
    scenario->order.keeps_departures = true;
  }
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
  const auto verdict = sim::run_crawl(world, [&] {
    if (recording)
      recording->finish(world.over() ? "done" : "the limit of virtual time");
  });
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
  for (const auto& violation : verdict.violations)
    invoked.terminal.err << "broken: " << violation << '\n';
  if (verdict.violations.empty())
    return exit_code::done;
  invoked.terminal.err << fmt::format("again: {}\n", flags.again());
  return verdict.summary ? exit_code::invariant_broken : exit_code::no_progress;
}

/// "7" or "1..200".
std::optional<std::vector<std::uint64_t>> parse_seeds(const std::string& text) {
  const auto number = [](const std::string& t) { return actors::parse_number(t, UINT64_MAX); };
  const auto split = text.find("..");
  const auto first = number(text.substr(0, split));
  const auto last = split == std::string::npos ? first : number(text.substr(split + 2));
  constexpr std::uint64_t seeds_max = 1'000'000;
  if (!first || !last || *last < *first || *last - *first >= seeds_max)
    return std::nullopt;
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i <= *last - *first; ++i)
    seeds.push_back(*first + i);
  return seeds;
}

exit_code conclude_check(invocation& invoked, const sim::check_report& report, bool json) {
  const std::set<std::uint64_t> distinct(report.hashes.begin(), report.hashes.end());
  if (json) {
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
    invoked.terminal.out << fmt::format(
        "{} seeds, each twice: {} equal, {} different hashes among them\n", report.seeds,
        report.seeds - report.differences.size(), distinct.size());
  }
  for (const auto& d : report.differences)
    invoked.terminal.err << sim::to_string(d) << '\n';
  return report.differences.empty() ? exit_code::done : exit_code::runs_differ;
}

exit_code check(invocation& invoked) {
  command_line line{"sim check",
                    "Runs each seed twice, in processes that differ in all that must not matter.",
                    check_examples};
  world_flags flags;
  std::string seeds_text = "1..20";
  bool json = false;
  add_name(line.app(), "--seeds", seeds_text, "A..B, both included, or one seed")
      ->type_name("A..B");
  flags.declare(line.app());
  line.app().add_flag("--json", json, "print one JSON document");
  const auto arguments = invoked.arguments;
  if (const auto code = line.parse(invoked))
    return *code;
  const auto seeds = parse_seeds(seeds_text);
  if (!seeds)
    return line.refuse(
        invoked, fmt::format("--seeds {}: must be A..B with A <= B, such as 1..200", seeds_text));
  if (const auto read = flags.order.read(); !read)
    return line.refuse(invoked, read.error());
  if (const auto probe = flags.scenario(seeds->front()); !probe)
    return line.refuse(invoked, probe.error());
  const sim::checked_run run = [&flags](std::uint64_t seed, sim::run_watch& watch) {
    sim::crawl_world world{sim::with_profile(*flags.scenario(seed))};
    world.inner().listen(watch);
    if (world.start())
      world.run();
    world.judge();
    world.inner().ignore(watch);
    watch.finish(world.inner());
  };
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
  return conclude_check(invoked, *report, json);
}

} // namespace

exit_code run_sim(invocation& invoked) {
  constexpr std::array<std::string_view, 2> names = {"run", "check"};
  const auto chosen = choose_subcommand(invoked, "sim", names, help_text);
  if (chosen.name == "run")
    return run_one(invoked);
  if (chosen.name == "check")
    return check(invoked);
  return chosen.code;
}

} // namespace seedwalk::tools
