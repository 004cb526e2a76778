#include "sim/scenario/oracles/schedule_oracle.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "net/address/routability.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

namespace {

using net::blame;
using net::outcome;
using std::chrono::seconds;
using store::dial_class;
using store::timestamp;

/// Whose doing the end of a visit is.
blame blamed_for(const store::visit_record& visit) {
  switch (visit.outcome) {
  case outcome::unreachable:
  case outcome::banned:
    // It may be this machine that has no route, and who is banned while they wait are not dialled.
    return visit.stage == net::stage::dialling ? visit.blame : blame::peer;
  case outcome::local_failure:
  case outcome::internal_error:
  case outcome::self:
    return blame::local;
  case outcome::cancelled:
  case outcome::duplicate:
    return blame::cancelled;
  default:
    return blame::peer;
  }
}

std::string_view blamed(blame b) {
  constexpr std::array<std::string_view, 3> names = {"the peer", "this machine", "nobody"};
  return b == blame::peer ? names[0] : b == blame::local ? names[1] : names[2];
}

bool got_through(const store::visit_record& visit) {
  return visit.stage == net::stage::verack || visit.stage == net::stage::addresses;
}

std::array<bool, store::dial_class_count> only(std::initializer_list<dial_class> queues) {
  std::array<bool, store::dial_class_count> some{};
  for (const auto one : queues)
    some[static_cast<std::size_t>(one)] = true;
  return some;
}

bool is_named(const std::set<store::ban_target>& bans, const net::endpoint& peer) {
  return std::ranges::any_of(bans, [&](const auto& target) {
    if (const auto* at = std::get_if<net::endpoint>(&target))
      return *at == peer;
    const auto* subnet = std::get_if<store::subnet>(&target);
    return subnet != nullptr && store::contains(*subnet, peer);
  });
}

} // namespace

void schedule_oracle::begin(crawl_world& of) {
  const auto& s = of.scenario();
  const auto parts = s.parts();
  clocks_are_right_ =
      std::ranges::all_of(parts, [](const auto& part) { return part.wall_steps.empty(); });
  disks_keep_what_they_said_ = !some_disk_lies(s);
  intervals_stay_ = std::ranges::none_of(s.operations, [](const auto& one) {
    return std::holds_alternative<operation::reload>(one.action);
  });
}

void schedule_oracle::on_crash(const watched_crawler& crawler) {
  of_crawlers_[crawler].began.reset();
}

void schedule_oracle::on_storage_completion(const watched_crawler& of,
                                            const store::completion& heard) {
  const auto* answered = std::get_if<store::answered>(&heard);
  const auto* stats =
      answered == nullptr ? nullptr : std::get_if<store::stats_answer>(&answered->answer);
  auto& b = of_crawlers_[of];
  if (stats != nullptr && !answered->error && !std::exchange(b.was_asked, true))
    b.is_known = b.is_known && stats->known <= b.peers.size();
}

void schedule_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  if (auto& began = of_crawlers_[by].began; !began)
    began = by->inside().now().wall;
  const auto* batch = std::get_if<door_call::batch>(&call);
  if (batch == nullptr)
    return;
  for (const auto& operation : batch->contents.operations)
    if (const auto* visited = std::get_if<store::record_visit>(&operation)) {
      const auto& visit = visited->visit;
      if (visit.blame != blamed_for(visit))
        broke(fmt::format("{} is blamed for {}", blamed(visit.blame), net::name_of(visit.outcome)),
              fmt::format("a visit to {} ended as {}, which is the doing of {}, and {} is blamed",
                          net::to_string(visited->peer), net::name_of(visit.outcome),
                          blamed(blamed_for(visit)), blamed(visit.blame)),
              {visited->peer});
    } else if (const auto* update = std::get_if<store::update_census>(&operation);
               update != nullptr && update->census.state == store::census_state::finished) {
      of_crawlers_[by].finished = by->inside().now().wall;
    }
}

// -- what visits come to

void schedule_oracle::count(const watched_crawler& of, const store::record_visit& visited) {
  auto& b = of_crawlers_[of];
  auto& h = b.peers[visited.peer];
  const auto& visit = visited.visit;
  const bool success = got_through(visit);
  const bool counts = blamed_for(visit) == blame::peer;
  if (counts || success || !h.was_judged) {
    h.last = visit.outcome;
    h.was_judged = true;
  }
  if (success) {
    h.last_success = std::max(h.last_success.value_or(visit.ended), visit.ended);
    h.failures = h.maybe_full = 0;
  }
  const auto& o = of->program().env().recipe.config.schedule;
  if (counts && !success && visit.outcome == outcome::closed_before_version &&
      h.maybe_full < o.full_retries.size()) {
    ++h.maybe_full;
  } else if (counts) {
    h.maybe_full = 0;
    ++h.tries;
    ++(success ? h.successes : h.failures);
  }
  h.waits = place_after(of, b, visited.peer, h, visit);
}

std::optional<schedule_oracle::place>
schedule_oracle::place_after(const watched_crawler& of, const book& b, const net::endpoint& peer,
                             const history& h, const store::visit_record& visit) const {
  const auto& o = of->program().env().recipe.config.schedule;
  const auto at = visit.ended;
  const bool is_dialled =
      b.dialled[static_cast<std::size_t>(peer.network) % 8] || net::is_loopback(peer);
  constexpr auto shortest_memory = std::chrono::hours{24 * 7};
  if (!is_dialled || o.forget < shortest_memory)
    return std::nullopt; // At rest, or soon forgotten.
  const auto after = [&](seconds interval, std::initializer_list<dial_class> queues) {
    const seconds spread{interval.count() * std::min<std::int64_t>(o.jitter_percent, 100) / 100};
    return place{at + interval - spread, at + interval + spread, only(queues), b.moves};
  };
  if (got_through(visit))
    return after(o.live_interval, {dial_class::live});
  if (blamed_for(visit) != blame::peer)
    return std::nullopt; // Where it was, and it is not said here where that is.
  if (h.maybe_full != 0) {
    const auto due = at + o.full_retries.at(h.maybe_full - 1);
    return place{due, due, only({dial_class::live, dial_class::rest}), b.moves};
  }
  if (h.last_success) {
    const auto step = std::min<std::size_t>(h.failures, o.backoff.size());
    const bool is_live = at - *h.last_success < o.live_window;
    return after(o.backoff.at(step - 1), {is_live ? dial_class::live : dial_class::rest});
  }
  if (h.failures < o.first_tries)
    return after(o.first_tries_interval, {dial_class::rest});
  return place{{}, timestamp::max(), only({dial_class::dormant, dial_class::rest}), b.moves};
}

void schedule_oracle::on_durable(const watched_crawler& of, const store::batch& contents,
                                 const store::batch_result& result) {
  auto& b = of_crawlers_[of];
  for (std::size_t i = 0; i != contents.operations.size(); ++i) {
    const auto& operation = contents.operations[i];
    if (const auto* visited = std::get_if<store::record_visit>(&operation)) {
      count(of, *visited);
    } else if (const auto* soon = std::get_if<store::dial_soon>(&operation)) {
      for (const auto& peer : soon->peers)
        if (const auto known = b.peers.find(peer); known != b.peers.end())
          known->second.waits.reset();
    } else if (const auto* networks = std::get_if<store::dial_networks>(&operation)) {
      b.moves += std::exchange(b.dialled, networks->dialled) == networks->dialled ? 0 : 1;
    } else if (const auto* ban = std::get_if<store::add_ban>(&operation)) {
      b.bans.insert(ban->ban.target);
    } else if (std::holds_alternative<store::mend_times>(operation)) {
      ++b.moves;
    }
    b.is_known = b.is_known && !may_forget(of, operation, &result.results.at(i));
  }
}

void schedule_oracle::on_doubt(const watched_crawler& of, const store::batch& contents) {
  auto& b = of_crawlers_[of];
  for (const auto& operation : contents.operations) {
    b.is_known = b.is_known && !may_forget(of, operation, nullptr);
    if (const auto* visited = std::get_if<store::record_visit>(&operation))
      b.peers[visited->peer].is_sure = false;
    else if (const auto* ban = std::get_if<store::add_ban>(&operation))
      b.bans.insert(ban->ban.target);
    else
      ++b.moves;
  }
}

// -- the end

void schedule_oracle::on_record(const watched_crawler& of, const net::endpoint& peer,
                                const store::peer_record& record) {
  auto& b = of_crawlers_[of];
  if (!disks_keep_what_they_said_ || !b.is_known)
    return;
  if (const auto known = b.peers.find(peer); known != b.peers.end() && known->second.is_sure) {
    const auto& h = known->second;
    compare_counts(peer, h, record);
    if (clocks_are_right_ && h.waits && h.waits->moves == b.moves)
      compare_place(peer, *h.waits, record);
  }
  look_for_the_due(of, peer, record);
}

void schedule_oracle::compare_counts(const net::endpoint& peer, const history& h,
                                     const store::peer_record& r) {
  const auto compare = [&](std::string_view counted, std::uint32_t found, std::uint32_t expected) {
    if (found != expected)
      broke(fmt::format("a record with other {} than visits", counted),
            fmt::format("the visits to {} come to {} {}, and its record has {}",
                        net::to_string(peer), expected, counted, found),
            {peer});
  };
  compare("tries", r.tries, h.tries);
  compare("successes", r.successes, h.successes);
  compare("failures", r.failures, h.failures);
  compare("free tries", r.maybe_full, h.maybe_full);
  if (h.was_judged && (!r.last || r.last->outcome != h.last))
    broke("a record with another outcome than its last visit",
          fmt::format("the last visit to {} that says something of it ended as {}, and its record "
                      "has {}",
                      net::to_string(peer), net::name_of(h.last),
                      r.last ? net::name_of(r.last->outcome) : "none"),
          {peer});
}

void schedule_oracle::compare_place(const net::endpoint& peer, const place& waits,
                                    const store::peer_record& r) {
  if (!waits.queues[static_cast<std::size_t>(r.queue)])
    broke(fmt::format("somebody waits among {} that does not belong there", name_of(r.queue)),
          fmt::format("{}, whose last visit ended as {}, waits there", net::to_string(peer),
                      r.last ? net::name_of(r.last->outcome) : "none"),
          {peer});
  else if (r.due < waits.first || r.due > waits.last)
    broke("somebody is due at another time than its visits say",
          fmt::format("{} is due {} s after its last try, and {} to {} s are right",
                      net::to_string(peer), (r.due - r.last_try).count(),
                      (waits.first - r.last_try).count(), (waits.last - r.last_try).count()),
          {peer});
}

/// Who is due before this is asked for by a crawl that is to end.
store::timestamp schedule_oracle::asked_for_by(const watched_crawler& of, const book& b,
                                               dial_class queue) const {
  if (queue == dial_class::fresh)
    return *b.finished;
  const auto& o = of->program().env().recipe.config.schedule;
  const auto shortest = std::min({o.live_interval, o.first_tries_interval,
                                  *std::min_element(o.backoff.begin(), o.backoff.end())});
  const auto anew = shortest * (100 - o.jitter_percent) / 100 - std::chrono::seconds{1};
  return std::min(*b.finished, *b.began + (intervals_stay_ ? anew : std::chrono::seconds{0}));
}

/// A crawl that ends because nothing is due has not overlooked anybody.
void schedule_oracle::look_for_the_due(const watched_crawler& of, const net::endpoint& peer,
                                       const store::peer_record& record) {
  const auto& b = of_crawlers_[of];
  if (!clocks_are_right_ || !b.finished || !of->is_up() || !of->over() ||
      of->summary().end != actors::crawl_end::finished)
    return;
  if (record.queue == dial_class::dormant || record.due >= asked_for_by(of, b, record.queue))
    return;
  // Nobody is dialled for the first time who is no longer announced.
  const auto& o = of->program().env().recipe.config.schedule;
  if (record.queue == dial_class::fresh && record.announced_time + o.freshness < *b.finished)
    return;
  const auto settings = of->program().env().settings.newest().values;
  if (is_named(b.bans, peer) || !settings->may_dial(peer) || !settings->asked_for(peer) ||
      !settings->reach.dials(peer))
    return;
  broke("a crawl has finished, and somebody was due",
        fmt::format("{} was due {} s before {} found that nothing is due", net::to_string(peer),
                    (*b.finished - record.due).count(), of->name()),
        {peer});
}

} // namespace seedwalk::sim
