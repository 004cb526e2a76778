#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/real_clock.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "tools/command_line.hpp"
#include "tools/option_values.hpp"
#include "tools/sim_report.hpp"
#include "tools/sim_sweep.hpp"
#include "tools/sim_world_flags.hpp"

namespace seedwalk::tools {

namespace {

constexpr auto sweep_examples = R"(seedwalk sim sweep --seeds 1..10000 --nodes 8 --faults 2
seedwalk sim sweep tests/scenarios/partition.toml --seeds 1..1000 --jobs 2
seedwalk sim sweep --seeds 1..1000 --crawlers 2 --keep-going --json)";

struct sweep_flags {
  sim_world_flags world;
  std::string seeds_text = "1..1000";
  std::uint32_t jobs = std::max(std::thread::hardware_concurrency(), 1u);
  bool keep_going = false;
  bool json = false;

  void declare(CLI::App& app) {
    add_name(app, "--seeds", seeds_text, "A..B, both included, or one seed")->type_name("A..B");
    add_number(app, "--jobs", jobs, {1, 1'000}, "how many processes run at once");
    app.add_flag("--keep-going", keep_going, "do not stop at the first seed that breaks a promise");
    app.add_flag("--json", json, "print one JSON document");
    world.declare(app);
  }
};

/// What a worker says of one seed, in one write: smaller than what a pipe takes whole.
struct seed_result {
  std::uint64_t seed = 0;
  std::uint64_t virtual_ns = 0;
  std::uint32_t broken = 0;
  std::array<char, 400> first = {}; ///< The first broken promise, cut and ended by a zero.
};
static_assert(sizeof(seed_result) <= 512, "POSIX writes so much at once or not at all");

/// A process that runs every nth seed and reports on a pipe.
struct worker {
  pid_t pid = -1;
  int answers = -1;
  std::uint64_t running = 0; ///< How many of its seeds it has told of.
};

/// Never returns.
[[noreturn]] void work(const sim_world_flags& flags, const std::vector<std::uint64_t>& seeds,
                       std::size_t first, std::size_t step, int answers) {
  for (std::size_t i = first; i < seeds.size(); i += step) {
    const auto verdict = sim::run_crawl(*flags.of_seed(seeds[i]));
    seed_result result;
    result.seed = seeds[i];
    result.virtual_ns = static_cast<std::uint64_t>(verdict.virtual_time.count());
    result.broken = static_cast<std::uint32_t>(verdict.broken.size());
    if (!verdict.broken.empty())
      verdict.broken.front().text.copy(result.first.data(), result.first.size() - 1);
    if (::write(answers, &result, sizeof result) != static_cast<ssize_t>(sizeof result))
      ::_exit(1);
  }
  ::_exit(0);
}

/// The seeds that broke a promise, and how far a sweep came.
struct sweep_report {
  std::uint64_t runs = 0;
  std::chrono::nanoseconds virtual_time{0};
  std::map<std::uint64_t, std::string> broken; ///< By seed: the first promise.
};

class sweeper {
public:
  sweeper(const sweep_flags& flags, const std::vector<std::uint64_t>& seeds, invocation& invoked)
      : flags_(flags), seeds_(seeds), invoked_(invoked) {}
  ~sweeper() {
    for (auto& one : workers_)
      end(one);
  }
  sweeper(const sweeper&) = delete;
  sweeper& operator=(const sweeper&) = delete;

  /// The error is the system's.
  tl::expected<void, std::string> begin() {
    const auto count = std::min<std::size_t>(flags_.jobs, seeds_.size());
    for (std::size_t i = 0; i != count; ++i) {
      int ends[2];
      if (::pipe(ends) != 0)
        return tl::unexpected(fmt::format("no pipe: {}", std::strerror(errno)));
      const auto pid = ::fork();
      if (pid < 0)
        return tl::unexpected(fmt::format("no process: {}", std::strerror(errno)));
      if (pid == 0) {
        ::close(ends[0]);
        work(flags_.world, seeds_, i, count, ends[1]);
      }
      ::close(ends[1]);
      workers_.push_back({pid, ends[0]});
    }
    return {};
  }

  /// Until all is done, or, unless it is to keep going, a promise is broken.
  void run() {
    while (true) {
      std::vector<pollfd> open;
      for (const auto& one : workers_)
        if (one.answers >= 0)
          open.push_back({one.answers, POLLIN, 0});
      if (open.empty())
        return;
      ::poll(open.data(), open.size(), 1'000);
      for (std::size_t i = 0; i != workers_.size(); ++i)
        for (const auto& ready : open)
          if (ready.fd == workers_[i].answers && ready.revents != 0)
            take(i);
      tell_progress();
      if (!report_.broken.empty() && !flags_.keep_going)
        return;
    }
  }

  const sweep_report& report() const { return report_; }
  std::chrono::nanoseconds wall() const { return clock_.now().steady; }

private:
  void take(std::size_t nth) {
    auto& from = workers_[nth];
    seed_result result;
    if (::read(from.answers, &result, sizeof result) == static_cast<ssize_t>(sizeof result)) {
      ++from.running;
      ++report_.runs;
      report_.virtual_time +=
          std::chrono::nanoseconds{static_cast<std::int64_t>(result.virtual_ns)};
      if (result.broken != 0)
        report_.broken.emplace(result.seed, result.first.data());
      return;
    }
    // It is over: in order, or in the middle of a seed.
    const auto next = nth + from.running * workers_.size();
    if (next < seeds_.size())
      report_.broken.emplace(seeds_[next], "the process that ran it died");
    end(from);
  }

  static void end(worker& one) {
    if (one.answers < 0)
      return;
    ::close(one.answers);
    one.answers = -1;
    ::kill(one.pid, SIGTERM);
    ::waitpid(one.pid, nullptr, 0);
  }

  void tell_progress() {
    constexpr std::chrono::seconds every{10};
    if (wall() < told_ + every)
      return;
    told_ = wall();
    const auto rate = rate_of(report_.runs);
    invoked_.terminal.err << fmt::format(
        "{} of {} seeds, {:.0f} a second, {:.0f} s left, {} broken\n", report_.runs, seeds_.size(),
        rate, static_cast<double>(seeds_.size() - report_.runs) / std::max(rate, 0.001),
        report_.broken.size());
  }

  double rate_of(std::uint64_t runs) const {
    return static_cast<double>(runs) * 1e9 / static_cast<double>(wall().count() + 1);
  }

  const sweep_flags& flags_;
  const std::vector<std::uint64_t>& seeds_;
  invocation& invoked_;
  std::vector<worker> workers_;
  sweep_report report_;
  sim::real_clock clock_;
  std::chrono::nanoseconds told_{0};
};

void print_json(std::ostream& out, const sweep_flags& flags, const sweeper& swept) {
  nlohmann::json violations = nlohmann::json::array();
  for (const auto& [seed, text] : swept.report().broken)
    violations.push_back({{"seed", seed}, {"broken", text}, {"again", flags.world.again(seed)}});
  const auto seconds = static_cast<double>(swept.wall().count()) / 1e9;
  const auto runs = swept.report().runs;
  out << nlohmann::json{{"runs", runs},
                        {"runs_per_s", static_cast<double>(runs) / seconds},
                        {"virtual_s",
                         static_cast<double>(swept.report().virtual_time.count()) / 1e9},
                        {"violations", std::move(violations)}}
             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
      << '\n';
}

exit_code conclude(invocation& invoked, const sweep_flags& flags, const sweeper& swept) {
  const auto& report = swept.report();
  if (flags.json)
    print_json(invoked.terminal.out, flags, swept);
  else
    invoked.terminal.out << fmt::format(
        "{} runs, {:.0f} virtual s in {:.1f} s, {} broken\n", report.runs,
        static_cast<double>(report.virtual_time.count()) / 1e9,
        static_cast<double>(swept.wall().count()) / 1e9, report.broken.size());
  if (report.broken.empty())
    return exit_code::done;
  bool is_first = true;
  for (const auto& [seed, text] : report.broken) {
    invoked.terminal.err << fmt::format("seed {}: {}\n", seed, text);
    if (is_first && !text.starts_with("the process")) {
      const auto s = *flags.world.of_seed(seed);
      print_broken(invoked.terminal.err, s, sim::run_crawl(s), flags.world.again(seed));
    } else {
      invoked.terminal.err << fmt::format("again: {}\n", flags.world.again(seed));
    }
    is_first = false;
  }
  return exit_code::invariant_broken;
}

} // namespace

exit_code sweep(invocation& invoked) {
  command_line line{"sim sweep",
                    "Runs one world with many seeds, until one of them breaks a promise.",
                    sweep_examples};
  sweep_flags flags;
  flags.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto read = flags.world.read(); !read)
    return line.refuse(invoked, read.error());
  const auto seeds = parse_seeds(flags.seeds_text);
  if (!seeds)
    return line.refuse(invoked, fmt::format("--seeds {}: must be A..B with A <= B, such as 1..200",
                                            flags.seeds_text));
  if (const auto probe = flags.world.of_seed(seeds->front()); !probe)
    return line.refuse(invoked, probe.error());
  sweeper all(flags, *seeds, invoked);
  if (const auto begun = all.begin(); !begun) {
    invoked.terminal.err << "seedwalk sim sweep: " << begun.error() << '\n';
    return exit_code::failed;
  }
  all.run();
  return conclude(invoked, flags, all);
}

} // namespace seedwalk::tools
