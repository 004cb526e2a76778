#include "tools/bench/replay_bench.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "sim/record/replay.hpp"
#include "sim/scenario/replayed_crawl.hpp"
#include "tools/bench/crawl_trial.hpp"
#include "tools/bench/zoo_process.hpp"

namespace seedwalk::bench {

figures run_replay_bench(const bench_options& options) {
  constexpr double share_goal = 0.9;
  const auto zoo = zoo_process::start(options.size, 1'000);
  if (!zoo)
    return tl::unexpected(zoo.error());
  const auto& first = (*zoo)->first();
  const auto folder = options.folder + "/db";
  const auto file = options.folder + "/crawl.rec";
  if (const auto warm = try_crawl(first, options.size, folder); !warm)
    return tl::unexpected(warm.error());
  std::vector<double> plain;
  std::vector<double> recorded;
  std::vector<double> plain_rate;
  std::vector<double> recorded_rate;
  std::vector<double> recorded_wall;
  std::vector<double> replayed_wall;
  std::vector<double> bytes;
  for (std::uint32_t round = 0; round != options.rounds; ++round) {
    const auto without = try_crawl(first, options.size, folder);
    if (!without)
      return tl::unexpected(without.error());
    const auto with = try_crawl(first, options.size, folder, file);
    if (!with)
      return tl::unexpected(with.error());
    const auto again = sim::replay(file, sim::crawl_replayer({}));
    if (!again)
      return tl::unexpected(again.error().message);
    if (!again->verified || !again->complete)
      return tl::unexpected(fmt::format("{} was not replayed as recorded", file));
    std::filesystem::remove(file);
    plain.push_back(static_cast<double>(without->steps) / without->took.cpu_s);
    recorded.push_back(static_cast<double>(with->steps) / with->took.cpu_s);
    plain_rate.push_back(static_cast<double>(options.size) / without->took.wall_s);
    recorded_rate.push_back(static_cast<double>(options.size) / with->took.wall_s);
    recorded_wall.push_back(with->took.wall_s);
    replayed_wall.push_back(std::chrono::duration<double>(again->wall).count());
    bytes.push_back(static_cast<double>(with->recording_bytes) / static_cast<double>(options.size));
  }
  const std::string against = "the same crawl without --record";
  return std::vector<figure>{
      {fmt::format("recorded crawl of {} nodes", options.size), median(recorded_rate), "nodes/s",
       better::more, median(plain_rate), against, goal{share_goal, true}},
      {"the same by CPU time", median(recorded), "steps/s of CPU", better::more, median(plain),
       against},
      {"replay", median(replayed_wall), "s", better::less, median(recorded_wall),
       "the recorded crawl"},
      {"recording", median(bytes), "bytes a node", better::less},
  };
}

} // namespace seedwalk::bench
