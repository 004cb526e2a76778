#include "sim/scenario/oracles/outcome_oracle.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/score_oracle.hpp"

namespace seedwalk::sim {

namespace {

/// What becomes of a visit whose dial fails so; nothing where more than that has a say.
std::optional<net::outcome> outcome_of(net::error reason) {
  switch (reason) {
  case net::error::refused:
    return net::outcome::refused;
  case net::error::timed_out:
    return net::outcome::connect_timeout;
  case net::error::host_unreachable:
    return net::outcome::unreachable;
  default:
    return std::nullopt;
  }
}

bool touches(const fault_rule& rule, const net::endpoint& peer) {
  return rule.from.contains(peer) || rule.to.contains(peer);
}

} // namespace

void outcome_oracle::begin(crawl_world& of) {
  run_ = &of;
  is_plain_ = is_usual_to_peers(of.scenario());
}

void outcome_oracle::on_crash(const watched_crawler& crawler) {
  of_crawlers_[crawler] = {};
}

void outcome_oracle::on_network_completion(const watched_crawler& of,
                                           const net::completion& heard) {
  if (const auto* accepted = std::get_if<net::accepted>(&heard))
    of_crawlers_[of].accepted.emplace(accepted->connection, accepted->peer);
}

void outcome_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& visits = of_crawlers_[by];
  const auto begin = [&](const net::endpoint& peer) {
    if (!visits.under_way.insert(peer).second)
      broke("a visit beside another",
            fmt::format("a visit to {} begins before the one before is over", net::to_string(peer)),
            {peer});
  };
  if (const auto* dial = std::get_if<door_call::connect>(&call)) {
    begin(dial->peer);
  } else if (const auto* own = std::get_if<door_call::own>(&call)) {
    if (const auto known = visits.accepted.extract(own->id))
      begin(known.mapped());
  } else if (const auto* close = std::get_if<door_call::close>(&call)) {
    visits.accepted.erase(close->id);
  }
}

std::optional<net::outcome> outcome_oracle::right_outcome(const net::endpoint& peer) const {
  if (!is_plain_)
    return std::nullopt;
  const auto& nodes = run_->nodes();
  const auto number = nodes.find(peer);
  if (!number || nodes.program_of(*number) != nullptr || nodes.change_of(*number) != nullptr)
    return std::nullopt;
  const fault_rule* only = nullptr;
  for (const auto& rule : run_->scenario().faults)
    if (touches(rule, peer) && std::exchange(only, &rule) != nullptr)
      return std::nullopt;
  if (only == nullptr) {
    const auto& node = nodes.nodes()[*number];
    const auto truth = truth_of(node.kind);
    const bool knows_nobody = truth.answers && node.peers.empty();
    return knows_nobody ? net::outcome::no_addresses : truth.outcome;
  }
  const auto* fails = std::get_if<fault::fail_dial>(&only->action);
  const bool always = only->since.count() == 0 && only->until == net::steady_time::max() &&
                      only->hit == only->of && only->to.contains(peer) &&
                      only->from == endpoint_set::everybody();
  return fails != nullptr && always ? outcome_of(fails->reason) : std::nullopt;
}

void outcome_oracle::on_outcome(const watched_crawler& of, const actors::peer_outcome& m) {
  if (of_crawlers_[of].under_way.erase(m.key) == 0)
    broke("a second outcome",
          fmt::format("the manager hears that a visit to {} ended as {}, and none is under way",
                      net::to_string(m.key), net::name_of(m.summary.outcome)),
          {m.key});
  const auto& s = m.summary;
  if (run_ == nullptr || s.direction != net::direction::outbound || s.blame != net::blame::peer ||
      s.outcome == net::outcome::duplicate)
    return;
  if (const auto right = right_outcome(m.key); right && *right != s.outcome)
    broke(fmt::format("{} for {}", net::name_of(s.outcome), net::name_of(*right)),
          fmt::format("a visit to {} ended as {}, and what the node does ends as {}",
                      net::to_string(m.key), net::name_of(s.outcome), net::name_of(*right)),
          {m.key});
}

void outcome_oracle::at_end(crawl_world& of) {
  std::size_t nth = 0;
  for (const auto& crawler : of.crawlers()) {
    const watched_crawler one{crawler.get(), nth++};
    if (!crawler->is_up() || !crawler->over() ||
        crawler->summary().end != actors::crawl_end::finished)
      continue;
    for (const auto& peer : of_crawlers_[one].under_way)
      broke("a visit without an outcome",
            fmt::format("the crawl has finished, and the visit to {} has no outcome",
                        net::to_string(peer)),
            {peer});
  }
}

} // namespace seedwalk::sim
