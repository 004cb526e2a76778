#include "tools/sim_report.hpp"

#include <ostream>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "sim/scenario/recent_events.hpp"

namespace seedwalk::tools {

namespace {

/// Promises beyond are told without events, each of which takes a run.
constexpr std::size_t told_whole = 3;
constexpr std::size_t event_lines = 12;

std::string after(net::steady_time when) {
  return fmt::format(", after {:.6f} s", std::chrono::duration<double>(when).count());
}

} // namespace

std::optional<std::vector<std::uint64_t>> parse_seeds(const std::string& text) {
  const auto number = [](const std::string& t) { return actors::parse_number(t, UINT64_MAX); };
  const auto split = text.find("..");
  const auto first = number(text.substr(0, split));
  const auto last = split == std::string::npos ? first : number(text.substr(split + 2));
  constexpr std::uint64_t seeds_max = 1'000'000;
  if (!first || !last || *last < *first || *last - *first >= seeds_max)
    return std::nullopt;
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i <= *last - *first; ++i)
    seeds.push_back(*first + i);
  return seeds;
}

void print_broken(std::ostream& err, const sim::crawl_scenario& s,
                  const sim::crawl_verdict& verdict, const std::string& again) {
  for (std::size_t i = 0; i != verdict.broken.size(); ++i) {
    const auto& promise = verdict.broken[i];
    err << fmt::format("broken: {}\n  found by {} ({}), in step {}{}{}{}\n", promise.text,
                       promise.oracle, promise.place, promise.step,
                       promise.when.count() == 0 ? "" : after(promise.when),
                       promise.actor.empty() ? "" : ", actor ", promise.actor);
    if (i >= told_whole)
      continue;
    const auto events = sim::last_events(s, promise.peers, event_lines);
    if (events.empty())
      err << "  nothing ever happened to it\n";
    else
      err << fmt::format("  the last events{}:\n", promise.peers.empty() ? "" : " of that peer");
    for (const auto& line : events)
      err << "  " << line << '\n';
  }
  err << fmt::format("again: {}\n", again);
}

} // namespace seedwalk::tools
