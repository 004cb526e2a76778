#include "sim/scenario/oracles/score_oracle.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

bool is_usual_to_peers(const crawl_scenario& s) {
  const crawl_scenario usual;
  const auto parts = s.parts();
  return s.network == usual.network && s.nodes.pace == usual.nodes.pace &&
         std::ranges::none_of(s.operations,
                              [](const auto& one) {
                                return std::holds_alternative<operation::reload>(one.action) ||
                                       std::holds_alternative<operation::control>(one.action);
                              }) &&
         std::ranges::all_of(parts, [](const auto& part) {
           const auto& c = part.recipe.config;
           actors::peer_options usual_peers;
           usual_peers.listen = c.peers.listen;
           return part.wall_steps.empty() && c.timers == net::default_timers &&
                  c.keep_alive == net::keep_alive_timers{} && c.run.hold == 0 &&
                  c.peers == usual_peers;
         });
}

void score_oracle::begin(crawl_world& of) {
  run_ = &of;
  const auto& s = of.scenario();
  const auto parts = s.parts();
  nothing_explains_a_miss_ = is_usual_to_peers(s) && s.faults.empty() && s.operations.empty() &&
                             std::ranges::all_of(parts, [](const auto& part) {
                               return part.drive.faults.empty() && part.wall_steps.empty() &&
                                      !part.recipe.config.start.fixed &&
                                      part.drive.capacity_bytes == disk::options{}.capacity_bytes;
                             });
}

/// Whether nobody need dial it: it was never tried, and what was told of it is too old for that.
bool score_oracle::is_stale(const watched_crawler& of, const store::peer_record& record) const {
  const auto freshness = of->program().env().settings.newest().values->config.schedule.freshness;
  return !record.last && record.announced_time != store::never &&
         record.announced_time < run_->inner().now().wall - freshness;
}

void score_oracle::on_record(const watched_crawler& of, const net::endpoint& peer,
                             const store::peer_record& record) {
  if (!nothing_explains_a_miss_ || !of->is_up() || !of->over() ||
      of->summary().end != actors::crawl_end::finished)
    return;
  const auto& nodes = run_->nodes();
  const auto number = nodes.find(peer);
  if (!number || nodes.program_of(*number) != nullptr || nodes.change_of(*number) != nullptr ||
      peer.network == net::network_id::torv3 ||
      !of->program().env().settings.newest()->reach.dials(peer))
    return;
  const auto kind = nodes.nodes()[*number].kind;
  const bool good = truth_of(kind).good;
  if (store::good(record) == good || (good && is_stale(of, record)))
    return;
  broke(good ? "a good node is missed" : "a node is taken for a good one",
        fmt::format("{} is {}: {}, and the database says otherwise", net::to_string(peer),
                    name_of(kind), good ? "good" : "not good"),
        {peer});
}

} // namespace seedwalk::sim
