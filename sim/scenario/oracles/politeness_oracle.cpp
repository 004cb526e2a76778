#include "sim/scenario/oracles/politeness_oracle.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "net/address/routability.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

namespace {

using std::chrono::nanoseconds;

/// Dials that were not made when they could have been may be made up for, so far back.
constexpr net::steady_time made_up_for = std::chrono::milliseconds{50};

nanoseconds interval(std::uint32_t per_second) {
  return nanoseconds{1'000'000'000} / std::max<std::uint32_t>(per_second, 1);
}

std::optional<store::subnet> group_of(const net::endpoint& peer) {
  if (net::is_loopback(peer))
    return std::nullopt;
  if (peer.network == net::network_id::ipv4)
    return store::subnet_of(peer, 24);
  if (peer.network == net::network_id::ipv6)
    return store::subnet_of(peer, 48);
  return std::nullopt;
}

bool names(const std::vector<actors::address_rule>& rules, const net::endpoint& peer) {
  return std::ranges::any_of(rules, [&](const auto& rule) {
    if (const auto* at = std::get_if<net::endpoint>(&rule))
      return *at == peer;
    return store::contains(std::get<store::subnet>(rule), peer);
  });
}

/// Why these settings forbid a dial; empty if they do not.
std::string_view forbidden_by(const actors::settings& s, const net::endpoint& peer) {
  if (names(s.config.peers.exclude, peer) || names(s.excluded, peer) ||
      names(s.config.peers.ban, peer))
    return "a dial to an excluded endpoint";
  if (peer.port == 0 && peer.network != net::network_id::i2p)
    return "a dial to port 0";
  if (!net::is_routable(peer) && !s.config.network.allow_unroutable)
    return "a dial to an unroutable endpoint";
  if (!s.reach.dials(peer))
    return "a dial to a network that is not reached";
  return {};
}

bool asks_for_addresses(net::byte_view data) {
  // As a header has it: nothing else that we say has these twelve bytes.
  constexpr char command[] = "getaddr\0\0\0\0";
  static_assert(sizeof command == 12);
  return memmem(data.data(), data.size(), command, sizeof command) != nullptr;
}

/// Of all that somebody still goes by: who dials may not have heard of the newest.
std::chrono::seconds laxest_interval(const actors::settings_shelf& shelf) {
  const auto interval = [](const auto& one) {
    return std::min<std::chrono::seconds>(one->config.getaddr_interval,
                                          one->config.schedule.forget);
  };
  auto laxest = interval(shelf.newest());
  for (const auto& one : shelf.all())
    laxest = std::min(laxest, interval(one));
  return laxest;
}

/// Of all that somebody still goes by: who dials may not have heard of the newest.
actors::dial_limits laxest_of(const actors::settings_shelf& shelf) {
  auto laxest = shelf.newest()->dials();
  for (const auto& one : shelf.all()) {
    const auto limits = one->dials();
    laxest.dials_per_second = std::max(laxest.dials_per_second, limits.dials_per_second);
    laxest.group_slots = std::max(laxest.group_slots, limits.group_slots);
    laxest.group_dials_per_second =
        std::max(laxest.group_dials_per_second, limits.group_dials_per_second);
  }
  return laxest;
}

} // namespace

void politeness_oracle::begin(crawl_world& of) {
  disks_keep_what_they_said_ = !some_disk_lies(of.scenario());
}

void politeness_oracle::on_start(const watched_crawler& crawler) {
  auto& m = of_crawlers_[crawler];
  m.limits.reset();
}

void politeness_oracle::on_crash(const watched_crawler& crawler) {
  auto& m = of_crawlers_[crawler];
  m.groups.clear();
  m.open.clear();
  m.intervals.clear();
  m.asking.clear();
  m.asked.erase_if(
      [this](const auto& one) { return !disks_keep_what_they_said_ || !one.second.durable; });
}

/// A clock that was set back makes moments of before lie ahead, and those are not believed. Who is
/// visited just then was due by the other clock.
void politeness_oracle::look_at_clock(manners& m, store::timestamp now) {
  if (now < m.newest_wall) {
    m.asked.erase_if([&](const auto& one) { return one.second.wall > now; });
    for (const auto& [id, peer] : m.open)
      m.asked.erase(peer);
  }
  m.newest_wall = now;
}

void politeness_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& m = of_crawlers_[by];
  look_at_clock(m, by->inside().now().wall);
  if (const auto* dial = std::get_if<door_call::connect>(&call)) {
    look_at_dial(by, dial->peer);
    m.open.emplace(dial->id, dial->peer);
    m.intervals.emplace(dial->id, laxest_interval(by->program().env().settings));
    if (const auto group = group_of(dial->peer))
      ++m.groups[*group].open;
  } else if (const auto* write = std::get_if<door_call::write>(&call)) {
    if (asks_for_addresses(write->data))
      if (const auto known = m.open.find(write->id); known != m.open.end())
        look_at_getaddr(by, known->second, m.intervals[write->id]);
  } else if (const auto* close = std::get_if<door_call::close>(&call)) {
    ended(m, close->id);
  }
}

void politeness_oracle::on_network_completion(const watched_crawler& of,
                                              const net::completion& heard) {
  if (const auto* closed = std::get_if<net::closed>(&heard))
    ended(of_crawlers_[of], closed->connection);
  else if (const auto* failed = std::get_if<net::connect_failed>(&heard))
    ended(of_crawlers_[of], failed->connection);
}

void politeness_oracle::ended(manners& m, net::connection_id id) {
  const auto known = m.open.find(id);
  if (known == m.open.end())
    return;
  if (const auto group = group_of(known->second))
    --m.groups[*group].open;
  m.open.erase(known);
  m.intervals.erase(id);
}

void politeness_oracle::look_at_dial(const watched_crawler& by, const net::endpoint& peer) {
  const auto& shelf = by->program().env().settings;
  const auto newest = shelf.newest().values;
  if (auto reason = forbidden_by(*newest, peer); !reason.empty()) {
    for (const auto& one : shelf.all()) // Somebody may not have heard of the newest.
      if (forbidden_by(*one, peer).empty())
        reason = {};
    if (!reason.empty())
      broke(reason, fmt::format("{} was dialled", net::to_string(peer)), {peer});
  }
  auto& m = of_crawlers_[by];
  const auto limits = laxest_of(shelf);
  if (m.limits != limits) {
    m.limits = limits;
    m.next_dial = {};
    m.groups.clear();
    for (const auto& [id, open] : m.open)
      if (const auto group = group_of(open))
        ++m.groups[*group].open;
  }
  if (!net::is_loopback(peer))
    look_at_pace(m, peer, by->inside().now().steady);
}

void politeness_oracle::look_at_pace(manners& m, const net::endpoint& peer, net::steady_time now) {
  const auto& limits = *m.limits;
  if (now + made_up_for < m.next_dial)
    broke("dials quicker than the pace",
          fmt::format("{} was dialled {} us before its time", net::to_string(peer),
                      (m.next_dial - made_up_for - now).count() / 1'000),
          {peer});
  m.next_dial = std::max(m.next_dial, now - made_up_for) + interval(limits.dials_per_second);
  const auto subnet = group_of(peer);
  if (!subnet)
    return;
  auto& g = m.groups[*subnet];
  if (g.open >= limits.group_slots)
    broke("too many connections to a subnet",
          fmt::format("{} was dialled, whose subnet has {} connections of {}", net::to_string(peer),
                      g.open, limits.group_slots),
          {peer});
  if (now < g.next)
    broke("dials to a subnet quicker than its pace",
          fmt::format("{} was dialled {} us before its time", net::to_string(peer),
                      (g.next - now).count() / 1'000),
          {peer});
  g.next = now + interval(limits.group_dials_per_second);
}

void politeness_oracle::look_at_getaddr(const watched_crawler& by, const net::endpoint& peer,
                                        std::chrono::seconds interval) {
  auto& m = of_crawlers_[by];
  const auto now = by->inside().now();
  const auto before = m.asked.find(peer);
  // Moments that lie ahead, of before a clock was set back, are not believed.
  if (before != m.asked.end() && now.steady - before->second.steady < interval &&
      before->second.wall <= now.wall && now.wall - before->second.wall < interval)
    broke("a second getaddr within its interval",
          fmt::format("{} was asked for addresses {} s after the time before", net::to_string(peer),
                      (now.steady - before->second.steady).count() / 1'000'000'000),
          {peer});
  m.asked[peer] = {now.steady, now.wall, false};
  m.asking.insert(peer);
}

void politeness_oracle::on_outcome(const watched_crawler& of, const actors::peer_outcome& o) {
  auto& m = of_crawlers_[of];
  if (m.asking.erase(o.key) != 0 && o.summary.blame != net::blame::peer)
    m.asked.erase(o.key);
}

void politeness_oracle::on_durable(const watched_crawler& of, const store::batch& contents,
                                   const store::batch_result&) {
  auto& asked = of_crawlers_[of].asked;
  const auto take_back = [&](store::timestamp now) {
    for (auto& [peer, known] : asked)
      known.wall = std::min(known.wall, now);
  };
  for (const auto& operation : contents.operations)
    if (const auto* visit = std::get_if<store::record_visit>(&operation)) {
      if (const auto known = asked.find(visit->peer); known != asked.end()) {
        known->second.durable = true;
        // What is remembered is when the visit ended: it may lie ahead of a clock that is set back.
        if (visit->visit.addresses.answer != net::addr_answer::not_asked)
          known->second.wall = std::max(known->second.wall, visit->visit.ended);
      }
    } else if (const auto* forgotten = std::get_if<store::forget_peer>(&operation)) {
      asked.erase(forgotten->peer);
    } else if (const auto* mended = std::get_if<store::mend_times>(&operation)) {
      take_back(mended->now); // Moments of a clock that was ahead: they were at the latest now.
    }
}

} // namespace seedwalk::sim
