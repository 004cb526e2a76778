#include "sim/scenario/oracles/outcome_oracle.hpp"

#include <algorithm>
#include <numeric>
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

/// Whether something was said of a node beside what kind it is.
bool is_changed(const topology& nodes, std::uint32_t number) {
  const auto* change = nodes.change_of(number);
  if (change == nullptr)
    return false;
  node_change only_kind;
  only_kind.number = change->number;
  only_kind.kind = change->kind;
  return *change != only_kind;
}

bool touches(const fault_rule& rule, const net::endpoint& peer) {
  return rule.from.contains(peer) || rule.to.contains(peer);
}

} // namespace

void outcome_oracle::begin(crawl_world& of) {
  run_ = &of;
  const auto& s = of.scenario();
  is_plain_ = is_usual_to_peers(s);
  const auto parts = s.parts();
  const bool is_reloaded = std::ranges::any_of(s.operations, [](const auto& one) {
    return std::holds_alternative<operation::reload>(one.action);
  });
  answers_are_whole_ = s.network == crawl_scenario{}.network && !is_reloaded &&
                       std::ranges::all_of(parts, [](const auto& part) {
                         return part.recipe.config.timers == net::default_timers;
                       });
  constexpr net::steady_time slack = std::chrono::milliseconds{500};
  // A timer's message waits behind what has come before it, and each of that may be passed over.
  constexpr int waits_behind = 100;
  if (!is_reloaded && s.order.behind < std::chrono::minutes{1})
    late_at_most_ = s.order.behind * waits_behind + slack;
}

void outcome_oracle::on_crash(const watched_crawler& crawler) {
  auto& visits = of_crawlers_[crawler];
  visits.under_way.clear();
  visits.accepted.clear();
  visits.in_vain = {};
}

void outcome_oracle::on_network_completion(const watched_crawler& of,
                                           const net::completion& heard) {
  if (const auto* accepted = std::get_if<net::accepted>(&heard))
    of_crawlers_[of].accepted.emplace(accepted->connection, accepted->peer);
}

void outcome_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& visits = of_crawlers_[by];
  const auto begin = [&](const net::endpoint& peer) {
    if (!visits.under_way.insert(peer))
      broke("a visit beside another",
            fmt::format("a visit to {} begins before the one before is over", net::to_string(peer)),
            {peer});
  };
  if (const auto* dial = std::get_if<door_call::connect>(&call)) {
    begin(dial->peer);
  } else if (const auto* own = std::get_if<door_call::own>(&call)) {
    if (const auto known = visits.accepted.take(own->id))
      begin(*known);
  } else if (const auto* close = std::get_if<door_call::close>(&call)) {
    visits.accepted.erase(close->id);
  } else if (const auto* batch = std::get_if<door_call::batch>(&call)) {
    for (const auto& operation : batch->contents.operations)
      if (const auto* update = std::get_if<store::update_census>(&operation))
        look_at_outages(visits, update->census);
  }
}

void outcome_oracle::look_at_outages(visits_of_one& visits, const store::census_record& told) {
  for (auto i = visits.outages; i < told.outages.size(); ++i) {
    const auto network = told.outages[i].network;
    if (!visits.may_be_away.at(static_cast<std::size_t>(network)))
      broke("an outage of a network that answered",
            fmt::format("{} is said to have been away, and no {} dials in a row met nobody there",
                        net::name_of(network), dials_of_an_outage));
  }
  visits.outages = told.outages.size();
}

/// A message that never comes to its end wins its sender no time.
void outcome_oracle::look_at_handshake(const watched_crawler& of, const net::visit_summary& visit) {
  if (!late_at_most_ || (visit.direction == net::direction::outbound && !visit.connecting))
    return;
  const auto settings = of->program().env().settings.newest().values;
  const net::steady_time longest =
      *late_at_most_ + settings->config.timers.of(visit.peer.network).handshake;
  const bool is_cut_off = visit.outcome == net::outcome::message_timeout ||
                          visit.outcome == net::outcome::handshake_timeout;
  const auto connected = visit.whole - visit.connecting.value_or(net::steady_time{0});
  const auto took = visit.handshake.value_or(
      is_cut_off && visit.reached < net::stage::verack ? connected : net::steady_time{0});
  if (took > longest)
    broke("a handshake beyond its time",
          fmt::format("that with {} went on for {} ms, and ended as {}", net::to_string(visit.peer),
                      took / std::chrono::milliseconds{1}, net::name_of(visit.outcome)),
          {visit.peer});
}

void outcome_oracle::note_dial(visits_of_one& visits, const net::visit_summary& visit) {
  if (visit.direction != net::direction::outbound || visit.outcome == net::outcome::cancelled ||
      visit.outcome == net::outcome::duplicate)
    return;
  const auto network = static_cast<std::size_t>(visit.peer.network);
  auto& row = visits.in_vain.at(network);
  const bool answered =
      visit.reached != net::stage::dialling || visit.outcome == net::outcome::refused;
  row = answered ? 0 : row + 1;
  visits.may_be_away[network] = visits.may_be_away[network] || row >= dials_of_an_outage;
}

/// By a visit that asks for addresses, or does not because an earlier one did.
std::optional<net::outcome> outcome_oracle::right_outcome(const net::endpoint& peer,
                                                          bool asks) const {
  if (!is_plain_)
    return std::nullopt;
  const auto& nodes = run_->nodes();
  const auto number = nodes.find(peer);
  if (!number || nodes.program_of(*number) != nullptr || is_changed(nodes, *number))
    return std::nullopt;
  const fault_rule* only = nullptr;
  for (const auto& rule : run_->scenario().faults)
    if (touches(rule, peer) && std::exchange(only, &rule) != nullptr)
      return std::nullopt;
  if (only == nullptr) {
    const auto& node = nodes.nodes()[*number];
    const auto truth = truth_of(node.kind);
    if (truth.good && !asks)
      return net::outcome::complete;
    const bool knows_nobody = truth.answers && node.peers.empty();
    return knows_nobody ? net::outcome::no_addresses : truth.outcome;
  }
  const auto* fails = std::get_if<fault::fail_dial>(&only->action);
  const bool always = only->since.count() == 0 && only->until == net::steady_time::max() &&
                      only->hit == only->of && only->to.contains(peer) &&
                      only->from == endpoint_set::everybody();
  return fails != nullptr && always ? outcome_of(fails->reason) : std::nullopt;
}

std::size_t outcome_oracle::entries_of(const net::endpoint& peer) const {
  if (!answers_are_whole_ || std::ranges::any_of(run_->scenario().faults, [&](const auto& rule) {
        return touches(rule, peer);
      }))
    return 0;
  const auto& nodes = run_->nodes();
  const auto number = nodes.find(peer);
  if (!number || nodes.program_of(*number) != nullptr || is_changed(nodes, *number))
    return 0;
  const auto& node = nodes.nodes()[*number];
  constexpr std::size_t block = 1'000;
  switch (node.kind) {
  case node_kind::full_answer:
    return block;
  case node_kind::many_blocks:
    return 11 * block;
  case node_kind::honest:
  case node_kind::pruned:
  case node_kind::version_first:
  case node_kind::two_blocks:
    return node.peers.size();
  default:
    return 0;
  }
}

void outcome_oracle::on_outcome(const watched_crawler& of, const actors::peer_outcome& m) {
  if (of_crawlers_[of].under_way.erase(m.key) == 0)
    broke("a second outcome",
          fmt::format("the manager hears that a visit to {} ended as {}, and none is under way",
                      net::to_string(m.key), net::name_of(m.summary.outcome)),
          {m.key});
  const auto& s = m.summary;
  note_dial(of_crawlers_[of], s);
  look_at_handshake(of, s);
  if (run_ == nullptr || s.direction != net::direction::outbound || s.blame != net::blame::peer ||
      s.outcome == net::outcome::duplicate)
    return;
  const auto& answer = s.addresses;
  const auto came = std::accumulate(answer.by_network.begin(), answer.by_network.end(),
                                    std::size_t{answer.skipped});
  if (answer.answer == net::addr_answer::complete && came < entries_of(m.key))
    broke("an answer that is complete and lacks something",
          fmt::format("{} told of {} addresses, and its answer is complete with {}",
                      net::to_string(m.key), entries_of(m.key), came),
          {m.key});
  auto& asked = of_crawlers_[of].asked;
  const bool asks = answer.answer != net::addr_answer::not_asked;
  if (asks)
    asked.insert(m.key);
  const auto right = right_outcome(m.key, asks || !asked.contains(m.key));
  if (right && *right != s.outcome)
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
