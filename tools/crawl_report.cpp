#include "tools/crawl_report.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/crawl/local_failures.hpp"
#include "net/base/outcome.hpp"
#include "tools/seconds.hpp"

namespace seedwalk::tools {

namespace {

double rate_of(const actors::crawl_summary& s) {
  const auto seconds = seconds_of(s.took);
  return seconds > 0 ? static_cast<double>(s.counters.tried) / seconds : 0;
}

/// What happened at least once, the most frequent first.
std::vector<std::pair<std::uint64_t, net::outcome>>
by_frequency(const actors::crawl_counters& counters) {
  std::vector<std::pair<std::uint64_t, net::outcome>> seen;
  for (std::size_t i = 0; i != counters.outcomes.size(); ++i)
    if (counters.outcomes[i] > 0)
      seen.emplace_back(counters.outcomes[i], static_cast<net::outcome>(i));
  std::stable_sort(seen.begin(), seen.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  return seen;
}

std::string_view ending_of(const actors::crawl_summary& s) {
  switch (s.end) {
  case actors::crawl_end::finished:
    return "finished: nobody is left to be visited";
  case actors::crawl_end::stopped:
    return "stopped: the next crawl goes on with this census";
  case actors::crawl_end::failed:
    return "failed";
  }
  return "failed";
}

/// Endpoints that are known and were not dialled for their network: (network, how many).
std::vector<std::pair<std::string, std::uint64_t>> not_dialled(const actors::crawl_summary& s) {
  std::vector<std::pair<std::string, std::uint64_t>> result;
  for (std::size_t n = 0; n != s.not_dialled.size(); ++n)
    if (s.not_dialled[n] > 0)
      result.emplace_back(net::name_of(static_cast<net::network_id>(n)), s.not_dialled[n]);
  return result;
}

} // namespace

std::string crawl_report_json(const live_crawl_result& result, const std::string& network,
                              bool recorded) {
  const auto& s = result.summary;
  nlohmann::json outcomes = nlohmann::json::object();
  for (const auto& [count, name] : by_frequency(s.counters))
    outcomes[std::string{net::name_of(name)}] = count;
  nlohmann::json collections = nlohmann::json::object();
  for (std::size_t i = 1; i != s.counters.collections.size(); ++i)
    if (s.counters.collections[i] > 0)
      collections[std::string{net::name_of(static_cast<net::collection_end>(i))}] =
          s.counters.collections[i];
  nlohmann::json unreached = nlohmann::json::object();
  for (const auto& [name, count] : not_dialled(s))
    unreached[name] = count;
  nlohmann::json local = nlohmann::json::object();
  for (const auto& [reason, n] : s.counters.local_failures)
    local[std::string{net::name_of(reason)}] = n;
  nlohmann::json report{{"network", network},
                        {"tried", s.counters.tried},
                        {"good", s.counters.good},
                        {"failed", s.counters.failed},
                        {"known", s.known},
                        {"not_dialled", std::move(unreached)},
                        {"duration_s", seconds_of(s.took)},
                        {"nodes_per_s", rate_of(s)},
                        {"peak_connections", s.counters.peak_connections},
                        {"peak_unwritten_bytes", s.counters.peak_unwritten_bytes},
                        {"addresses", s.counters.addresses},
                        {"collections", std::move(collections)},
                        {"census", s.census},
                        {"resumed", s.resumed},
                        {"finished", s.end == actors::crawl_end::finished},
                        {"log_lines_lost", result.log_lines_lost},
                        {"outcomes", std::move(outcomes)},
                        {"local_failures", std::move(local)}};
  if (recorded) {
    report["hash"] = fmt::format("{:016x}", result.hash);
    report["steps"] = result.steps;
    report["recording_bytes"] = result.recording_bytes;
    if (!result.recording_problem.empty())
      report["recording_problem"] = result.recording_problem;
    if (const auto& image = result.image)
      report["image"] = {{"step", image->step},
                         {"actors", image->actors},
                         {"held_back_ms", static_cast<double>(image->held_back.count()) / 1e6}};
    if (!result.image_problem.empty())
      report["image_problem"] = result.image_problem;
  }
  return report.dump(2);
}

std::string crawl_report_text(const live_crawl_result& result, const live_crawl_options& options,
                              const tools::console& console) {
  const auto& s = result.summary;
  const auto& c = s.counters;
  std::string out = fmt::format(
      "\n{}\n\n", bold(console, fmt::format("Census {} of {}: {}", s.census,
                                            options.recipe.config.network.name, ending_of(s))));
  out += fmt::format("  {:<22}{:>12}\n", "endpoints known", s.known);
  for (const auto& [name, count] : not_dialled(s))
    out += fmt::format("  {:<22}{:>12}   cannot be reached from here\n", "  " + name, count);
  out += fmt::format("  {:<22}{:>12}\n", "visited", c.tried);
  out += fmt::format(
      "  {:<22}{:>12}   {:.1f} %\n", "good (handshake done)", c.good,
      c.tried > 0 ? 100.0 * static_cast<double>(c.good) / static_cast<double>(c.tried) : 0.0);
  out += fmt::format("  {:<22}{:>12}\n", "addresses heard", c.addresses);
  out += fmt::format("  {:<22}{:>12}\n", "most connections", c.peak_connections);
  out +=
      fmt::format("  {:<22}{:>10.1f} s   {:.0f} nodes/s\n", "time", seconds_of(s.took), rate_of(s));
  if (const auto seen = by_frequency(c); !seen.empty()) {
    const auto most = seen.front().first;
    out += "\n  How the visits ended\n";
    for (const auto& [count, name] : seen) {
      const auto width = std::max<std::uint64_t>(1, count * 32 / most);
      out +=
          fmt::format("    {:<24}{:>9}  {}\n", net::name_of(name), count, std::string(width, '#'));
    }
  }
  if (!c.local_failures.empty()) {
    out += "\n  What this machine failed at, and what to do\n";
    for (const auto& [reason, n] : c.local_failures)
      out +=
          fmt::format("    {:<24}{:>9}  {}\n", net::name_of(reason), n, actors::advice_on(reason));
  }
  out += fmt::format("\n  Database: {}\n", options.recipe.config.storage.path);
  if (!options.record_file.empty() && result.recording_problem.empty())
    out += fmt::format("  Recording: {} ({} bytes); run it again: seedwalk replay {}\n",
                       options.record_file, result.recording_bytes, options.record_file);
  if (result.image && result.image_problem.empty())
    out += fmt::format(
        "  Image: {}, after step {}; go on from there: seedwalk replay {} --from {}\n",
        options.image_file, result.image->step, options.record_file, options.image_file);
  else if (!result.image_problem.empty())
    out += fmt::format("  No image in {}: {}\n", options.image_file, result.image_problem);
  return out;
}

} // namespace seedwalk::tools
