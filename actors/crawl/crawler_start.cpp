#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/crawler.hpp"
#include "net/address/routability.hpp"
#include "net/base/probe.hpp"
#include "net/base/random.hpp"
#include "net/door/network.hpp"

namespace seedwalk::actors {

namespace {

constexpr std::chrono::seconds resolve_timeout{10};
/// As many addresses of one name as Bitcoin Core keeps of a DNS seed (nMaxIPs in net.cpp).
constexpr std::size_t addresses_per_name = 32;
/// So many names are asked for at once: their answers have room in the mailbox.
constexpr std::size_t names_at_once = 64;

/// Why an address that a name led to is not dialled, as `settings::may_dial` says.
std::string reason_against(const settings& s, const net::endpoint& peer) {
  const auto reason = net::routability_of(peer);
  if (reason != net::routability::routable && !s.config.network.allow_unroutable)
    return fmt::format("{} is not to be dialled ({}) unless --allow-unroutable is given",
                       net::to_string(peer), net::name_of(reason));
  return fmt::format("{} is excluded, banned, or nothing that can be dialled",
                     net::to_string(peer));
}

/// Whether this crawl would dial whom DNS seeds name: they answer with IPv4 and IPv6 addresses.
bool seeds_could_help(const settings& s) {
  const auto dialled = s.reach.dialled();
  return s.dials().slots > 0 && (dialled[static_cast<std::size_t>(net::network_id::ipv4)] ||
                                 dialled[static_cast<std::size_t>(net::network_id::ipv6)]);
}

constexpr std::chrono::seconds proxy_asked_again{60};
constexpr std::chrono::seconds proxy_address_holds{600};

} // namespace

void crawler::seed() {
  const auto settings = s_.settings;
  const auto& from = settings->config.start;
  s_.now = phase::seeding;
  for (const auto& peer : from.connect)
    if (!settings->reach.dials(peer))
      env_.log.write(log_level::warning, host_.stable_name(),
                     "an endpoint to start at is not dialled",
                     {{"peer", net::to_string(peer)},
                      {"reason", std::string{name_of(settings->reach.of(peer.network))}}});
  if (!from.connect_names.empty()) {
    s_.names_failed = from.connect_names;
    ask_names();
  }
  if (!from.connect.empty()) {
    queue(save_seeds, {store::dial_soon{env_.time.now().wall, from.connect}});
    return;
  }
  if (may_ask_seeds() && s_.reached_lately < from.enough_known) {
    ask_seeds();
    return;
  }
  if (s_.known == 0 && from.connect_names.empty())
    env_.log.write(
        log_level::warning, host_.stable_name(),
        "nowhere to start: the database is empty and there is no seed; give --connect HOST");
  begin();
}

/// Writes what makes somebody due.
void crawler::queue(token purpose, std::vector<store::operation> operations) {
  ++s_.queueing;
  save(purpose, std::move(operations));
}

// -- DNS seeds
// ------------------------------------------------------------------------------------------

bool crawler::may_ask_seeds() const {
  const auto settings = s_.settings;
  const auto& from = settings->config.start;
  return from.dns && !from.fixed && !from.names_somebody() && !settings->dns_seeds().empty();
}

void crawler::ask_seeds() {
  const auto settings = s_.settings;
  s_.asked_seeds.begin_round();
  if (s_.now == phase::crawling)
    s_.watch.asked(env_.time.now().steady, env_.seed);
  // Seeds may be silent for longer than the crawl may last.
  if (const auto limit = settings->config.run.limit;
      limit.count() > 0 && s_.limit_timer == net::timer_id{})
    s_.limit_timer = env_.time.start(limit, host_.self());
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& seed : settings->dns_seeds())
    order.emplace_back(net::keyed_hash(env_.seed, "dns seed", net::as_bytes(seed)), seed);
  std::sort(order.begin(), order.end());
  for (const auto& [draw, seed] : order) {
    // Seeds answer x9.<seed> with nodes that offer NETWORK and WITNESS, as Bitcoin Core asks for.
    s_.resolving.emplace(
        env_.network.resolve("x9." + seed, settings->default_port(), resolve_timeout, host_.self()),
        seed);
    if (s_.asked_seeds.rounds() == 1)
      s_.census.seeds.push_back(seed);
  }
}

void crawler::on_resolved(const net::resolved& m) {
  if (s_.resolving_proxy == m.question) {
    s_.resolving_proxy.reset();
    if (s_.now < phase::ending)
      on_proxy_resolved(m);
  } else if (const auto name = s_.resolving_names.find(m.question);
             name != s_.resolving_names.end()) {
    const auto host = std::move(name->second);
    s_.resolving_names.erase(name);
    if (s_.now < phase::ending)
      on_name_resolved(host, m);
  } else if (const auto asked = s_.resolving.find(m.question); asked != s_.resolving.end()) {
    const auto seed = std::move(asked->second);
    s_.resolving.erase(asked);
    if (s_.now < phase::ending)
      on_seed_resolved(seed, m);
  }
}

void crawler::on_seed_resolved(const std::string& seed, const net::resolved& m) {
  if (m.reason != net::error::none) {
    s_.asked_seeds.failed(seed, m.reason);
    env_.log.write(log_level::warning, host_.stable_name(), "a DNS seed does not answer",
                   {{"seed", seed}, {"error", std::string{net::name_of(m.reason)}}});
  }
  const auto settings = s_.settings;
  const auto kept = std::min(m.addresses.size(), addresses_per_name);
  for (std::size_t i = 0; i != kept; ++i)
    if (settings->may_dial(m.addresses[i]))
      s_.seeds.push_back(m.addresses[i]);
  if (!s_.resolving.empty())
    return;
  const bool needed = s_.end_waits || (s_.now == phase::seeding && s_.known == 0);
  if (s_.seeds.empty() && needed)
    seeds_failed();
  else
    seeded();
}

/// Nobody is known, or nobody who is known could be reached, and no seed gave an address: they are
/// asked again, or that was it.
void crawler::seeds_failed() {
  const auto wait = s_.asked_seeds.next_round(s_.settings->config.run.once);
  if (!wait && s_.watch.reached() > 0) { // Meanwhile.
    s_.end_waits = false;
    found_more();
    return;
  }
  if (!wait) {
    net::reached(net::probe::seeds_in_vain);
    fail(crawl_fault::nobody_reached,
         fmt::format("{}no DNS seed gave an address ({}): check the resolver, or give --connect "
                     "HOST",
                     s_.end_waits ? "nobody who is known was reached, and " : "",
                     s_.asked_seeds.failures_text()));
    return;
  }
  net::reached(net::probe::seeds_asked_again);
  env_.log.write(log_level::error, host_.stable_name(),
                 "no DNS seed gave an address: asking again; check the resolver, or give --connect "
                 "HOST",
                 {{"again_in_s", fmt::to_string(wait->count())}});
  s_.seeds_timer = env_.time.start(*wait, host_.self());
}

void crawler::seeded() {
  const auto now = env_.time.now();
  if (!s_.seeds.empty()) {
    s_.seeds_answered = true;
    s_.end_waits = false;
    // Those who are asked while a crawl goes on were told so when they were asked.
    if (s_.now == phase::seeding)
      s_.watch.asked(now.steady, env_.seed);
  }
  store::record_announcements announcements{std::nullopt, now.wall, {}};
  for (const auto& peer : s_.seeds)
    announcements.announcements.push_back(
        {peer, static_cast<std::uint32_t>(std::min<std::int64_t>(now.wall.count(), UINT32_MAX)),
         0});
  s_.seeds.clear();
  queue(save_seeds, {std::move(announcements)});
}

// -- names to start at
// ------------------------------------------------------------------------------------------

/// A round begins, of all names that have led nowhere yet.
void crawler::ask_names() {
  s_.names_timer = {};
  s_.asked_names.begin_round();
  s_.resolver_fails = false;
  s_.names_to_ask = {s_.names_failed.begin(), s_.names_failed.end()};
  s_.names_failed.clear();
  ask_next_names();
}

void crawler::ask_next_names() {
  while (!s_.names_to_ask.empty() && s_.resolving_names.size() < names_at_once) {
    auto host = std::move(s_.names_to_ask.front());
    s_.names_to_ask.pop_front();
    const auto id = env_.network.resolve(host.name, host.port, resolve_timeout, host_.self());
    s_.resolving_names.emplace(id, std::move(host));
  }
}

void crawler::on_name_resolved(const net::named_host& host, const net::resolved& m) {
  const auto settings = s_.settings;
  std::vector<net::endpoint> found;
  std::string reason{net::name_of(m.reason)};
  const auto kept = std::min(m.addresses.size(), addresses_per_name);
  for (std::size_t i = 0; i != kept; ++i) {
    if (settings->may_dial(m.addresses[i]))
      found.push_back(m.addresses[i]);
    else
      reason = reason_against(*settings, m.addresses[i]);
  }
  if (!found.empty()) {
    start_at(host, std::move(found));
  } else {
    s_.resolver_fails |= m.reason != net::error::none && m.reason != net::error::name_not_found;
    s_.names_failed.push_back(host);
    env_.log.write(log_level::warning, host_.stable_name(), "a name to start at leads nowhere",
                   {{"name", net::to_string(host)}, {"reason", reason}});
    s_.in_vain[net::to_string(host)] = std::move(reason);
  }
  ask_next_names();
  if (s_.names_to_ask.empty() && s_.resolving_names.empty())
    names_round_over();
}

void crawler::start_at(const net::named_host& host, std::vector<net::endpoint> found) {
  s_.in_vain.erase(net::to_string(host));
  const auto old = s_.settings;
  std::string addresses;
  bool dialled = false;
  for (const auto& peer : found) {
    addresses += (addresses.empty() ? "" : ", ") + net::to_string(peer);
    dialled = dialled || old->reach.dials(peer);
  }
  env_.log.write(dialled ? log_level::info : log_level::warning, host_.stable_name(),
                 dialled ? "a name to start at was resolved"
                         : "a name to start at leads to networks that are not dialled",
                 {{"name", net::to_string(host)}, {"addresses", addresses}});
  auto known = old->found;
  known.resolved.insert(found.begin(), found.end());
  found_out(std::move(known));
  queue(save_found, {store::dial_soon{env_.time.now().wall, std::move(found)}});
}

/// Names that led nowhere are asked for again, as DNS seeds are. A crawl that ends when nothing is
/// due gives up sooner where the resolver works and says that there is no such name.
void crawler::names_round_over() {
  if (s_.names_failed.empty())
    return;
  const bool once = s_.settings->config.run.once;
  const auto wait = s_.asked_names.next_round(once);
  if (wait && (s_.resolver_fails || !once)) {
    s_.names_timer = env_.time.start(*wait, host_.self());
    return;
  }
  net::reached(net::probe::name_given_up);
  for (const auto& host : s_.names_failed)
    env_.log.write(log_level::error, host_.stable_name(), "a name to start at is given up",
                   {{"name", net::to_string(host)}});
  s_.names_failed.clear();
  found_more();
}

// -- the proxy's name
// ------------------------------------------------------------------------------------------

/// Asks where the proxy's name leads. It is asked again for as long as the crawl lasts: the
/// container that a name stands for is given another address when it is started anew.
void crawler::find_proxy() {
  env_.time.cancel(s_.proxy_timer);
  s_.proxy_timer = {};
  s_.resolving_proxy.reset(); // An answer about the name of before a reload is none any more.
  const auto& name = s_.settings->config.network.reach.tor_proxy_name;
  s_.proxy_asked = s_.proxy_asked || !name;
  if (name)
    s_.resolving_proxy =
        env_.network.resolve(name->name, name->port, resolve_timeout, host_.self());
}

/// An address that still is one of the name's stays, and so does the last one where the resolver
/// fails.
void crawler::on_proxy_resolved(const net::resolved& m) {
  const auto name = net::to_string(*s_.settings->config.network.reach.tor_proxy_name);
  auto found = s_.settings->found;
  auto& proxy = found.tor_proxy;
  const bool stays = proxy && std::ranges::find(m.addresses, *proxy) != m.addresses.end();
  if (m.addresses.empty()) {
    env_.log.write(log_level::warning, host_.stable_name(),
                   "the name that --tor-proxy gives leads nowhere: asking again",
                   {{"name", name},
                    {"reason", std::string{net::name_of(m.reason)}},
                    {"again_in_s", fmt::to_string(proxy_asked_again.count())}});
  } else if (!stays) {
    proxy = m.addresses.front();
    env_.log.write(log_level::info, host_.stable_name(), "the proxy's name was resolved",
                   {{"name", name}, {"address", net::to_string(*proxy)}});
    found_out(std::move(found));
  }
  s_.proxy_timer =
      env_.time.start(m.addresses.empty() ? proxy_asked_again : proxy_address_holds, host_.self());
  if (!std::exchange(s_.proxy_asked, true))
    open();
}

// -- while it crawls
// ------------------------------------------------------------------------------------------

/// True while an answer is awaited that may bring somebody to dial; `found_more` follows.
bool crawler::looking() const {
  return s_.queueing > 0 || !s_.resolving.empty() || s_.seeds_timer != net::timer_id{} ||
         !s_.names_to_ask.empty() || !s_.resolving_names.empty() || !s_.names_failed.empty();
}

/// What was looked for is in the database, or is not to be had: either way the manager looks again.
void crawler::found_more() {
  if (s_.now == phase::crawling)
    env_.runtime.send(s_.manager, endpoints_queued{});
}

void crawler::watch_for_seeds(const crawl_progress& m) {
  if (s_.now != phase::crawling || !may_ask_seeds())
    return;
  const auto settings = s_.settings;
  const auto now = env_.time.now().steady;
  const auto reached =
      std::accumulate(m.good_by_network.begin(), m.good_by_network.end(), std::uint64_t{0});
  s_.watch.note(now, {m.dialled, reached, m.established});
  const bool few = s_.reached_lately < settings->config.start.enough_known;
  if (looking() || !seeds_could_help(*settings) ||
      !s_.watch.due(now, few, settings->config.schedule.live_interval))
    return;
  env_.log.write(log_level::warning, host_.stable_name(),
                 "nobody who is known can be reached: asking the DNS seeds",
                 {{"known", fmt::to_string(s_.known)}, {"dialled", fmt::to_string(m.dialled)}});
  ask_seeds();
}

/// A crawl that would end now, having reached nobody, asks the seeds before it does: they may know
/// somebody who is alive.
void crawler::on_nothing_due(const nothing_is_due& m) {
  if (s_.now != phase::crawling || looking())
    return; // The manager looks again when that is over, and asks again.
  if (m.dialled == 0 && !s_.in_vain.empty()) {
    std::string names;
    for (const auto& [name, reason] : s_.in_vain)
      names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", name, reason);
    fail(crawl_fault::nobody_reached,
         fmt::format("nobody was dialled: --connect leads nowhere: {}", names));
    return;
  }
  const bool in_vain = m.reached == 0 && (m.dialled > 0 || s_.reached_lately == 0);
  if (in_vain && !m.our_doing && !s_.seeds_answered && may_ask_seeds() &&
      seeds_could_help(*s_.settings)) {
    env_.log.write(log_level::warning, host_.stable_name(),
                   "nobody who is known was reached: asking the DNS seeds before the end",
                   {{"known", fmt::to_string(s_.known)}, {"dialled", fmt::to_string(m.dialled)}});
    s_.end_waits = true;
    ask_seeds();
    return;
  }
  env_.runtime.send(s_.manager, no_more_to_come{});
}

} // namespace seedwalk::actors
