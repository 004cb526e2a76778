#include "tools/bench/crawl_trial.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "tools/bench/epoll_crawler.hpp"

namespace seedwalk::bench {

namespace {

constexpr auto chain = "regtest";
constexpr std::chrono::milliseconds quiet{1};

tools::live_crawl_options crawl_options(const net::endpoint& first, const std::string& folder,
                                        const std::string& record_file) {
  tools::live_crawl_options options;
  auto& c = options.recipe.config;
  c.network.name = chain;
  c.network.allow_unroutable = true;
  c.start.connect = {first};
  c.start.dns = false;
  c.run.once = true;
  c.limits.max_connections = c.limits.max_outbound = trial_connections;
  c.timers.clearnet.quiet_addresses = quiet;
  c.storage.path = folder;
  options.seed = 1;
  options.record_file = record_file;
  return options;
}

} // namespace

tl::expected<crawl_trial, std::string> try_crawl(const net::endpoint& first, std::uint64_t nodes,
                                                 const std::string& folder,
                                                 const std::string& record_file) {
  const auto options = crawl_options(first, folder, record_file);
  const stopwatch time;
  const auto result = tools::run_live_crawl(options);
  const auto took = time.elapsed();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!result)
    return tl::unexpected(result.error().message);
  if (!result->violations.empty())
    return tl::unexpected(result->violations.front());
  if (result->summary.counters.good != nodes)
    return tl::unexpected(
        fmt::format("a crawl found {} of {} nodes good", result->summary.counters.good, nodes));
  return crawl_trial{nodes, took, result->steps, result->recording_bytes};
}

tl::expected<crawl_trial, std::string> try_epoll_crawl(const net::endpoint& first,
                                                       std::uint64_t nodes) {
  const stopwatch time;
  const auto result = epoll_crawl(net::find_chain(chain)->magic, first, trial_connections);
  const auto took = time.elapsed();
  if (!result)
    return tl::unexpected(result.error());
  if (result->good != nodes)
    return tl::unexpected(
        fmt::format("the baseline found {} of {} nodes good", result->good, nodes));
  return crawl_trial{nodes, took};
}

} // namespace seedwalk::bench
