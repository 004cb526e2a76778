#include "sim/scenario/drawn_misfortunes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace seedwalk::sim {

namespace {

using std::chrono::milliseconds;

fault_action draw_action(net::random_stream& draw) {
  switch (draw.below(7)) {
  case 0:
    return fault::delay{latency::uniform({}, milliseconds{800})};
  case 1:
    return fault::drip{7, milliseconds{20}};
  case 2:
    return fault::reset{draw.below(3'000)};
  case 3:
    return fault::truncate{draw.below(3'000)};
  case 4:
    return fault::corrupt{draw.below(2'000), 0x10};
  case 5:
    return fault::drop{};
  default:
    return fault::fail_dial{net::error::refused};
  }
}

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
  fault_rule rule;
  rule.name = fmt::format("fault {}", nth);
  rule.since = milliseconds{draw.between(0, 3'000)};
  rule.until = rule.since + milliseconds{draw.between(500, 20'000)};
  rule.both_directions = true;
  rule.of = 3;
  const auto& victim = nodes.nodes()[draw.below(nodes.nodes().size())].at;
  rule.to = draw.chance(1, 2) ? endpoint_set::only(victim) : endpoint_set::everybody();
  rule.action = draw_action(draw);
  return rule;
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
