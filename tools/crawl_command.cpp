#include "tools/crawl_command.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "actors/config/config_table.hpp"
#include "actors/config/config_text.hpp"
#include "actors/runtime/real_clock.hpp"
#include "net/base/random.hpp"
#include "net/base/whole_file.hpp"
#include "sim/record/recording_format.hpp"
#include "tools/config_flags.hpp"
#include "tools/control_client.hpp"
#include "tools/crawl_database.hpp"
#include "tools/crawl_meter.hpp"
#include "tools/crawl_report.hpp"
#include "tools/db_access.hpp"
#include "tools/entropy.hpp"
#include "tools/live_crawl.hpp"
#include "tools/log_output.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/recording_target.hpp"
#include "tools/store_errors.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto crawl_examples =
    R"(seedwalk crawl --network signet --user-agent '/Seedwalk:0.1.0(+mail@example.org)/' --once
seedwalk crawl --network main --for 1h --db ~/main --config seedwalk.toml
seedwalk crawl --network main --connect node.example.org --fixed --once --db /tmp/one-node
seedwalk crawl --network regtest --connect 127.1.0.1:18444 --allow-unroutable --once --db /tmp/zoo
seedwalk crawl --config seedwalk.toml --record crawl.rec)";

/// Shows how far it is: in place on a terminal, now and then elsewhere.
class progress_display {
public:
  progress_display(console& terminal, bool quiet, crawl_meter::goal goal)
      : terminal_(terminal), quiet_(quiet || !terminal.writer), meter_(goal, clock_.now().steady) {}
  ~progress_display() { end(); }

  void show(const actors::crawl_progress& p) {
    if (quiet_)
      return;
    meter_.note(clock_.now().steady, p);
    // A line that is as wide as the terminal makes some of them scroll.
    if (terminal_.in_place)
      terminal_.writer->show(meter_.line(terminal_columns(STDERR_FILENO) - 1, terminal_.unicode));
    else if (calls_ % (calls_ < often_until ? often : seldom) == 0)
      terminal_.writer->show(meter_.plain());
    ++calls_;
  }

  void end() {
    if (!quiet_ && terminal_.in_place)
      terminal_.writer->hide();
  }

private:
  // In calls, which come about once a second.
  static constexpr std::uint64_t often = 10;
  static constexpr std::uint64_t seldom = 60;
  static constexpr std::uint64_t often_until = 600;

  console& terminal_;
  bool quiet_;
  sim::real_clock clock_;
  crawl_meter meter_;
  std::uint64_t calls_ = 0;
};

/// What the exclude file says; the error is one line. Without a file: nothing.
tl::expected<std::vector<actors::address_rule>, std::string>
read_exclude_file(const std::string& path) {
  if (path.empty())
    return {};
  // Some two million rules. More than that is work for a firewall.
  constexpr std::size_t max_bytes = 64u << 20;
  const auto text = net::read_whole_file(path, {max_bytes});
  if (!text)
    return tl::unexpected(fmt::format("--exclude-file {}: {}", path, text.error().message));
  auto rules = actors::parse_address_rules(*text);
  if (!rules)
    return tl::unexpected(fmt::format("--exclude-file {}: {}", path, rules.error()));
  return std::move(*rules);
}

exit_code exit_code_of_fault(actors::crawl_fault fault) {
  switch (fault) {
  case actors::crawl_fault::configuration:
    return exit_code::usage;
  case actors::crawl_fault::storage_damaged:
    return exit_code::damaged;
  default:
    return exit_code::failed;
  }
}

/// Says which endpoints of --connect will not be dialled, and by which rule. Where a name leads is
/// known, and said, once the crawl has resolved it.
void name_excluded(const invocation& invoked, const actors::crawl_recipe& recipe) {
  const auto holds = [](const actors::address_rule& rule, const net::endpoint& peer) {
    if (const auto* subnet = std::get_if<store::subnet>(&rule))
      return store::contains(*subnet, peer);
    return std::get<net::endpoint>(rule) == peer;
  };
  const auto& config = recipe.config;
  for (const auto& peer : config.start.connect)
    for (const auto& [rules, origin] :
         {std::pair{&config.peers.exclude, "--exclude"},
          std::pair{&recipe.excluded, "--exclude-file"}, std::pair{&config.peers.ban, "--ban"}})
      for (const auto& rule : *rules)
        if (holds(rule, peer))
          invoked.terminal.err << fmt::format(
              "note: --connect {} is not dialled: {} {} forbids it\n", net::to_string(peer), origin,
              actors::print_address_rule(rule));
}

/// Prints what would be dialled, as lines or as one document.
void print_due(const invocation& invoked, const std::vector<std::string>& dial,
               const std::vector<std::string>& seeds, bool as_json) {
  if (as_json) {
    invoked.terminal.out << nlohmann::json{{"type", "dry_run"},
                                           {"dial", dial},
                                           {"dns_seeds", seeds}}
                         << '\n';
    return;
  }
  for (const auto* names : {&dial, &seeds})
    for (const auto& name : *names)
      invoked.terminal.out << name << '\n';
}

/// Lists what would be dialled first, and dials nothing.
exit_code list_due(invocation& invoked, const actors::crawl_config& config, std::uint64_t seed,
                   bool as_json) {
  std::vector<std::string> dial;
  for (const auto& peer : config.start.connect)
    dial.push_back(net::to_string(peer));
  for (const auto& name : config.start.connect_names)
    dial.push_back(net::to_string(name));
  if (config.start.names_somebody()) {
    if (!config.start.connect_names.empty())
      invoked.terminal.err << "note: names are listed as they are: a crawl resolves them\n";
    print_due(invoked, dial, {}, as_json);
    return exit_code::done;
  }
  const auto fail = [&invoked](const store::error& error) {
    invoked.terminal.err << "seedwalk crawl: " << error.message << '\n';
    return exit_code_of(error.code);
  };
  auto db = db_access::open(config.storage.path, crawl_database_options(config, seed));
  if (!db && db.error().code == store::error_code::not_found) {
    invoked.terminal.err << "the database is empty: the crawl would begin at the DNS seeds\n";
    std::vector<std::string> seeds;
    for (const auto& seed_name : chain_of(config).dns_seeds)
      seeds.push_back("x9." + seed_name);
    print_due(invoked, {}, seeds, as_json);
    return exit_code::done;
  }
  if (!db)
    return fail(db.error());
  if (const auto* local_store = db->local(); local_store != nullptr)
    for (const auto& finding : local_store->findings())
      invoked.terminal.err << fmt::format("note: {}\n", finding);
  store::due_query question;
  question.now = wall_now();
  question.limit.fill(config.limits.max_outbound);
  const auto answer = db->ask(question);
  if (!answer)
    return fail(answer.error());
  for (const auto& queue : std::get<store::due_answer>(*answer).peers)
    for (const auto& peer : queue)
      dial.push_back(net::to_string(peer.peer));
  print_due(invoked, dial, {}, as_json);
  return exit_code::done;
}

/// Makes the folders above the database's that nobody chose. A path that was given is taken by its
/// word: where the folder above it is missing, a disk may not be there, or a name may be wrong.
std::string make_default_folder(const layered_config& layered) {
  const auto& table = actors::config_table();
  const auto path = std::ranges::find(table, "storage.path", &actors::config_option::path);
  if (layered.origins[static_cast<std::size_t>(path - table.begin())].source !=
      value_source::built_in)
    return {};
  const auto above = std::filesystem::path{layered.config.storage.path}.parent_path();
  std::error_code failed;
  if (!above.empty())
    std::filesystem::create_directories(above, failed);
  return failed
             ? fmt::format("{}: {}; name another place with --db", above.string(), failed.message())
             : std::string{};
}

/// Says how a crawl ended: data and summary, and what went wrong.
exit_code report_end(const invocation& invoked, const live_crawl_options& options,
                     const live_crawl_result& result, bool as_json, bool quiet) {
  if (as_json)
    invoked.terminal.out << crawl_report_json(result, options.recipe.config.network.name,
                                              !options.record_file.empty())
                         << '\n';
  else if (!quiet)
    invoked.terminal.out << crawl_report_text(result, options, invoked.terminal);
  for (const auto& violation : result.violations)
    invoked.terminal.err << "broken: " << violation << '\n';
  if (!result.recording_problem.empty())
    invoked.terminal.err << fmt::format(
        "seedwalk crawl: the recording ended before the crawl: {}; what is in it can be replayed\n",
        result.recording_problem);
  if (!result.image_problem.empty())
    invoked.terminal.err << fmt::format("seedwalk crawl: no image in {}: {}\n", options.image_file,
                                        result.image_problem);
  if (result.summary.end == actors::crawl_end::failed) {
    invoked.terminal.err << "seedwalk crawl: " << result.summary.problem << '\n';
    return exit_code_of_fault(result.summary.fault);
  }
  if (!result.violations.empty())
    return exit_code::invariant_broken;
  const bool whole = result.recording_problem.empty() && result.image_problem.empty();
  return whole ? exit_code::done : exit_code::failed;
}

/// Crawls, with a log and progress, and says how it ended.
exit_code crawl_and_report(invocation& invoked, const command_line& line,
                           live_crawl_options& options, bool as_json, bool quiet) {
  std::unique_ptr<actors::queued_log_sink> lines;
  try {
    lines = std::make_unique<actors::queued_log_sink>(
        options.recipe.config.log,
        actors::make_line_output(options.recipe.config.log, log_to(invoked.terminal)));
  } catch (const std::system_error&) {
    throw; // A thread that cannot be started is not the operator's mistake.
  } catch (const std::exception& e) {
    return line.refuse(invoked, e.what());
  }
  options.lines = lines.get();
  // A crawl is over when it is, whether anybody reads what it says of it or not.
  if (invoked.terminal.out_buffer)
    invoked.terminal.out_buffer->set_patience(std::chrono::seconds{2});
  const auto& run = options.recipe.config.run;
  progress_display display{invoked.terminal, quiet, {run.once, run.limit}};
  options.progressed = [&](const actors::crawl_progress& p) { display.show(p); };
  auto result = run_live_crawl(options);
  display.end();
  const auto lost = finish_log(*lines, invoked.terminal);
  if (!result) {
    invoked.terminal.err << "seedwalk crawl: " << result.error().message << '\n';
    return result.error().code;
  }
  result->log_lines_lost = lost;
  return report_end(invoked, options, *result, as_json, quiet);
}

/// Empty, or one line for the operator.
std::string use_image(live_crawl_options& options, const std::string& after) {
  if (options.image_file.empty())
    return after.empty() ? "" : "--image-after goes with --image IMAGE";
  if (!after.empty()) {
    const auto parsed = actors::parse_duration(after);
    if (!parsed)
      return fmt::format("--image-after {}: {}", after, parsed.error());
    options.image_after = *parsed;
  }
  if (options.record_file.empty())
    return "--image goes with --record FILE: what comes after the image is in the recording";
  return problem_with_image(options.image_file);
}

} // namespace

exit_code run_crawl(invocation& invoked) {
  command_line line{"crawl", "Walks a Bitcoin network and remembers every node it hears of.",
                    crawl_examples};
  config_flags flags{line};
  live_crawl_options options;
  bool as_json = false;
  bool quiet = false;
  bool dry_run = false;
  bool overwrite = false;
  std::optional<std::uint64_t> seed;
  add_name(line.app(), "--record", options.record_file,
           "write everything that enters the run into FILE, for replay")
      ->type_name("FILE");
  add_name(line.app(), "--image", options.image_file,
           "with --record: keep a moment of the run in IMAGE, for `replay FILE --from IMAGE`")
      ->type_name("IMAGE");
  std::string image_after;
  add_name(line.app(), "--image-after", image_after,
           "with --image: the first quiet moment after so long")
      ->type_name("DURATION");
  line.app().add_flag("--overwrite", overwrite, "with --record: replace a recording of before");
  add_number(line.app(), "--seed", seed, {},
             "the run's random seed; drawn from the system unless given");
  line.app().add_flag("--dry-run", dry_run, "list what would be dialled, and dial nothing");
  line.app().add_flag("--json", as_json, "end with one JSON document on standard output");
  line.app().add_flag("--quiet", quiet, "no progress and no summary");
  if (const auto code = line.parse(invoked))
    return *code;
  const auto layered = flags.load(invoked.env);
  if (!layered)
    return line.refuse(invoked, layered.error());
  if (const auto problem = problem_in(*layered); !problem.empty())
    return line.refuse(invoked, problem);
  if (!options.record_file.empty() && layered->config.run.threads > 0)
    return line.refuse(invoked,
                       "--record needs one thread: with --threads, the order of steps is CAF's "
                       "choice, and no recording could repeat it");
  if (const auto problem = problem_with_recording(options.record_file, overwrite); !problem.empty())
    return line.refuse(invoked, problem);
  if (const auto problem = use_image(options, image_after); !problem.empty())
    return line.refuse(invoked, problem);
  if (const auto problem =
          problem_with_files({{"--exclude-file", layered->config.peers.exclude_file}},
                             {{"--record", options.record_file}, {"--image", options.image_file}});
      !problem.empty())
    return line.refuse(invoked, problem);
  options.recipe.config = layered->config;
  if (const auto problem = make_default_folder(*layered); !problem.empty())
    return line.refuse(invoked, problem);
  for (std::size_t i = 0; i != layered->origins.size(); ++i)
    if (layered->origins[i].source > value_source::file)
      options.recipe.pinned.emplace(actors::config_table()[i].path);
  auto excluded = read_exclude_file(layered->config.peers.exclude_file);
  if (!excluded)
    return line.refuse(invoked, excluded.error());
  options.recipe.excluded = std::move(*excluded);
  options.recipe.control_socket =
      fmt::format("{}/{}", options.recipe.config.storage.path, control_client::socket_name);
  options.config_file = flags.file(invoked.env);
  options.seed = seed ? *seed : system_entropy();
  name_excluded(invoked, options.recipe);
  if (dry_run)
    return list_due(invoked, options.recipe.config, options.seed, as_json);
  return crawl_and_report(invoked, line, options, as_json, quiet);
}

} // namespace seedwalk::tools
