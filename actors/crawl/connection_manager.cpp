#include "actors/crawl/connection_manager.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "net/base/probe.hpp"
#include "net/door/network.hpp"

namespace seedwalk::actors {

namespace {

/// Listeners that are allowed for when the mailbox is bounded.
constexpr std::size_t listeners_max = 16;

/// A crawl of fixed endpoints looks for them among all that are due, so it does not look each time
/// when anybody else becomes due. Visits are an hour apart: a minute is soon enough.
constexpr std::chrono::seconds fixed_look_interval{60};

/// Longer than that nobody waits without looking.
constexpr std::chrono::seconds due_wait_max = std::chrono::hours{24};
constexpr std::chrono::seconds due_mark_max{std::int64_t{1} << 33};

/// What the answer to a question is for.
enum question_token : std::uint64_t { who_is_due = 0, spares_wanted, bans_wanted };

/// Bans that cannot be read are asked for again after 1, 2, 4 ... seconds: for a minute in all.
constexpr std::uint32_t bans_retries_max = 6;

} // namespace

std::size_t connection_manager::mailbox_max() const {
  // Of each connection that its dial succeeded, its version, its verack, a sign of life, the answer
  // to a broadcast, and an outcome; of each listener its credit; of the DB writer an answer for
  // each batch; a few of the crawler and the control socket.
  return 6 * s_.settings->connections_max() + 64 * listeners_max + 512;
}

void connection_manager::start() {
  s_.dials.set_limits(s_.settings->dials());
  if (env_.pool_opened)
    env_.pool_opened(s_.pool, s_.dials, life_);
}

caf::behavior connection_manager::make_behavior() {
  return {
      // CAF tries one after the other: what comes with every visit stands first.
      [this](const peer_connected& m) { on_connected(m); },
      [this](peer_outcome& m) { on_outcome(m); },
      [this](const operations_saved& m) { on_saved(m); },
      [this](const peer_seen& m) { on_seen(m); },
      [this](const peer_identified& m) { on_identified(m); },
      [this](peer_established& m) { on_established(m); },
      [this](const announcements_added&) {
        note_announcements();
        ask_who_is_due();
      },
      [this](const net::timer_fired& m) { on_timer(m.timer); },
      [this](const storage_answer& m) { on_answer(m); },
      [this](const net::accepted& m) { on_accepted(m); },
      [this](const net::listening& m) {
        env_.log.write(log_level::info, host_.stable_name(), "listening",
                       {{"address", net::to_string(std::get<net::endpoint>(m.local))}});
      },
      [this](const net::listen_failed& m) { on_listen_failed(m); },
      [this](const net::accept_paused& m) { note_local(m.reason); },
      [this](const ask_progress& m) {
        watch_clock();
        tell_verdict_on_clock();
        mend_once_believed();
        sum_up_failures();
        env_.runtime.send(m.from, progress());
      },
      [this](const storage_troubled& m) {
        s_.stalled = m.stalled;
        if (s_.stalled)
          net::reached(net::probe::writing_stalls);
        else
          dial_more();
      },
      [this](const begin_crawl& m) { on_begin(m); },
      [this](const endpoints_queued&) { look_again(); },
      [this](const no_more_to_come&) {
        s_.more = more_to_come::no;
        look_for_the_end();
      },
      [this](const end_crawl&) { on_end(); },
      [this](const shared_sent& m) { on_shared_sent(m); },
      [this](const ban_peer& m) { on_ban(m); },
      [this](const unban_peer& m) { on_unban(m); },
      [this](const drop_peer& m) { on_drop(m); },
      [this](const broadcast& m) { on_broadcast(m); },
      [this](const apply_settings& m) { on_apply(m); },
      [this](const settings_changed& m) { s_.settings = m.settings; },
      [this](const subscribe& m) { s_.subscribers.add(m.from, m.credit); },
      [this](const unsubscribe& m) { s_.subscribers.remove(m.from); },
      [this](const ask_snapshot& m) { env_.runtime.send(m.from, snapshot(m.token)); },
      [this](const ask_peers& m) {
        peer_list list{m.token, {}, env_.time.now().steady};
        for (const auto& [key, entry] : s_.pool.entries())
          if (is_live(entry.phase))
            list.peers.emplace_back(key, entry);
        env_.runtime.send(m.from, std::move(list));
      },
      [this](const shut_down&) { end_at_once(); },
  };
}

// -- beginning and end
// ------------------------------------------------------------------------------------------

void connection_manager::on_begin(const begin_crawl& m) {
  s_.census = m.census;
  s_.tally.begin(m.so_far);
  s_.more = m.more_to_come ? more_to_come::maybe : more_to_come::no;
  s_.now = phase::loading;
  s_.due.begin(env_.time.now().wall, s_.settings->config.schedule);
  watch_clock();
  // A database that a wrong clock wrote may be opened under a right one.
  write_page(s_.mender.begin(env_.time.now().wall, {}));
  s_.mender.mend_once_believed();
  ask_for_bans();
}

void connection_manager::ask_for_bans() {
  ++s_.bans_asked;
  env_.runtime.send(s_.db_writer, storage_question{host_.self(), bans_wanted, store::bans_query{}});
}

/// Nobody is dialled or welcomed before the bans are known: somebody who is banned might be.
void connection_manager::on_bans(const storage_answer& m) {
  if (s_.now != phase::loading)
    return; // An end came first.
  const auto bans = std::get_if<store::bans_answer>(&m.answer);
  if (m.error || bans == nullptr) {
    if (store::damaged(m.error.code) || s_.bans_asked > bans_retries_max) {
      env_.runtime.send(
          s_.crawler,
          storage_troubled{true,
                           {m.error.code, "the bans cannot be read, and without them nobody "
                                          "may be dialled: " +
                                              m.error.message}});
      return;
    }
    const auto delay = std::chrono::seconds{1u << (s_.bans_asked - 1)};
    env_.log.write(log_level::error, host_.stable_name(),
                   "cannot read the bans: nobody is dialled before they are known",
                   {{"error", m.error.message}, {"again_in_s", fmt::to_string(delay.count())}});
    wake_at(alarm::bans, env_.time.now().steady + delay);
    return;
  }
  // Those that have ended, too: the clock that says so may be wrong. What was banned since they
  // were asked for is newer.
  for (const auto& ban : bans->bans)
    if (!s_.bans.all().contains(ban.target))
      s_.bans.add(ban);
  s_.now = phase::crawling;
  listen(true);
  ask_who_is_due();
  arm_timers();
}

void connection_manager::on_answer(const storage_answer& m) {
  const auto due = m.error ? nullptr : std::get_if<store::due_answer>(&m.answer);
  switch (m.token) {
  case bans_wanted:
    on_bans(m);
    break;
  case spares_wanted:
    if (due != nullptr)
      on_spares(*due);
    else
      env_.log.write(log_level::warning, host_.stable_name(),
                     "cannot read who could take the place of lost peers",
                     {{"error", m.error.message}});
    break;
  default:
    if (s_.now != phase::crawling)
      break; // An end came first.
    if (due != nullptr)
      on_due(*due);
    else
      on_due_unknown(m.error);
  }
}

/// Asks again in a second; a database that is damaged, or cannot be read for as long as a full disk
/// is put up with, ends the crawl.
void connection_manager::on_due_unknown(const store::error& reason) {
  const auto now = env_.time.now();
  if (s_.due.failed(now))
    env_.log.write(log_level::error, host_.stable_name(),
                   "cannot read who is due: asking every second", {{"error", reason.message}});
  const auto patience = s_.settings->config.storage.full_patience;
  if (store::damaged(reason.code) || s_.due.failing_for(now.steady) >= patience)
    env_.runtime.send(s_.crawler, storage_troubled{true, reason});
  arm_timers();
}

void connection_manager::on_end() {
  if (s_.now == phase::ended) {
    env_.runtime.send(s_.crawler, crawl_ended{s_.tally.counters(), false});
    return;
  }
  s_.now = phase::ending;
  for (const auto& [listener, local] : s_.listeners)
    env_.network.stop_listening(listener);
  s_.listeners.clear();
  s_.reconnects.drop_waiting();
  for (const auto& waiting : s_.dials.drop_waiting([](const auto&) { return true; }))
    s_.pool.leave(waiting.peer);
  for (const auto& [key, entry] : s_.pool.entries())
    if (is_live(entry.phase))
      env_.runtime.send(entry.connection, disconnect_peer{net::outcome::cancelled});
  arm_timers();
  look_for_the_end();
}

/// What has not ended by now is cut off.
void connection_manager::end_at_once() {
  s_.now = phase::ended;
  for (const auto& [listener, local] : s_.listeners)
    env_.network.stop_listening(listener);
  for (const auto& [key, entry] : s_.pool.entries())
    if (is_live(entry.phase))
      env_.runtime.send(entry.connection, shut_down{});
  arm_timers();
  host_.quit();
}

crawl_progress connection_manager::progress() const {
  const bool believed = s_.clock.judge() == clock_check::verdict::believed;
  return {s_.tally.counters(),
          s_.pool.live(),
          s_.pool.in_phase(pool_phase::imminent),
          s_.due.more_may_be_due(),
          s_.tally.good_by_network(),
          s_.health.dials_ended(),
          s_.pool.in_phase(pool_phase::connected),
          0,
          believed ? std::optional{env_.time.now()} : std::nullopt};
}

void connection_manager::look_for_the_end() {
  const bool empty = s_.pool.empty() && s_.awaited.empty();
  const bool nothing_due = s_.now == phase::crawling && empty && s_.due.nobody_is_due() &&
                           s_.reconnects.waiting() == 0 && s_.settings->config.run.once;
  if (!nothing_due && !(s_.now == phase::ending && empty))
    return;
  if (nothing_due && s_.more != more_to_come::no) {
    if (std::exchange(s_.more, more_to_come::asked) == more_to_come::maybe)
      env_.runtime.send(s_.crawler, nothing_is_due{s_.health.dials_ended(), s_.tally.reached(),
                                                   !s_.health.why_in_vain().empty()});
    return;
  }
  for (const auto& [listener, local] : s_.listeners)
    env_.network.stop_listening(listener);
  s_.listeners.clear();
  s_.now = phase::ended;
  arm_timers();
  env_.runtime.send(s_.crawler,
                    crawl_ended{s_.tally.counters(), nothing_due, s_.health.why_in_vain()});
}

std::uint64_t connection_manager::save(std::vector<store::operation> operations, saving then) {
  const auto token = ++s_.tokens;
  s_.awaited.emplace(token, then);
  s_.due.somebody_is_busy();
  env_.runtime.send(s_.db_writer, save_operations{host_.self(), token, std::move(operations)});
  return token;
}

void connection_manager::on_saved(const operations_saved& m) {
  for (const auto token : m.tokens) {
    const auto i = s_.awaited.find(token);
    if (i == s_.awaited.end())
      continue;
    const auto done = i->second;
    s_.awaited.erase(i);
    if (done.leaves) {
      s_.pool.leave(*done.leaves);
      s_.reconnects.put_back(*done.leaves, env_.time.now().steady);
    }
    if (done.mends) {
      s_.mender.page_is_written();
      for (const auto& result : m.results)
        if (const auto mended = std::get_if<store::times_mended>(&result))
          on_mended(*mended, *done.mends);
    }
    if (done.asker != net::nobody)
      answer_command(
          done.asker, done.token,
          m.problem.empty()
              ? std::string{}
              : fmt::format("in force until this crawl ends, and not written: {}", m.problem),
          done.affected);
  }
  s_.tally.note_unwritten(m.unwritten_bytes_max);
  if (m.announcements_added > 0)
    note_announcements();
  dial_more();
  ask_who_is_due();
  look_for_the_end();
}

// -- dialling
// ------------------------------------------------------------------------------------------

void connection_manager::dial_more() {
  // A visit that ended frees its slot before it is written: were there no end to that, a slow disk
  // would be waited for by as many visits as peers that hang up soon.
  if (s_.now != phase::crawling || s_.stalled ||
      s_.awaited.size() >= s_.settings->connections_max())
    return;
  const auto now = env_.time.now().steady;
  s_.dials.set_ceiling(s_.health.allowed(s_.dials.limits().slots, now));
  dial_reconnects();
  do {
    while (const auto peer = s_.dials.next(now))
      dial(*peer);
  } while (dial_spare());
  ask_for_spares();
  ask_who_is_due();
  arm_timers();
}

/// Endpoints that were heard of for the first time are fresh ones. Gossip makes nobody due whom a
/// crawl of fixed endpoints would dial.
void connection_manager::note_announcements() {
  if (!s_.settings->config.start.fixed)
    s_.due.note(store::dial_class::fresh);
}

/// Endpoints were queued again, and may stand anywhere.
void connection_manager::look_again() {
  s_.due.look_from_front(env_.time.now().wall);
  s_.due.somebody_is_busy();
  if (s_.more == more_to_come::asked)
    s_.more = more_to_come::maybe;
  ask_who_is_due();
}

/// An endpoint that waits for a dial and cannot be reached any more, or has been excluded or banned
/// since, waits no longer.
void connection_manager::drop_unwelcome() {
  const auto settings = s_.settings;
  std::vector<net::endpoint> unwelcome;
  for (const auto& gone : s_.dials.drop_waiting([&](const net::endpoint& peer) {
         return !settings->reach.dials(peer) || !welcome(peer);
       })) {
    s_.pool.leave(gone.peer);
    if (settings->reach.dials(gone.peer))
      unwelcome.push_back(gone.peer);
  }
  if (!unwelcome.empty())
    put_off(unwelcome);
}

void connection_manager::ask_who_is_due() {
  if (s_.now != phase::crawling || s_.stalled)
    return;
  due_questions::moment at;
  at.now = env_.time.now().wall;
  at.slots = s_.dials.limits().slots;
  for (std::size_t i = 0; i != at.waiting.size(); ++i)
    at.waiting[i] = static_cast<std::uint32_t>(s_.dials.waiting(static_cast<store::dial_class>(i)));
  at.in_pool = static_cast<std::uint32_t>(s_.pool.size());
  at.quiet = s_.pool.empty() && s_.awaited.empty();
  at.ends = s_.settings->config.run.once;
  if (auto question = s_.due.ask(at))
    env_.runtime.send(s_.db_writer,
                      storage_question{host_.self(), who_is_due, std::move(*question)});
}

void connection_manager::on_due(const store::due_answer& answer) {
  if (s_.now != phase::crawling)
    return;
  const auto settings = s_.settings;
  s_.due.answered(answer, settings->config.start.fixed ? env_.time.now().wall + fixed_look_interval
                                                       : store::never);
  std::vector<net::endpoint> unwelcome;
  for (const auto& queue : answer.peers) {
    for (const auto& peer : queue) {
      // The database puts those to rest whom we cannot reach; this answer may be older.
      if (s_.pool.find(peer.peer) || !settings->asked_for(peer.peer) ||
          !settings->reach.dials(peer.peer))
        continue;
      if (!welcome(peer.peer)) {
        unwelcome.push_back(peer.peer);
        continue;
      }
      pool_entry entry;
      entry.queue = peer.queue;
      s_.pool.enter(peer.peer, std::move(entry));
      s_.dials.add(peer);
    }
  }
  if (!unwelcome.empty())
    put_off(unwelcome);
  if (s_.dials.waiting() > 0)
    s_.due.somebody_is_busy();
  dial_more();
  look_for_the_end();
}

/// Peers to hold are missing, and nobody who could take their place is known here: those who will
/// be due anyway before long are in the database. So a crawl that is stopped and started again
/// holds its peers again at once.
void connection_manager::ask_for_spares() {
  const auto now = env_.time.now();
  if (!wants_to_hold() || s_.dials.waiting() > 0 || !s_.spares.ask(now.steady))
    return;
  const auto& config = s_.settings->config;
  store::due_query question;
  question.now = now.wall + 2 * config.schedule.live_interval;
  question.limit[static_cast<std::size_t>(store::dial_class::live)] = config.run.hold;
  env_.runtime.send(s_.db_writer,
                    storage_question{host_.self(), spares_wanted, std::move(question)});
}

void connection_manager::on_spares(const store::due_answer& answer) {
  if (s_.now != phase::crawling)
    return;
  const auto settings = s_.settings;
  std::vector<net::endpoint> spares;
  for (const auto& peer : answer.peers[static_cast<std::size_t>(store::dial_class::live)])
    if (settings->asked_for(peer.peer))
      spares.push_back(peer.peer);
  s_.spares.fill(spares);
  if (!s_.spares.empty())
    dial_more();
}

/// What is excluded, banned or not routable is not dialled, and must not stand at the front of
/// the queue for ever: the excluded are forgotten, the banned put off.
void connection_manager::put_off(const std::vector<net::endpoint>& unwelcome) {
  const auto now = env_.time.now().wall;
  std::vector<store::operation> operations;
  for (const auto& peer : unwelcome) {
    if (!s_.settings->may_dial(peer)) {
      net::reached(net::probe::excluded_forgotten);
      operations.emplace_back(store::forget_peer{peer});
      continue;
    }
    net::reached(net::probe::banned_put_off);
    store::visit_record refused; // Of no census: nobody was tried.
    refused.started = now;
    refused.ended = now;
    refused.outcome = net::outcome::banned;
    refused.blame = net::blame::local;
    operations.emplace_back(store::record_visit{peer, std::move(refused)});
  }
  save(std::move(operations), {});
}

// -- time
// ------------------------------------------------------------------------------------------

void connection_manager::keep_timer(alarm name, std::optional<std::chrono::nanoseconds> mark,
                                    std::chrono::nanoseconds delay) {
  auto& timer = s_.timers.at(static_cast<std::size_t>(name));
  if (mark == timer.mark)
    return;
  if (timer.mark)
    env_.time.cancel(timer.id);
  timer = {{}, mark};
  if (mark)
    timer.id = env_.time.start(delay, host_.self());
}

void connection_manager::wake_at(alarm name, std::optional<net::steady_time> moment) {
  keep_timer(name, moment, moment ? *moment - env_.time.now().steady : net::steady_time{0});
}

void connection_manager::arm_timers() {
  const bool crawling = s_.now == phase::crawling;
  const auto now = env_.time.now();
  wake_at(alarm::pace, crawling ? s_.dials.ready_at() : std::nullopt);

  const auto due = s_.due.next_due();
  const bool waits = crawling && !s_.due.asking() && due != store::never;
  // Whatever the database says: neither may be more nanoseconds than there are.
  keep_timer(
      alarm::due,
      waits ? std::optional<std::chrono::nanoseconds>{std::min(due, due_mark_max)} : std::nullopt,
      std::clamp<std::chrono::seconds>(due - now.wall, std::chrono::seconds{1}, due_wait_max));

  wake_at(alarm::brake, crawling ? s_.health.next_change(now.steady) : std::nullopt);
  if (s_.now != phase::loading)
    keep_timer(alarm::bans, std::nullopt, {});
  wake_at(alarm::reconnect, crawling ? s_.reconnects.next() : std::nullopt);
  wake_at(alarm::probe, crawling ? s_.outages.next_probe() : std::nullopt);

  // The reaper comes a few times in each period of silence, whatever else happens.
  if (!crawling || !keeps_connections())
    keep_timer(alarm::reap, std::nullopt, {});
  else if (!s_.timers.at(static_cast<std::size_t>(alarm::reap)).mark)
    keep_timer(alarm::reap, now.steady, s_.settings->config.keep_alive.inactivity / 4);
}

void connection_manager::on_timer(net::timer_id timer) {
  watch_clock();
  const auto i = std::find_if(s_.timers.begin(), s_.timers.end(), [timer](const auto& armed) {
    return armed.mark && armed.id == timer;
  });
  if (i == s_.timers.end())
    return;
  *i = {};
  const auto name = static_cast<alarm>(i - s_.timers.begin());
  if (name == alarm::bans)
    ask_for_bans();
  if (name == alarm::reap)
    reap();
  if (name == alarm::probe)
    probe_outages();
  dial_more();
}

void connection_manager::on_exception(std::string_view text) {
  env_.runtime.send(s_.crawler, part_failed{std::string{text}, crawl_fault::program});
}

} // namespace seedwalk::actors
