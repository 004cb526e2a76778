#include "sim/scenario/swarm_promises.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>

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
      s.nodes.pace <= seconds{3})
    s.expect.recall_percent = 100;
}

} // namespace seedwalk::sim
