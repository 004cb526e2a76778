#include "tools/examples/command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "net/base/archive.hpp"
#include "sim/network/fault_text.hpp"
#include "sim/program/live_host.hpp"
#include "sim/record/choice_file.hpp"
#include "sim/record/recording_reader.hpp"
#include "tools/examples/client.hpp"
#include "tools/examples/thread_server.hpp"
#include "tools/examples/trial.hpp"

namespace seedwalk::examples {

namespace {

/// What flags say.
struct flags {
  std::string name;
  std::string address;
  std::string record;
  std::string choices_out;
  std::vector<std::string> files;
  settings config{.server = {}, .limit = 32};
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  std::vector<std::uint32_t> faults;
  bool has_no_faults = false;
  bool has_no_crash = false;
  std::string choices;
  bool bug = false;
  bool shrinks = false;
};

int refuse(const std::string& problem) {
  std::cerr << "seedwalk-examples: " << problem << '\n';
  return 2;
}

const example* find(std::string_view name) {
  const auto& all = all_examples();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const example& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

int list() {
  for (const auto& one : all_examples())
    std::cout << fmt::format("{:<10} {}\n{:<10} with --bug: {}\n", one.name, one.purpose, "",
                             one.bug);
  return 0;
}

/// The command that repeats a trial.
std::string again(const flags& f, const trial_options& trial) {
  auto text = fmt::format("seedwalk-examples sim {} --from {} --seeds 1{}", f.name, trial.seed,
                          f.bug ? " --bug" : "");
  if (!trial.crashes)
    text += " --no-crash";
  if (trial.faults)
    text += trial.faults->empty() ? " --no-faults" : " --faults";
  for (const auto& fault : trial.faults.value_or(std::vector<sim::fault_rule>{}))
    text += fault.name.substr(fault.name.find(' '));
  if (trial.departures && !f.choices_out.empty())
    text += " --choices " + f.choices_out;
  return text;
}

void print_shrunk(const shrunk_trial& shrunk) {
  std::cout << fmt::format("shrunk in {} trials to {} steps, {} faults{} and {} choices:\n",
                           shrunk.trials, shrunk.result.steps, shrunk.result.faults.size(),
                           shrunk.result.has_crashed ? ", a crash" : "",
                           shrunk.fewest.departures->size());
  for (const auto& fault : shrunk.result.faults)
    std::cout << "  " << sim::to_string(fault) << '\n';
  for (const auto& text : shrunk.result.broken)
    std::cout << "  broken: " << text << '\n';
}

/// A trial broke a promise: says how, and shrinks it if that is asked for.
int show(const example& one, const flags& f, trial_options options, const trial_result& broken) {
  std::cout << fmt::format("seed {}: {} faults{}, {} steps, {} s\n", options.seed,
                           broken.faults.size(), broken.has_crashed ? " and a crash" : "",
                           broken.steps, broken.virtual_time.count() / 1'000'000'000);
  for (const auto& text : broken.broken)
    std::cout << "  broken: " << text << '\n';
  if (f.shrinks) {
    std::cout << "again: " << again(f, options) << '\n';
    const auto shrunk = shrink(one, options);
    print_shrunk(shrunk);
    options = shrunk.fewest;
  }
  options.command = again(f, options);
  options.keeps_departures = true;
  std::cout << "again: " << options.command << '\n';
  const auto choices = f.choices_out.empty() ? std::string{} : run_trial(one, options).choices;
  if (!f.choices_out.empty() && !(std::ofstream{f.choices_out} << choices))
    return refuse(f.choices_out + " cannot be written");
  return 10;
}

/// What flags say against what the seed draws; the error is a line.
std::string apply(const flags& f, trial_options& options) {
  if (f.has_no_faults || !f.faults.empty()) {
    options.faults.emplace();
    for (const auto& fault : faults_of(options.seed))
      for (const auto number : f.faults)
        if (fault.name == "fault " + std::to_string(number))
          options.faults->push_back(fault);
  }
  if (f.choices.empty())
    return {};
  std::ifstream in{f.choices, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
  const auto parsed = sim::parse_choices(text);
  if (!parsed)
    return f.choices + ": " + parsed.error();
  options.departures = parsed->departures;
  return {};
}

int simulate(const flags& f) {
  const auto* one = find(f.name);
  if (one == nullptr)
    return refuse("there is no example of that name: seedwalk-examples list");
  std::uint64_t steps = 0;
  for (auto seed = f.first; seed != f.first + f.seeds; ++seed) {
    trial_options options{.seed = seed, .bug = f.bug, .crashes = !f.has_no_crash};
    if (const auto problem = apply(f, options); !problem.empty())
      return refuse(problem);
    if (!f.record.empty()) {
      options.record_server = f.record + ".server";
      options.record_clients = f.record + ".clients";
    }
    const auto result = run_trial(*one, options);
    if (!result.broken.empty())
      return show(*one, f, options, result);
    steps += result.steps;
  }
  std::cout << fmt::format("{}: {} seeds, {} steps, no promise broken\n", one->name, f.seeds,
                           steps);
  return 0;
}

/// The server or the clients of an example, on this machine's sockets.
int run_live(flags f, bool is_server) {
  const auto* one = find(f.name);
  if (one == nullptr)
    return refuse("there is no example of that name: seedwalk-examples list");
  const auto address = net::parse_endpoint(f.address, 0);
  if (!address)
    return refuse(address.error().message);
  f.config.server = *address;
  f.config.bug = f.bug;
  for (const auto& file : f.files) {
    std::ifstream in{file, std::ios::binary};
    if (!in)
      return refuse(file + " cannot be read");
    f.config.texts.emplace_back(std::istreambuf_iterator<char>{in},
                                std::istreambuf_iterator<char>{});
  }
  sim::live_host host{{.program = is_server ? one->server : one->clients,
                       .configuration = net::to_archive(f.config),
                       .chained = !f.record.empty() || !is_server}};
  if (!f.record.empty())
    if (const auto begun = host.record(
            f.record, fmt::format("{} {}", one->name, is_server ? "server" : "clients"));
        !begun)
      return refuse(begun.error());
  struct printer final : sim::world_listener {
    void before_step(const sim::step_view& step) override {
      if (const auto* x = step.message_as<report>())
        std::cout << x->text
                  << fmt::format("client {}: done, dials: {}, digest {:016x}\n", x->number,
                                 x->dials, x->digest);
    }
  } reports;
  if (!is_server)
    host.inside().world().listen(reports);
  if (is_server)
    std::cerr << fmt::format("{} at {}: control-C ends it\n", one->name, f.address);
  host.stop_on_signals();
  host.run();
  for (const auto& rule : host.inside().world().violations())
    std::cerr << "broken: " << rule << '\n';
  if (!host.recording_failure().empty())
    std::cerr << host.recording_failure() << '\n';
  return host.inside().world().violations().empty() && host.recording_failure().empty() ? 0 : 10;
}

int replay(const flags& f) {
  const auto reader = sim::recording_reader::open(f.record);
  if (!reader)
    return refuse(reader.error().message);
  const auto& build = reader->header().build;
  const auto split = build.rfind(' ');
  const auto* one = find(std::string_view{build}.substr(0, split));
  if (one == nullptr)
    return refuse(f.record + " is no recording of an example");
  const auto result =
      sim::replay(f.record, build.ends_with(" server") ? one->server : one->clients);
  if (!result)
    return refuse(result.error().message);
  if (result->damage)
    return refuse(result->damage->message);
  if (result->first_difference) {
    std::cout << fmt::format("{}: step {} is not the recorded one: {} took {}\n", build,
                             result->first_difference->step, result->first_difference->actor,
                             result->first_difference->message);
    return 12;
  }
  std::cout << fmt::format("{}: {} steps, equal at every step{}\n", build, result->steps,
                           result->complete ? "" : " of a recording that was cut");
  return 0;
}

} // namespace

int run_command(int argc, char** argv) {
  CLI::App app{"Programs of CAF actors that are no crawlers: simulated, on sockets, recorded."};
  app.require_subcommand(1);
  flags f;
  auto* listed = app.add_subcommand("list", "which examples there are");
  auto* simulated = app.add_subcommand("sim", "runs one in worlds drawn from seeds");
  auto* served = app.add_subcommand("serve", "runs its server on this machine's sockets");
  auto* run = app.add_subcommand("run", "runs its clients, which dial a server");
  auto* replayed = app.add_subcommand("replay", "runs a recording again, and compares each step");
  auto* threads = app.add_subcommand("threads", "an HTTP server with a thread a connection");
  for (auto* one : {simulated, served, run}) {
    one->add_option("NAME", f.name, "the example")->required();
    one->add_flag("--bug", f.bug, "with its planted bug");
    one->add_option("--record", f.record, "writes a recording of it");
  }
  simulated->add_option("--from", f.first, "the first seed");
  simulated->add_option("--seeds", f.seeds, "how many seeds");
  simulated->add_option("--faults", f.faults, "of those that the seed draws, these numbers alone");
  simulated->add_flag("--no-faults", f.has_no_faults, "none of those that the seed draws");
  simulated->add_flag("--no-crash", f.has_no_crash, "the server is not killed");
  simulated->add_option("--choices", f.choices, "who goes out of turn; all else is fifo");
  simulated->add_flag("--shrink", f.shrinks,
                      "of what is broken, as few faults and choices as do it");
  simulated->add_option("--choices-out", f.choices_out,
                        "writes who went out of turn, if it is broken");
  for (auto* one : {served, run, threads})
    one->add_option("ADDRESS", f.address, "HOST:PORT, numeric")->required();
  for (auto* one : {served, run})
    one->add_option("--limit", f.config.limit, "workers; what may be under way");
  run->add_option("--clients", f.config.clients, "how many");
  run->add_option("--count", f.config.count, "messages, lines, jobs or requests of each");
  run->add_option("FILE", f.files, "of `tasks`: what is worked on");
  replayed->add_option("FILE", f.record, "the recording")->required();
  CLI11_PARSE(app, argc, argv);
  if (*listed)
    return list();
  if (*simulated)
    return simulate(f);
  if (*replayed)
    return replay(f);
  if (*threads) {
    const auto address = net::parse_endpoint(f.address, 0);
    return refuse(address ? serve_http_with_threads(*address) : address.error().message);
  }
  return run_live(f, static_cast<bool>(*served));
}

} // namespace seedwalk::examples
