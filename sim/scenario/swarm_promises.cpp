#include "sim/scenario/swarm_promises.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <vector>

#include "sim/nodes/topology.hpp"
#include "sim/scenario/swarm.hpp"

namespace seedwalk::sim {

namespace {

using std::chrono::seconds;

/// Whether a crawler may die that cannot be started again: then it has no end.
bool may_stay_down(const crawl_scenario& s) {
  return std::ranges::find(s.expect.violations_allowed, said_of_refusals.front()) !=
             s.expect.violations_allowed.end() &&
         std::ranges::any_of(s.operations, [](const auto& one) {
           return std::holds_alternative<operation::crash>(one.action);
         });
}

/// Whether everybody is told of by those who answer, from the seeds on. Where it was said of a node
/// that it tells nobody, the last to have room may have been that one.
bool gossip_reaches_all(const crawl_scenario& s) {
  const topology of{completed_nodes(s)};
  const auto& nodes = of.nodes();
  std::vector<bool> is_known(nodes.size());
  std::vector<std::uint32_t> to_ask;
  const auto hear_of = [&](std::uint32_t node) {
    if (is_known.at(node))
      return;
    is_known.at(node) = true;
    to_ask.push_back(node);
  };
  for (std::uint32_t i = 0; i != of.settings().seeds; ++i)
    hear_of(i);
  while (!to_ask.empty()) {
    const auto& asked = nodes.at(to_ask.back());
    to_ask.pop_back();
    if (truth_of(asked.kind).answers)
      std::ranges::for_each(asked.peers, hear_of);
  }
  return std::ranges::find(is_known, false) == is_known.end();
}

bool all_end_by_themselves(const crawl_scenario& s) {
  return std::ranges::all_of(s.parts(), [](const auto& part) {
    const auto& run = part.recipe.config.run;
    return run.once && run.limit == seconds{0};
  });
}

} // namespace

void draw_promises(crawl_scenario& s, const std::vector<std::string_view>& in) {
  const auto without = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::none_of(names,
                                [&](auto name) { return std::ranges::find(in, name) != in.end(); });
  };
  // The end of a census is given some seconds to be written, whatever a disk takes for a sync.
  if (without({"stop", "early stop", "stuck ends", "broadcasts", "revisits", "held peers",
               "outages", "renewed bans", "full disk", "cuts", "dns", "configuration", "drives",
               "slow takers", "failing calls", "lies", "rot"}) &&
      !may_stay_down(s) && all_end_by_themselves(s))
    s.expect.end = actors::crawl_end::finished;
  // A program may complete a handshake, and who has a route at the end had none before.
  if (without({"programs", "networks", "proxy", "failing calls", "failing syncs", "lies", "rot"}))
    s.expect.precision_percent = 100;
  if (without({"networks",      "proxy",        "claims",        "wires",      "faults",
               "cuts",          "dns",          "configuration", "drives",     "full disk",
               "reloads",       "stop",         "early stop",    "revisits",   "clocks",
               "failing calls", "lies",         "rot",           "commands",   "broadcasts",
               "held peers",    "outages",      "renewed bans",  "stuck ends", "slow takers",
               "full rush",     "failing syncs"}) &&
      s.nodes.pace <= seconds{3} && gossip_reaches_all(s))
    s.expect.recall_percent = 100;
}

} // namespace seedwalk::sim
