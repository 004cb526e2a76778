#include "tools/bench/crawl_bench.hpp"

#include <fmt/format.h>

#include "tools/bench/crawl_trial.hpp"
#include "tools/bench/zoo_process.hpp"

namespace seedwalk::bench {

figures run_crawl_bench(const bench_options& options) {
  constexpr double share_goal = 0.6;
  constexpr double cpu_share_goal = 0.55;
  constexpr double mib = 1 << 20;
  const auto zoo = zoo_process::start(options.size, 1'000);
  if (!zoo)
    return tl::unexpected(zoo.error());
  const auto& first = (*zoo)->first();
  // The zoo draws what its nodes answer when they are first asked: not at the cost of the crawler
  // that comes first.
  if (const auto warm = try_epoll_crawl(first, options.size); !warm)
    return tl::unexpected(warm.error());
  std::vector<double> wall;
  std::vector<double> cpu;
  std::vector<double> bare_wall;
  std::vector<double> bare_cpu;
  std::vector<double> zoo_cpu;
  std::vector<double> steps;
  std::vector<double> resident;
  std::vector<double> unwritten;
  const auto rate = [&](double seconds) { return static_cast<double>(options.size) / seconds; };
  for (std::uint32_t round = 0; round != options.rounds; ++round) {
    const auto bare = try_epoll_crawl(first, options.size);
    if (!bare)
      return tl::unexpected(bare.error());
    const auto before = (*zoo)->cpu_s();
    const auto crawled = try_crawl(first, options.size, options.folder + "/db");
    if (!crawled)
      return tl::unexpected(crawled.error());
    zoo_cpu.push_back(((*zoo)->cpu_s() - before) / static_cast<double>(options.size) * 1e6);
    wall.push_back(rate(crawled->took.wall_s));
    cpu.push_back(rate(crawled->took.cpu_s));
    bare_wall.push_back(rate(bare->took.wall_s));
    bare_cpu.push_back(rate(bare->took.cpu_s));
    resident.push_back(static_cast<double>(crawled->peak_resident_bytes) / mib);
    unwritten.push_back(static_cast<double>(crawled->peak_unwritten_bytes) / mib);
    steps.push_back(static_cast<double>(crawled->steps) / static_cast<double>(options.size));
  }
  const std::string against = "a bare epoll loop, no database";
  return std::vector<figure>{
      {fmt::format("crawl of {} nodes", options.size), median(wall), "nodes/s", better::more,
       median(bare_wall), against, goal{share_goal, true}},
      {"the same by CPU time", median(cpu), "nodes/s of CPU", better::more, median(bare_cpu),
       against, goal{cpu_share_goal, true}},
      {"steps a node", median(steps), "steps", better::less},
      {"most resident memory", median(resident), "MiB", better::less},
      {"most that waited for the DB writer", median(unwritten), "MiB", better::less},
      {"what the zoo needs", median(zoo_cpu), "us of CPU a node", better::less},
  };
}

} // namespace seedwalk::bench
