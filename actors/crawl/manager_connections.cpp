#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/crawl/census_counters.hpp"
#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/peer_connection.hpp"
#include "actors/crawl/visit_records.hpp"
#include "net/base/probe.hpp"
#include "net/base/random.hpp"
#include "net/door/network.hpp"

namespace seedwalk::actors {

namespace {

/// So many connections may be accepted ahead of our saying what becomes of each.
constexpr std::uint32_t accept_credit = 64;

/// Misbehaviour for which an address is banned for a while. Another chain's magic or an old version
/// is no offence.
bool deserves_ban(net::outcome outcome) {
  return outcome == net::outcome::misbehaved || outcome == net::outcome::oversize ||
         outcome == net::outcome::malformed;
}

} // namespace

// -- inbound
// ------------------------------------------------------------------------------------------

/// Opens the listeners that are configured and not there yet.
void connection_manager::listen(bool since_start) {
  for (const auto& local : s_.settings->config.peers.listen) {
    const auto listens = std::any_of(s_.listeners.begin(), s_.listeners.end(),
                                     [&](const auto& x) { return x.second.local == local; });
    if (listens)
      continue;
    const auto id = env_.network.listen(local, host_.self());
    s_.listeners.emplace(id, open_listener{local, since_start});
    env_.network.accept(id, accept_credit);
  }
}

void connection_manager::on_listen_failed(const net::listen_failed& m) {
  const auto i = s_.listeners.find(m.listener);
  if (i == s_.listeners.end())
    return;
  const auto failed = i->second;
  s_.listeners.erase(i);
  if (failed.since_start)
    env_.runtime.send(
        s_.crawler,
        part_failed{fmt::format("cannot listen on {}: {}; choose another --listen address",
                                net::to_string(failed.local), net::name_of(m.reason)),
                    crawl_fault::configuration});
  else
    env_.log.write(log_level::error, host_.stable_name(),
                   "cannot listen there; a later reload tries it again",
                   {{"address", net::to_string(failed.local)},
                    {"error", std::string{net::name_of(m.reason)}}});
}

void connection_manager::on_accepted(const net::accepted& m) {
  if (s_.listeners.contains(m.listener))
    env_.network.accept(m.listener, 1);
  const auto settings = s_.settings;
  const auto limits = settings->inbound();
  auto direction = net::direction::inbound;
  if (s_.pool.live(net::direction::inbound) >= limits.slots)
    direction = net::direction::inbound_over_capacity;
  const bool room = direction == net::direction::inbound ||
                    s_.pool.live(net::direction::inbound_over_capacity) < limits.over_capacity;
  if (s_.now != phase::crawling || !room || !settings->may_accept(m.peer) ||
      s_.bans.forbids(m.peer, ban_time()) || s_.pool.find(m.peer)) {
    net::reached(net::probe::inbound_turned_away);
    env_.network.close(m.connection, net::closing::abort);
    return;
  }
  if (direction == net::direction::inbound_over_capacity)
    net::reached(net::probe::inbound_over_capacity);
  const auto now = env_.time.now();
  pool_entry entry;
  entry.phase = pool_phase::awaiting_handshake;
  entry.direction = direction;
  entry.started = now.wall;
  entry.last_seen = now.steady;
  auto placed = s_.pool.enter(m.peer, std::move(entry));
  placed->connection = spawn_peer(m.peer, direction, m.connection, {});
  tell(connection_is_established{m.peer, direction});
}

// -- dialling
// ------------------------------------------------------------------------------------------

/// Spawns the actor of a connection, dialled or accepted. What its session draws is keyed by its
/// name.
net::owner connection_manager::spawn_peer(const net::endpoint& key, net::direction direction,
                                          net::connection_id connection, net::visit_plan plan) {
  const auto& own = host_.stable_name(); // "crawler/manager"
  auto name = fmt::format("{}peer/{}", own.substr(0, own.rfind('/') + 1),
                          s_.connections.next_name(key, direction));
  const auto draw =
      static_cast<std::uint32_t>(net::keyed_hash(env_.seed, "version nonce", net::as_bytes(name)));
  const auto nonce = net::make_version_nonce(s_.settings->session.nonce_key, draw);
  peer_connection::state peer;
  peer.settings = s_.settings;
  peer.key = key;
  peer.manager = host_.self();
  peer.db_writer = s_.db_writer;
  peer.session = net::session{direction, key, nonce, env_.time.now().steady, plan};
  peer.connection = connection;
  return net::spawn<peer_connection>(env_.runtime, env_, std::move(name), std::move(peer));
}

bool connection_manager::wants_to_hold() const {
  return s_.pool.held() + s_.reconnects.waiting() < s_.settings->config.run.hold;
}

/// Queues an endpoint that was good lately, if a peer to hold is missing and nobody else waits;
/// true if it did.
bool connection_manager::dial_spare() {
  if (s_.dials.waiting() > 0 || !wants_to_hold())
    return false;
  while (const auto spare = s_.spares.take())
    if (dial_again(*spare)) {
      net::reached(net::probe::spare_dialled);
      return true;
    }
  return false;
}

/// Puts an endpoint into the pool that is not due, but was good lately. False: it is connected, or
/// still being saved, or due by itself meanwhile, or it has dialled us; or it is unwelcome since.
bool connection_manager::dial_again(const net::endpoint& key) {
  if (s_.pool.find(key) || !s_.pool.other_connections(key, key).empty() || !welcome(key) ||
      !s_.settings->reach.dials(key))
    return false;
  const auto now = env_.time.now().wall;
  store::due_peer again;
  again.peer = key;
  again.queue = store::dial_class::live;
  again.due = now;
  again.last_getaddr = now;
  again.last_success = now;
  pool_entry entry;
  entry.queue = again.queue;
  s_.pool.enter(key, std::move(entry));
  s_.dials.add(again);
  return true;
}

void connection_manager::dial(const store::due_peer& due) {
  const auto settings = s_.settings;
  const auto now = env_.time.now();
  auto& entry = *s_.pool.find(due.peer);
  // Core answers getaddr from a cache that it keeps for a day: asking again sooner brings the same.
  const bool ask = due.last_getaddr == store::never ||
                   now.wall - due.last_getaddr >= settings->config.getaddr_interval;
  entry.hold = wants_to_hold();
  entry.was_good = due.last_success != store::never &&
                   now.wall - due.last_success <= outage_detector::good_within;
  entry.started = now.wall;
  entry.last_seen = now.steady;
  s_.pool.move_on(entry, pool_phase::connecting);
  entry.connection = spawn_peer(due.peer, net::direction::outbound, {},
                                {.ask_addresses = ask, .hold = entry.hold});
  s_.tally.note_connections(s_.pool.live());
}

// -- signs of life
// ------------------------------------------------------------------------------------------

void connection_manager::on_connected(const peer_connected& m) {
  auto entry = s_.pool.find(m.key);
  if (!entry || !is_live(entry->phase))
    return;
  entry->last_seen = env_.time.now().steady;
  if (entry->phase == pool_phase::connecting)
    s_.pool.move_on(*entry, pool_phase::awaiting_handshake);
  tell(connection_is_established{m.key, entry->direction});
}

void connection_manager::on_identified(const peer_identified& m) {
  auto entry = s_.pool.find(m.key);
  if (!entry || !is_live(entry->phase) || entry->phase == pool_phase::rejected)
    return;
  entry->identity = m.identity;
  entry->nonce_smaller = m.nonce_smaller;
  entry->nonce_larger = m.nonce_larger;
  entry->last_seen = env_.time.now().steady;
  for (const auto& other : s_.pool.other_connections(m.key, m.identity)) {
    auto& rival = *s_.pool.find(other);
    // A connection whose version is not in yet may still turn out the one that stays: both sides
    // know both nonces then.
    if (!rival.identity)
      continue;
    net::reached(net::probe::duplicate_connection);
    if (!first_stays(*entry, rival))
      return send_away(m.key, *entry, net::outcome::duplicate);
    send_away(other, rival, net::outcome::duplicate);
  }
}

void connection_manager::on_established(peer_established& m) {
  auto entry = s_.pool.find(m.key);
  if (!entry || !is_live(entry->phase))
    return;
  // Whom we have told to go may have completed it all the same.
  if (entry->phase == pool_phase::awaiting_handshake)
    s_.pool.move_on(*entry, pool_phase::connected);
  entry->last_seen = env_.time.now().steady;
  entry->user_agent = m.version.user_agent.value_or(std::string{});
  if (entry->direction == net::direction::outbound)
    s_.clock.heard(std::chrono::seconds{m.version.time}, env_.time.now());
  tell(handshake_is_complete{m.key, entry->direction, std::move(m.version)});
  if (s_.bans.forbids_agent(entry->user_agent, ban_time()))
    send_away(m.key, *entry, net::outcome::banned);
}

void connection_manager::on_seen(const peer_seen& m) {
  auto entry = s_.pool.find(m.key);
  if (!entry || !is_live(entry->phase))
    return;
  entry->last_seen = env_.time.now().steady;
  entry->round_trip = m.round_trip;
  entry->bytes_in = m.bytes_in;
  entry->bytes_out = m.bytes_out;
  entry->messages_in = m.messages_in;
  s_.tally.count_messages(m.messages);
  if (!m.messages.counts.empty())
    tell(messages_were_received{m.key, m.messages.counts});
}

void connection_manager::send_away(const net::endpoint&, pool_entry& entry, net::outcome outcome) {
  if (entry.phase == pool_phase::rejected || !is_live(entry.phase))
    return;
  s_.pool.move_on(entry, pool_phase::rejected);
  env_.runtime.send(entry.connection, disconnect_peer{outcome});
}

void connection_manager::reap() {
  const auto settings = s_.settings;
  const auto before = env_.time.now().steady - settings->config.keep_alive.inactivity;
  for (const auto& key : s_.pool.silent_since(before))
    if (auto entry = s_.pool.find(key))
      send_away(key, *entry, net::outcome::ping_timeout);
}

// -- the end of a connection
// ------------------------------------------------------------------------------------------

void connection_manager::on_outcome(peer_outcome& m) {
  auto entry = s_.pool.find(m.key);
  if (!entry || !is_live(entry->phase))
    return;
  s_.pool.move_on(*entry, pool_phase::saving);
  if (entry->direction == net::direction::outbound)
    s_.dials.release(m.key, entry->queue, env_.time.now().steady);
  for (auto& done : s_.broadcasts.gone(m.key))
    finish(std::move(done));
  note_failure(m.summary);
  if (never_began(m.summary))
    return give_back(m.key, *entry, m.summary);
  if (const auto entries = s_.tally.count(m.summary, m.messages); entries > 0)
    tell(addresses_were_found{m.key, entries});
  note_dial(m.key, *entry, m.summary);
  punish(m.key, m.summary);
  save_outcome(m.key, *entry, m.summary, m.via);
  if (!m.messages.counts.empty())
    tell(messages_were_received{m.key, std::move(m.messages.counts)});
  if (store::reached(m.summary.reached))
    tell(peer_is_lost{m.key, entry->direction, m.summary.outcome});
  else
    tell(peer_has_failed{m.key, entry->direction, m.summary.outcome});
  reconnect_or_replace(m.key, *entry, m.summary);
  dial_more();
}

/// Takes note of what a dial says of our own connection to a network.
void connection_manager::note_dial(const net::endpoint& key, const pool_entry& entry,
                                   const net::visit_summary& summary) {
  if (entry.direction != net::direction::outbound || summary.blame == net::blame::cancelled)
    return;
  const bool answered =
      summary.reached != net::stage::dialling || summary.outcome == net::outcome::refused;
  const bool was_in_outage = s_.outages.in_outage(key.network);
  const auto over = s_.outages.dialled(key.network, answered, entry.was_good, env_.time.now());
  const std::string network{net::name_of(key.network)};
  if (over) {
    s_.dials.set_gate(key.network, dial_schedule::gate::open);
    net::reached(net::probe::outage_ended);
    env_.log.write(
        log_level::warning, host_.stable_name(), "a network answers again",
        {{"network", network}, {"outage_s", fmt::to_string((over->until - over->since).count())}});
    env_.runtime.send(s_.crawler, outage_ended{*over});
  } else if (!was_in_outage && s_.outages.in_outage(key.network)) {
    s_.dials.set_gate(key.network, dial_schedule::gate::paused);
    net::reached(net::probe::outage_began);
    env_.log.write(log_level::error, host_.stable_name(),
                   "nobody on this network can be reached any more: dialling there pauses; check "
                   "our own connection",
                   {{"network", network}});
  }
}

void connection_manager::probe_outages() {
  while (const auto network = s_.outages.take_probe(env_.time.now().steady)) {
    net::reached(net::probe::outage_probed);
    s_.dials.set_gate(*network, dial_schedule::gate::one);
  }
}

/// True if it was its user agent that sent a peer away: its address is banned with it.
bool connection_manager::agent_is_banned(const net::visit_summary& summary) const {
  if (summary.outcome != net::outcome::banned || !summary.version)
    return false;
  const auto agent = summary.version->user_agent.value_or(std::string{});
  return !net::welcomes(s_.settings->session, agent) || s_.bans.forbids_agent(agent, ban_time());
}

void connection_manager::punish(const net::endpoint& key, const net::visit_summary& summary) {
  if (!(deserves_ban(summary.outcome) || agent_is_banned(summary)) || s_.now != phase::crawling)
    return;
  const auto settings = s_.settings;
  const auto now = env_.time.now().wall;
  if (settings->config.peers.ban_time.count() == 0 || s_.bans.forbids(key, ban_time()))
    return;
  net::reached(agent_is_banned(summary) ? net::probe::agent_banned : net::probe::peer_banned);
  // Of somebody who dialled us only the address says who it was.
  store::ban_target target = key;
  if (summary.direction != net::direction::outbound)
    target = store::subnet_of(key, static_cast<std::uint16_t>(key.address_bytes().size() * 8));
  ban({std::move(target), std::string{net::name_of(summary.outcome)}, now,
       now + settings->config.peers.ban_time},
      {});
}

/// Beside what is written of a connection goes what was counted since and no visit says.
std::vector<store::operation> connection_manager::with_note(store::operation operation) {
  std::vector<store::operation> operations;
  operations.push_back(std::move(operation));
  auto note = note_of(s_.census, s_.tally.counters());
  if (note == s_.noted)
    return operations;
  operations.emplace_back(note);
  s_.noted = std::move(note);
  return operations;
}

void connection_manager::save_outcome(const net::endpoint& key, const pool_entry& entry,
                                      const net::visit_summary& summary, store::transport via) {
  const auto now = env_.time.now().wall;
  // By how long it was: the wall clock may have been set meanwhile.
  const auto whole = std::chrono::floor<std::chrono::seconds>(summary.whole);
  const auto off = now - entry.started - whole;
  const bool set = off <= -clock_step_min || off >= clock_step_min;
  if (set)
    net::reached(net::probe::clock_set_during_visit);
  const auto started = set ? now - whole : entry.started;
  saving then;
  then.leaves = key;
  if (entry.direction == net::direction::outbound) {
    auto visit = to_visit_record(summary, s_.census, s_.settings->config.run.vantage, started, now);
    visit.via = via;
    save(with_note(store::record_visit{key, std::move(visit)}), then);
    return;
  }
  store::inbound_sighting sighting;
  sighting.from = key;
  sighting.at = started;
  sighting.ended = now;
  sighting.outcome = summary.outcome;
  sighting.stage = summary.reached;
  sighting.blame = summary.blame;
  if (summary.version)
    sighting.version = to_version_record(*summary.version);
  save(with_note(store::record_inbound{std::move(sighting)}), then);
}

void connection_manager::reconnect_or_replace(const net::endpoint& key, const pool_entry& entry,
                                              const net::visit_summary& summary) {
  const auto settings = s_.settings;
  const auto& config = settings->config;
  if (s_.now != phase::crawling || config.run.hold == 0 ||
      entry.direction != net::direction::outbound)
    return;
  const bool worked = store::reached(summary.reached);
  if (!entry.hold && worked)
    s_.spares.add(key);
  // A peer that never worked is not worth a reconnect, unless there is nobody else to dial.
  if (entry.hold && may_reconnect(entry.direction, summary.outcome) &&
      (worked || entry.queue == store::dial_class::live || config.start.fixed))
    s_.reconnects.lost(key, env_.time.now().steady, config.reconnects, env_.seed);
}

void connection_manager::dial_reconnects() {
  while (const auto lost = s_.reconnects.take(env_.time.now().steady)) {
    const auto* entry = s_.pool.find(*lost);
    if (entry != nullptr && entry->phase == pool_phase::saving) {
      s_.reconnects.put_off(*lost); // The disk is slower than the delay is long.
    } else if (dial_again(*lost)) {
      net::reached(net::probe::peer_reconnected);
      s_.tally.note_reconnect();
    }
  }
}

} // namespace seedwalk::actors
