#include "sim/scenario/oracles/redial_oracle.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/connection_manager.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

namespace {

using actors::pool_phase;
using net::outcome;

/// A network that seems away is probed so often (actors/crawl/outage_detector.hpp).
constexpr net::steady_time probe_interval = std::chrono::seconds{30};
constexpr net::steady_time good_within = std::chrono::hours{24};

/// Steps that wait for each other, and a batch that is written first.
constexpr net::steady_time slack = std::chrono::seconds{3};

/// Whose loss a new dial may mend: the network's doing, and not what the peer said.
bool is_of_the_network(outcome o) {
  constexpr std::array mended = {outcome::refused,
                                 outcome::unreachable,
                                 outcome::connect_timeout,
                                 outcome::reset,
                                 outcome::closed_before_version,
                                 outcome::closed_before_verack,
                                 outcome::closed_after_handshake,
                                 outcome::handshake_timeout,
                                 outcome::message_timeout,
                                 outcome::ping_timeout,
                                 outcome::local_failure};
  return std::ranges::find(mended, o) != mended.end();
}

bool got_through(const net::visit_summary& visit) {
  return visit.reached == net::stage::verack || visit.reached == net::stage::addresses;
}

bool somebody_interferes(const crawl_scenario& s) {
  return std::ranges::any_of(s.operations, [](const auto& one) {
    return std::holds_alternative<operation::reload>(one.action) ||
           std::holds_alternative<operation::control>(one.action);
  });
}

} // namespace

void redial_oracle::begin(crawl_world& of) {
  const auto& s = of.scenario();
  const auto parts = s.parts();
  is_judged_ = disks_are_usual(s) && !somebody_interferes(s) &&
               s.order.behind <= std::chrono::seconds{1} &&
               std::ranges::all_of(parts, [](const auto& part) { return part.wall_steps.empty(); });
}

void redial_oracle::on_start(const watched_crawler& crawler) {
  auto& n = of_crawlers_[crawler];
  n = {};
  if (!is_judged_)
    return;
  auto& opened = crawler->program().env().pool_opened;
  opened = [&n, others = opened](const auto& pool, const auto& dials, auto life) {
    if (others)
      others(pool, dials, life);
    n.pool = &pool;
    n.dials = &dials;
    n.manager = std::move(life);
  };
}

void redial_oracle::on_crash(const watched_crawler& crawler) {
  of_crawlers_[crawler] = {};
}

void redial_oracle::on_recreate(const watched_crawler& crawler) {
  of_crawlers_[crawler] = {};
}

void redial_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& n = of_crawlers_[by];
  const auto* dial = std::get_if<door_call::connect>(&call);
  if (n.pool == nullptr || dial == nullptr)
    return;
  n.lost.erase(dial->peer);
  n.lines.at(static_cast<std::size_t>(dial->peer.network)).silent_since = by->inside().now().steady;
}

void redial_oracle::on_message(const watched_crawler& to, const step_view& step) {
  if (is_judged_ && step.message_as<actors::end_crawl>() != nullptr)
    of_crawlers_[to].is_ending = true;
}

// -- how visits end

void redial_oracle::on_outcome(const watched_crawler& of, const actors::peer_outcome& m) {
  auto& n = of_crawlers_[of];
  if (n.pool == nullptr || n.manager.expired() || n.is_ending ||
      m.summary.direction != net::direction::outbound)
    return;
  note_loss(of, m.summary);
  note_answer(of, m.summary);
}

void redial_oracle::note_loss(const watched_crawler& of, const net::visit_summary& visit) {
  auto& n = of_crawlers_[of];
  const auto* entry = n.pool->find(visit.peer);
  const auto settings = of->program().env().settings.newest().values;
  const auto& config = settings->config;
  const bool is_worth_it =
      entry != nullptr && entry->hold &&
      (got_through(visit) || entry->queue == store::dial_class::live || config.start.fixed);
  if (config.run.hold == 0 || !is_worth_it || !is_of_the_network(visit.outcome) ||
      actors::never_began(visit))
    return;
  const auto& o = config.reconnects;
  const auto now = of->inside().now().steady;
  auto& granted = n.reconnects[visit.peer];
  std::erase_if(granted, [&](auto at) { return at <= now - o.window; });
  if (granted.size() >= o.max_reconnects)
    return;
  net::steady_time delay = o.first_delay;
  for (std::size_t i = 0; i != granted.size() && delay < o.longest_delay; ++i)
    delay *= 2;
  delay = std::min<net::steady_time>(delay, o.longest_delay);
  granted.push_back(now);
  n.lost[visit.peer] = now + delay + delay * o.jitter_percent / 100 + slack;
}

void redial_oracle::note_answer(const watched_crawler& of, const net::visit_summary& visit) {
  auto& n = of_crawlers_[of];
  auto& dialled = n.lines.at(static_cast<std::size_t>(visit.peer.network));
  const auto now = of->inside().now().steady;
  if (visit.blame == net::blame::cancelled || actors::never_began(visit))
    return;
  if (visit.reached != net::stage::dialling || visit.outcome == outcome::refused) {
    dialled = {};
    if (got_through(visit))
      n.good[visit.peer] = now;
    return;
  }
  const auto good = n.good.find(visit.peer);
  if (good == n.good.end() || now - good->second >= good_within)
    return;
  if (++dialled.in_vain == dials_of_an_outage) {
    dialled.is_away = true;
    dialled.silent_since = now;
  }
}

// -- what becomes of it

void redial_oracle::on_step(const watched_crawler& of, const step_view&, bool is_of_manager) {
  auto& n = of_crawlers_[of];
  if (n.pool == nullptr || !is_of_manager)
    return;
  if (n.is_ending || of->over() || n.manager.expired()) {
    n = {};
    return;
  }
  look_for_the_lost(of, n);
  look_for_probes(of, n);
}

void redial_oracle::look_for_the_lost(const watched_crawler& of, notes& n) {
  if (n.lost.empty())
    return;
  const auto now = of->inside().now().steady;
  const auto settings = of->program().env().settings.newest().values;
  n.lost.erase_if([&](const auto& one) {
    const auto& [peer, until] = one;
    const auto* entry = n.pool->find(peer);
    const bool waits = entry != nullptr && entry->phase != pool_phase::saving;
    if (waits || !settings->may_dial(peer) || !settings->reach.dials(peer) ||
        !n.pool->other_connections(peer, peer).empty())
      return true;
    if (now <= until)
      return false;
    broke("a lost peer is not dialled again",
          fmt::format("{} was held and lost, had not had its share of reconnects, and has not been "
                      "dialled in {} s more than the longest delay",
                      net::to_string(peer), slack / std::chrono::seconds{1}),
          {peer});
    return true;
  });
}

void redial_oracle::look_for_probes(const watched_crawler& of, notes& n) {
  if (std::ranges::none_of(n.lines, &line::is_away))
    return;
  const auto now = of->inside().now().steady;
  std::array<bool, 8> waits{};
  std::array<bool, 8> is_live{};
  for (const auto& [peer, entry] : n.pool->entries()) {
    const auto network = static_cast<std::size_t>(peer.network);
    waits.at(network) = waits[network] || entry.phase == pool_phase::imminent;
    is_live[network] = is_live[network] || actors::is_live(entry.phase);
  }
  const bool has_slot = n.dials->in_use() < n.dials->limits().slots;
  for (std::size_t i = 0; i != n.lines.size(); ++i) {
    auto& dialled = n.lines[i];
    if (!dialled.is_away)
      continue;
    if (!waits[i] || is_live[i] || !has_slot)
      dialled.silent_since = now;
    if (now - dialled.silent_since <= 3 * probe_interval)
      continue;
    broke("a network that is away is not probed",
          fmt::format("{} seems to be away, somebody there waits, and nobody was dialled for {} s",
                      net::name_of(static_cast<net::network_id>(i)),
                      (now - dialled.silent_since) / std::chrono::seconds{1}));
    dialled.silent_since = now;
  }
}

} // namespace seedwalk::sim
