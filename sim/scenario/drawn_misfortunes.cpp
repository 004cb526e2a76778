#include "sim/scenario/drawn_misfortunes.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/network/drawn_faults.hpp"

namespace seedwalk::sim {

namespace {

using std::chrono::milliseconds;

/// A configuration file for a crawler of `plain_crawl`.
std::string draw_file(net::random_stream& draw) {
  auto text = fmt::format("[network]\nname = \"regtest\"\nallow_unroutable = true\n"
                          "[run]\nonce = true\n[start]\ndns = false\n"
                          "[keep_alive]\nping_every = \"{}s\"\n",
                          draw.between(5, 300));
  if (draw.chance(1, 4))
    text += "[schedule]\njitter_percent = 51\n"; // refused
  return text;
}

} // namespace

fault_rule draw_fault(net::random_stream& draw, std::uint32_t nth, const topology& nodes) {
  std::vector<net::endpoint> victims;
  for (const auto& node : nodes.nodes())
    victims.push_back(node.at);
  return draw_fault(draw, nth, victims);
}

void draw_misfortunes(crawl_scenario& s, std::uint32_t faults, std::uint32_t reloads) {
  if (faults == 0 && reloads == 0)
    return;
  net::random_stream draw{s.seed, "misfortunes"};
  const topology nodes{completed_nodes(s)};
  for (std::uint32_t i = 0; i != faults; ++i)
    s.faults.push_back(draw_fault(draw, i, nodes));
  std::vector<planned_operation> drawn;
  for (std::uint32_t i = 0; i != reloads; ++i) {
    const milliseconds at{draw.between(0, 10'000)};
    drawn.push_back({at, std::nullopt, operation::reload{draw_file(draw)}});
  }
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  s.operations.insert(s.operations.end(), drawn.begin(), drawn.end());
}

crawl_scenario with_misfortunes(crawl_scenario s) {
  draw_misfortunes(s, std::exchange(s.drawn_faults, 0), std::exchange(s.drawn_reloads, 0));
  return s;
}

} // namespace seedwalk::sim
