#include "sim/scenario/drawn_misfortunes.hpp"

#include <algorithm>
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
  net::random_stream draw{s.seed, "misfortunes"};
  auto options = s.nodes;
  options.seed = s.seed;
  const topology nodes{options};
  for (std::uint32_t i = 0; i != faults; ++i)
    s.faults.push_back(draw_fault(draw, i, nodes));
  for (std::uint32_t i = 0; i != reloads; ++i)
    s.reloads.push_back({milliseconds{draw.between(0, 10'000)}, draw_file(draw)});
  std::stable_sort(s.reloads.begin(), s.reloads.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
}

} // namespace seedwalk::sim
