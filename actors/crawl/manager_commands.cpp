#include <algorithm>
#include <set>
#include <utility>

#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/peer_connection.hpp"
#include "net/base/text_pattern.hpp"

namespace seedwalk::actors {

// -- who is welcome
// ------------------------------------------------------------------------------------------

bool connection_manager::welcome(const net::endpoint& peer) const {
  return s_.settings->may_dial(peer) && !s_.bans.forbids(peer, ban_time());
}

/// Ends every live connection that settings or bans forbid by now; returns how many.
std::uint32_t connection_manager::send_away_unwelcome() {
  const auto settings = s_.settings;
  const auto now = ban_time();
  std::vector<std::pair<net::endpoint, net::outcome>> forbidden;
  for (const auto& [key, entry] : s_.pool.entries()) {
    if (!is_live(entry.phase) || entry.phase == pool_phase::rejected)
      continue;
    if (!settings->may_accept(key) || s_.bans.forbids(key, now) ||
        s_.bans.forbids_agent(entry.user_agent, now))
      forbidden.emplace_back(key, net::outcome::banned);
    else if (entry.direction == net::direction::outbound && !settings->may_dial(key))
      forbidden.emplace_back(key, net::outcome::cancelled);
  }
  for (const auto& [key, reason] : forbidden)
    send_away(key, *s_.pool.find(key), reason);
  return static_cast<std::uint32_t>(forbidden.size());
}

void connection_manager::ban(store::ban_record record, saving then) {
  std::vector<store::operation> operations;
  if (s_.clock.judge() == clock_check::verdict::believed)
    for (auto& ended : s_.bans.expire(env_.time.now().wall))
      operations.emplace_back(store::lift_ban{std::move(ended)});
  const auto gone = s_.bans.add(record);
  if (gone && gone->target == record.target) {
    // Nobody gives way to it: all others were meant to last.
    if (then.asker != net::nobody)
      answer_command(then.asker, then.token,
                     "the table of bans is full, and none of them ends by itself: lift some first",
                     0);
    if (!operations.empty())
      save(std::move(operations), {});
    return;
  }
  if (gone)
    operations.emplace_back(store::lift_ban{gone->target});
  operations.emplace_back(store::add_ban{record});
  tell(peer_is_banned{record});
  drop_unwelcome();
  then.affected = send_away_unwelcome();
  save(std::move(operations), then);
}

void connection_manager::on_ban(const ban_peer& m) {
  const auto now = env_.time.now().wall;
  saving then;
  then.asker = m.from;
  then.token = m.token;
  ban({m.target, m.reason, now, m.duration.count() > 0 ? now + m.duration : store::never}, then);
}

void connection_manager::on_unban(const unban_peer& m) {
  if (s_.now == phase::waiting || s_.now == phase::loading) {
    answer_command(m.from, m.token, "the bans have not been read yet: ask again in a moment", 0);
    return;
  }
  if (!s_.bans.lift(m.target)) {
    answer_command(m.from, m.token, "there is no such ban; `seedwalk ctl bans` lists them", 0);
    return;
  }
  saving then;
  then.asker = m.from;
  then.token = m.token;
  save({store::lift_ban{m.target}}, then);
}

void connection_manager::on_drop(const drop_peer& m) {
  auto entry = s_.pool.find(m.peer);
  if (!entry || !is_live(entry->phase)) {
    answer_command(m.from, m.token, "not connected to " + net::to_string(m.peer), 0);
    return;
  }
  send_away(m.peer, *entry, net::outcome::cancelled);
  answer_command(m.from, m.token, {}, 1);
}

void connection_manager::answer_command(net::owner to, std::uint64_t token, std::string problem,
                                        std::uint32_t affected) {
  env_.runtime.send(to, command_done{token, std::move(problem), affected});
}

// -- broadcast
// ------------------------------------------------------------------------------------------

bool peer_filter::takes(const net::endpoint& peer, const pool_entry& entry) const {
  return (!direction || *direction == entry.direction) && (!network || *network == peer.network) &&
         (user_agent.empty() || net::matches_pattern(entry.user_agent, user_agent));
}

void connection_manager::on_broadcast(const broadcast& m) {
  net::shared_message shared;
  if (m.message)
    shared = {s_.settings->session.magic, *m.message};
  const auto number = ++s_.tokens;
  std::set<net::endpoint> asked;
  for (const auto& [key, entry] : s_.pool.entries()) {
    if (entry.phase != pool_phase::connected || !m.to.takes(key, entry))
      continue;
    asked.insert(asked.end(), key);
    env_.runtime.send(entry.connection, send_shared{number, shared});
  }
  if (auto done = s_.broadcasts.begin(number, m.from, m.token, std::move(asked)))
    finish(std::move(*done));
}

void connection_manager::on_shared_sent(const shared_sent& m) {
  if (auto done = s_.broadcasts.answered(m.broadcast, m.key, m.sent))
    finish(std::move(*done));
}

void connection_manager::finish(broadcast_table::finished done) {
  env_.runtime.send(done.asker, std::move(done.answer));
}

// -- settings
// ------------------------------------------------------------------------------------------

void connection_manager::on_apply(const apply_settings& m) {
  const auto settings = s_.settings;
  s_.dials.set_limits(settings->dials());
  drop_unwelcome();
  for (const auto& [key, entry] : s_.pool.entries())
    if (is_live(entry.phase))
      env_.runtime.send(entry.connection, settings_changed{s_.settings});
  const auto affected = send_away_unwelcome();
  for (auto i = s_.listeners.begin(); i != s_.listeners.end();) {
    const auto& wanted = settings->config.peers.listen;
    if (std::find(wanted.begin(), wanted.end(), i->second.local) != wanted.end()) {
      ++i;
      continue;
    }
    env_.network.stop_listening(i->first);
    i = s_.listeners.erase(i);
  }
  listen(false);
  s_.due.begin_no_later(env_.time.now().wall, settings->config.schedule);
  s_.due.note_all();
  answer_command(m.from, m.token, {}, affected);
  dial_more();
}

// -- subscribers and statistics
// ---------------------------------------------------------------------------------------

bool connection_manager::keeps_connections() const {
  const auto settings = s_.settings;
  return !settings->config.peers.listen.empty() || settings->config.run.hold > 0 ||
         s_.pool.live(net::direction::inbound) > 0;
}

void connection_manager::tell(const pool_event& event) {
  s_.subscribers.each([&](net::owner subscriber, bool last) {
    env_.runtime.send(subscriber, pool_news{last ? pool_event{subscription_ended{}} : event});
  });
}

pool_snapshot connection_manager::snapshot(std::uint64_t token) const {
  auto result = s_.tally.snapshot();
  result.token = token;
  for (std::size_t i = 0; i != pool_phase_count; ++i)
    result.by_phase[i] = s_.pool.in_phase(static_cast<pool_phase>(i));
  for (std::size_t i = 0; i != result.by_direction.size(); ++i)
    result.by_direction[i] = s_.pool.live(static_cast<net::direction>(i));
  const auto settings = s_.settings;
  result.outbound_slots = settings->dials().slots;
  result.inbound_slots = settings->inbound().slots;
  result.held = s_.pool.held();
  result.waiting = static_cast<std::uint32_t>(s_.dials.waiting());
  // Those that have ended go with the next housekeeping.
  const auto now = ban_time();
  result.bans = static_cast<std::uint64_t>(
      std::count_if(s_.bans.all().begin(), s_.bans.all().end(),
                    [now](const auto& x) { return store::in_force(x.second, now); }));
  for (const auto& [key, entry] : s_.pool.entries()) {
    result.memory_bytes += sizeof key + sizeof entry + entry.user_agent.size();
    if (!is_live(entry.phase))
      continue;
    result.memory_bytes += sizeof(peer_connection) + sizeof(peer_connection::state);
    result.bytes_in += entry.bytes_in;
    result.bytes_out += entry.bytes_out;
  }
  return result;
}

} // namespace seedwalk::actors
