#include "tools/bench/crawl_trial.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "tools/bench/epoll_crawler.hpp"

namespace seedwalk::bench {

namespace {

tools::live_crawl_options crawl_options(const net::endpoint& first, const std::string& folder,
                                        const std::string& record_file) {
  tools::live_crawl_options options;
  auto& c = options.recipe.config;
  c.network.name = trial_chain;
  c.network.allow_unroutable = true;
  c.start.connect = {first};
  c.start.dns = false;
  c.run.once = true;
  c.limits.max_connections = c.limits.max_outbound = trial_connections;
  c.storage.path = folder;
  options.seed = 1;
  options.record_file = record_file;
  return options;
}

/// Has the kernel forget how much of this process was resident at most (proc(5), clear_refs).
void forget_peak() {
  std::ofstream{"/proc/self/clear_refs"} << "5";
}

/// The most of this process that was resident since; 0 where there is no such file.
std::uint64_t peak_resident_bytes() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && in >> kib)
      return kib << 10;
  }
  return 0;
}

} // namespace

tl::expected<crawl_trial, std::string> try_crawl(const net::endpoint& first, std::uint64_t nodes,
                                                 const std::string& folder,
                                                 const std::string& record_file) {
  const auto options = crawl_options(first, folder, record_file);
  forget_peak();
  const stopwatch time;
  const auto result = tools::run_live_crawl(options);
  const auto took = time.elapsed();
  const auto peak = peak_resident_bytes();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!result)
    return tl::unexpected(result.error().message);
  if (!result->violations.empty())
    return tl::unexpected(result->violations.front());
  if (result->summary.counters.good != nodes)
    return tl::unexpected(
        fmt::format("a crawl found {} of {} nodes good", result->summary.counters.good, nodes));
  return crawl_trial{nodes,         took,
                     result->steps, result->recording_bytes,
                     peak,          result->summary.counters.peak_unwritten_bytes};
}

tl::expected<crawl_trial, std::string> try_epoll_crawl(const net::endpoint& first,
                                                       std::uint64_t nodes) {
  const stopwatch time;
  const auto result = epoll_crawl(net::find_chain(trial_chain)->magic, first, trial_connections);
  const auto took = time.elapsed();
  if (!result)
    return tl::unexpected(result.error());
  if (result->good != nodes)
    return tl::unexpected(
        fmt::format("the baseline found {} of {} nodes good", result->good, nodes));
  return crawl_trial{nodes, took};
}

} // namespace seedwalk::bench
