#include "tools/bench_command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <ostream>
#include <system_error>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/process_signals.hpp"
#include "tools/bench/chaos_bench.hpp"
#include "tools/bench/crawl_bench.hpp"
#include "tools/bench/pool_bench.hpp"
#include "tools/bench/replay_bench.hpp"
#include "tools/bench/sim_bench.hpp"
#include "tools/bench/store_bench.hpp"
#include "tools/bench/wire_bench.hpp"
#include "tools/bench_schedulers_command.hpp"
#include "tools/command_line.hpp"
#include "tools/option_values.hpp"
#include "tools/scratch_folder.hpp"

namespace seedwalk::tools {

namespace {

struct benchmark {
  std::string_view name;
  std::string_view purpose;
  std::string_view size_is; ///< What --size counts.
  std::uint64_t size;       ///< Of the figures of record.
  bench::figures (*run)(const bench::bench_options& options);
};

constexpr std::array benchmarks = {
    benchmark{"crawl", "crawls a zoo on loopback, against a bare epoll loop", "nodes", 5'000,
              bench::run_crawl_bench},
    benchmark{"sim", "crawls in the simulator, against a ping-pong of plain actors", "nodes", 1'000,
              bench::run_sim_bench},
    benchmark{"replay", "records a crawl and replays it, against the crawl alone", "nodes", 5'000,
              bench::run_replay_bench},
    benchmark{"store", "writes, opens and feeds gossip to a database, against raw LevelDB",
              "endpoints", 1'000'000, bench::run_store_bench},
    benchmark{"pool", "visits and holds a zoo on loopback, against bare sockets", "nodes", 5'000,
              bench::run_pool_bench},
    benchmark{"chaos", "searches for broken promises, against drawing alone, and shrinks", "runs",
              500, bench::run_chaos_bench},
};

/// Has no zoo, no folder and no rounds, so it takes none of their options.
constexpr std::string_view wire_name = "wire";
/// Has kernels and strategies instead.
constexpr std::string_view schedulers_name = "schedulers";

exit_code run_wire_benchmark(invocation& invoked) {
  command_line line{"bench wire",
                    "Decodes address messages, against SHA-256d alone over the same bytes.",
                    "seedwalk bench wire --json"};
  bool json = false;
  line.app().add_flag("--json", json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  const auto result = bench::run_wire_bench();
  invoked.terminal.out << (json ? bench::as_json(result).dump(2) + "\n" : bench::to_string(result));
  return exit_code::done;
}

std::string help_text() {
  std::string text = "Measures what this program costs, each figure beside a baseline of the same "
                     "run.\nUsage: seedwalk bench NAME [OPTIONS]\n\n";
  for (const auto& b : benchmarks)
    text += fmt::format("  {:<10} {}\n", b.name, b.purpose);
  text +=
      fmt::format("  {:<10} {}\n", wire_name, "decodes address messages, against SHA-256d alone");
  text += fmt::format("  {:<10} {}\n", schedulers_name,
                      "looks for planted bugs by each strategy, against `uniform`");
  return text + "\nExamples:\n  seedwalk bench sim\n  seedwalk bench crawl --rounds 5 --json\n"
                "  seedwalk bench store --folder /mnt/ssd\n";
}

/// Goes on in a child that measures, in a process group of its own with all that it starts; the
/// parent waits, and ends the whole group when it is told to stop. So it can clear up, however the
/// measuring ended. Nothing: this is the child.
std::optional<exit_code> watch_a_child(console& terminal) {
  sigset_t awaited{};
  sigset_t before{};
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  for (const int stop : {SIGINT, SIGTERM, SIGHUP})
    if (!sim::signal_is_ignored(stop))
      sigaddset(&awaited, stop);
  pthread_sigmask(SIG_BLOCK, &awaited, &before);
  const auto child = fork();
  if (child == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return std::nullopt;
  }
  if (child < 0)
    throw std::system_error(errno, std::generic_category(), "no process for the measuring");
  setpgid(child, child); // Both processes do it: which is first is not known.
  int status = 0;
  auto told = 0;
  // Pausing and continuing the process ends the wait with EINTR.
  while (told <= 0 && waitpid(child, &status, WNOHANG) == 0)
    if (const int signal = sigwaitinfo(&awaited, nullptr); signal != SIGCHLD)
      told = signal;
  if (told > 0) {
    kill(-child, SIGKILL);
    waitpid(child, &status, 0);
    return exit_code::interrupted;
  }
  if (WIFEXITED(status))
    return static_cast<exit_code>(WEXITSTATUS(status));
  terminal.err << fmt::format("seedwalk bench: the measuring process died of signal {}\n",
                              WTERMSIG(status));
  return exit_code::failed;
}

exit_code run_benchmark(invocation& invoked, const benchmark& wanted) {
  command_line line{fmt::format("bench {}", wanted.name), fmt::format("It {}.", wanted.purpose),
                    fmt::format("seedwalk bench {}\nseedwalk bench {} --size {} --rounds 1",
                                wanted.name, wanted.name, wanted.size / 10)};
  bench::bench_options options;
  options.size = wanted.size;
  std::string parent = std::filesystem::temp_directory_path().string();
  bool json = false;
  add_number(line.app(), "--size", options.size, {10, 10'000'000},
             fmt::format("how many {}", wanted.size_is));
  add_number(line.app(), "--rounds", options.rounds, {1, 1'000},
             "how often to measure; the median counts");
  add_name(line.app(), "--folder", parent, "where files are written, on the disk to measure")
      ->type_name("FOLDER");
  line.app().add_flag("--json", json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  scratch_folder folder{parent, "bench"};
  if (!folder.made())
    return line.refuse(invoked, fmt::format("--folder {}: nothing can be written there", parent));
  options.folder = folder.path();
  if (const auto code = watch_a_child(invoked.terminal))
    return *code;
  folder.leave();
  const auto result = wanted.run(options);
  if (!result) {
    invoked.terminal.err << fmt::format("seedwalk bench {}: {}\n", wanted.name, result.error());
    return exit_code::failed;
  }
  if (json)
    invoked.terminal.out << bench::to_json(std::string{wanted.name}, *result) << '\n';
  else
    bench::print(invoked.terminal.out, *result);
  return exit_code::done;
}

} // namespace

exit_code run_bench(invocation& invoked) {
  std::array<std::string_view, benchmarks.size() + 2> names{};
  std::ranges::transform(benchmarks, names.begin(), &benchmark::name);
  names[benchmarks.size()] = wire_name;
  names.back() = schedulers_name;
  const auto chosen = choose_subcommand(invoked, "bench", names, help_text());
  if (chosen.name == wire_name)
    return run_wire_benchmark(invoked);
  if (chosen.name == schedulers_name)
    return run_schedulers_benchmark(invoked);
  const auto wanted = std::ranges::find(benchmarks, chosen.name, &benchmark::name);
  return wanted == benchmarks.end() ? chosen.code : run_benchmark(invoked, *wanted);
}

} // namespace seedwalk::tools
