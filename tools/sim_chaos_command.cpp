#include "tools/sim_chaos_command.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actors/runtime/real_clock.hpp"
#include "sim/scenario/chaos/search.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/shrink/shrinker.hpp"
#include "sim/scenario/swarm.hpp"
#include "tools/awaited_signals.hpp"
#include "tools/chaos_report.hpp"
#include "tools/command_line.hpp"
#include "tools/corpus_folder.hpp"
#include "tools/entropy.hpp"
#include "tools/forked_trials.hpp"
#include "tools/option_values.hpp"
#include "tools/shrunk_file.hpp"
#include "tools/sim_scenario_flags.hpp"
#include "tools/sweep_results.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto chaos_examples = R"(seedwalk sim chaos --seconds 60
seedwalk sim chaos --seconds 3600 --corpus corpus --failures found
seedwalk sim chaos --seed 7 --runs 2000 --jobs 1 --json
seedwalk sim chaos --runs 500 --set 'schedule.strategy = "pct:3"' --no-corpus)";

/// Real time of one run, beside seconds that the longest takes.
constexpr std::chrono::seconds run_limit{60};

struct chaos_flags {
  std::chrono::nanoseconds seconds{0};
  std::optional<std::uint64_t> runs;
  std::optional<std::uint64_t> given_seed;
  std::uint64_t seed = 0;
  std::uint32_t jobs = std::min<std::uint32_t>(std::max(std::thread::hardware_concurrency(), 1u),
                                               sim::chaos_search::lag);
  std::string corpus;
  std::uint32_t corpus_max = 1'000;
  bool no_corpus = false;
  std::string failures = "chaos-failures";
  bool stop_at_failure = false;
  std::uint64_t shrink_runs = 500;
  std::chrono::nanoseconds shrink_seconds{std::chrono::seconds{60}};
  std::string without;
  std::vector<std::string> left_out;
  std::vector<std::string> changes;
  bool json = false;

  void declare(CLI::App& app) {
    add_seconds(app, "--seconds", seconds, std::chrono::hours{24 * 365},
                "real time after which it ends, once what it has found is shrunk; 0: not by time");
    add_number(app, "--runs", runs, {1, UINT64_MAX}, "how many runs; unlimited unless given");
    add_number(app, "--seed", given_seed, {}, "every draw comes from it; a new one unless given");
    add_number(app, "--jobs", jobs, {1, sim::chaos_search::lag},
               "how many processes run at once; what is run does not depend on it");
    add_name(app, "--corpus", corpus,
             "keep scenarios that reached something new here, and begin with those that are there")
        ->type_name("FOLDER");
    add_number(app, "--corpus-max", corpus_max, {1, 100'000}, "more scenarios are not kept");
    app.add_flag("--no-corpus", no_corpus, "draw every scenario anew, and learn nothing");
    add_name(app, "--failures", failures,
             "where a small scenario goes for each promise that is broken; what is there is known")
        ->type_name("FOLDER")
        ->capture_default_str();
    app.add_flag("--stop-at-failure", stop_at_failure, "end with the first promise that is broken");
    add_number(app, "--shrink-runs", shrink_runs, {0, 1'000'000},
               "runs to shrink one failure with; 0: leave it as it is");
    add_seconds(app, "--shrink-seconds", shrink_seconds, std::chrono::hours{24},
                "real time to shrink one failure");
    add_name(app, "--without", without,
             "draw none of these families of the swarm, with commas between")
        ->type_name("FAMILIES");
    app.add_option("--set", changes,
                   "a key of scenario files that is to be so in every scenario; repeatable")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_flag("--json", json, "print one JSON document");
  }

  /// The error is one line.
  tl::expected<void, std::string> read() {
    if (no_corpus && !corpus.empty())
      return tl::unexpected(std::string{"--no-corpus and --corpus: give one of them"});
    auto families = sim::parse_families(without);
    if (!families)
      return tl::unexpected("--without: " + families.error());
    left_out = std::move(*families);
    seed = given_seed.value_or(system_entropy());
    auto usual = sim::usual_scenario();
    return change(usual);
  }

  tl::expected<void, std::string> change(sim::crawl_scenario& s) const {
    for (const auto& text : changes)
      if (auto changed = sim::change_scenario(s, text, "--set"); !changed)
        return changed;
    return {};
  }

  /// The command that makes the first `count` runs again.
  std::string again(std::uint64_t count) const {
    auto text = fmt::format("seedwalk sim chaos --seed {} --runs {}", seed, count);
    if (!corpus.empty())
      text += " --corpus " + shell_word(corpus);
    if (no_corpus)
      text += " --no-corpus";
    if (!without.empty())
      text += " --without " + shell_word(without);
    for (const auto& one : changes)
      text += " --set " + shell_word(one);
    return text;
  }
};

/// A search under way.
class chaos_run {
public:
  chaos_run(const chaos_flags& flags, invocation& invoked)
      : flags_(flags), invoked_(invoked), err_(invoked.terminal.err),
        search_({flags.seed, flags.no_corpus ? 0 : flags.corpus_max, flags.left_out,
                 [&flags](sim::crawl_scenario& s) { return flags.change(s).has_value(); },
                 [this](const sim::chaos_result& one) { hear(one); },
                 [this](const sim::chaos_lesson& one) { learn(one); }}),
        pool_({flags.jobs, run_limit, sim::trial_detail::features}) {}

  /// Reads the corpus of before. The error is one line.
  tl::expected<void, std::string> begin() {
    if (flags_.corpus.empty())
      return {};
    auto opened = corpus_folder::open(flags_.corpus);
    if (!opened)
      return tl::unexpected(opened.error());
    folder_ = std::move(*opened);
    std::vector<std::string> refused;
    search_.begin_with(folder_->read(flags_.corpus_max, refused));
    for (const auto& line : refused)
      err_ << fmt::format("seedwalk sim chaos: passed over: {}\n", line);
    return {};
  }

  void run() {
    while (!is_over()) {
      while (pool_.has_room() && search_.may_propose() && wants_more())
        pool_.begin(propose_some());
      for (auto& [number, trial] : pool_.take(signals_.descriptor()))
        search_.tell(number, std::move(trial));
      was_interrupted_ = was_interrupted_ || signals_.came();
      tell_progress();
    }
    pool_.end_all();
    search_.finish();
  }

  exit_code conclude() {
    const chaos_report::frame around{flags_.seed, flags_.jobs,       was_interrupted_,
                                     wall(),      search_.earlier(), flags_.again(report_.runs())};
    if (flags_.json)
      report_.print_json(invoked_.terminal.out, around);
    else
      report_.print_text(invoked_.terminal.out, around);
    if (report_.broken_runs() != 0)
      return exit_code::invariant_broken;
    return was_interrupted_ ? exit_code::interrupted : exit_code::done;
  }

private:
  std::chrono::nanoseconds wall() const { return clock_.now().steady; }

  bool is_late() const { return flags_.seconds.count() != 0 && wall() > flags_.seconds; }
  bool wants_more() const { return !flags_.runs || search_.proposed() < *flags_.runs; }
  bool is_over() const {
    if (was_interrupted_ || is_late() || (flags_.stop_at_failure && report_.broken_runs() != 0))
      return true;
    return flags_.runs && search_.heard() >= *flags_.runs;
  }

  /// For one process, so that the others have some, too, before an answer is in.
  std::map<std::uint64_t, sim::crawl_scenario> propose_some() {
    const auto most = std::max<std::uint64_t>(1, sim::chaos_search::lag / (2 * pool_.jobs()));
    std::map<std::uint64_t, sim::crawl_scenario> some;
    while (some.size() != most && search_.may_propose() && wants_more()) {
      const auto& next = search_.propose();
      some.emplace(next.number, next.scenario);
    }
    return some;
  }

  void hear(const sim::chaos_result& one) {
    report_.add(one);
    for (const auto& broken : one.result.broken)
      if (auto* failure = report_.add_failure(one, broken))
        look_into(*failure, one);
  }

  void learn(const sim::chaos_lesson& one) {
    report_.add(one, search_.corpus(), wall());
    keep_corpus(one);
  }

  void keep_corpus(const sim::chaos_lesson& one) {
    if (!folder_)
      return;
    const auto& gained = one.learned.gained;
    const bool is_earlier = one.proposal.number < search_.earlier();
    if (one.learned.evicted)
      folder_->remove(one.learned.evicted->scenario);
    if (gained.empty() && is_earlier && one.result.broken.empty())
      folder_->remove(one.proposal.scenario);
    if (gained.empty() || is_earlier)
      return;
    auto comment = fmt::format("seedwalk sim chaos --seed {}, run {}, {}\nreached first:\n",
                               flags_.seed, one.proposal.number, one.proposal.story);
    for (const auto& reached : gained)
      comment += fmt::format("  {} {}\n", sim::name_of(reached.kind), reached.name);
    if (!folder_->keep(one.proposal.scenario, comment))
      throw std::runtime_error(fmt::format("--corpus {}: cannot be written", flags_.corpus));
  }

  /// A promise that no run of this search broke before: its scenario becomes a file, small.
  void look_into(chaos_failure& failure, const sim::chaos_result& one) {
    const auto& broken = failure.first;
    err_ << fmt::format("run {} breaks a promise: {} ({}): {}\n", one.proposal.number,
                        broken.oracle, broken.place, broken.text);
    const auto path = (std::filesystem::path{flags_.failures} /
                       (file_name_of_promise(broken.oracle, broken.place) + ".toml"))
                          .string();
    failure.file = path;
    failure.was_known = std::filesystem::exists(path);
    if (failure.was_known)
      return;
    const auto from = fmt::format("{}, run {}, {}", flags_.again(one.proposal.number + 1),
                                  one.proposal.number, one.proposal.story);
    // Before it is shrunk: whatever becomes of that, it is not lost.
    write(path,
          sim::write_scenario(one.proposal.scenario, fmt::format("{}, {}: {}\n{}", broken.oracle,
                                                                 broken.place, broken.text, from)));
    if (flags_.shrink_runs != 0 && !was_interrupted_)
      shrink(failure, one.proposal.scenario, from);
  }

  void shrink(chaos_failure& failure, const sim::crawl_scenario& s, const std::string& from) {
    const auto began = wall();
    const auto is_enough = [&] {
      was_interrupted_ = was_interrupted_ || signals_.came();
      return was_interrupted_ || wall() - began > flags_.shrink_seconds;
    };
    forked_trials trials({flags_.jobs, run_limit, is_enough});
    sim::shrink_options options;
    options.runs_max = flags_.shrink_runs;
    options.stop = is_enough;
    failure.shrunk = sim::shrink(s, failure.first, trials, options);
    if (!failure.shrunk)
      return;
    // As from its file, in a process of its own.
    const auto read =
        sim::parse_scenario(sim::write_scenario(failure.shrunk->smallest), failure.file);
    if (!read)
      throw std::logic_error("a shrunk scenario cannot be read: " + read.error());
    forked_trials once({1, run_limit, {}});
    failure.fails_again = once.run({&*read, 1}).front().find(failure.first) != nullptr;
    if (failure.fails_again)
      write(failure.file, text_of_shrunk(*failure.shrunk, shell_word(failure.file), from));
  }

  void write(const std::string& path, const std::string& text) const {
    std::error_code ignored;
    std::filesystem::create_directories(flags_.failures, ignored);
    if (!write_whole_file(path, text))
      throw std::runtime_error(fmt::format("--failures: {} cannot be written", path));
  }

  void tell_progress() {
    constexpr std::chrono::seconds every{10};
    if (report_.runs() == 0 || (told_ && wall() < *told_ + every))
      return;
    told_ = wall();
    err_ << report_.progress(*told_) << '\n' << std::flush;
  }

  const chaos_flags& flags_;
  invocation& invoked_;
  std::ostream& err_;
  const awaited_signals signals_;
  sim::real_clock clock_;
  sim::chaos_search search_;
  trial_pool pool_;
  std::optional<corpus_folder> folder_;
  chaos_report report_;
  bool was_interrupted_ = false;
  std::optional<std::chrono::nanoseconds> told_;
};

} // namespace

exit_code chaos(invocation& invoked) {
  command_line line{"sim chaos",
                    "Draws scenarios, makes others of those that reached something new, and "
                    "shrinks what breaks a promise.",
                    chaos_examples};
  chaos_flags flags;
  flags.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto read = flags.read(); !read)
    return line.refuse(invoked, read.error());
  chaos_run searching(flags, invoked);
  if (const auto begun = searching.begin(); !begun)
    return line.refuse(invoked, begun.error());
  invoked.terminal.err << fmt::format("seed {}\n", flags.seed) << std::flush;
  try {
    searching.run();
  } catch (const std::runtime_error& problem) {
    invoked.terminal.err << fmt::format("seedwalk sim chaos: {}\n", problem.what());
    return exit_code::failed;
  }
  return searching.conclude();
}

} // namespace seedwalk::tools
