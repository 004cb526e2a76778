#include "actors/connection_manager.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/peer_connection.hpp"
#include "actors/visit_records.hpp"
#include "net/random.hpp"

namespace seedwalk::actors {

namespace {

/// So many due endpoints of a class are fetched ahead of their dials, for each slot ...
constexpr std::uint32_t fetched_per_slot = 2;
/// ... but at least so many, ...
constexpr std::uint32_t fetched_min = 64;
/// ... and the next are fetched when fewer than one in this many are left.
constexpr std::uint32_t refill_fraction = 2;

} // namespace

std::size_t connection_manager::mailbox_max() const {
  // Of each connection an outcome and, where it announces itself, a few signs of life; of the DB
  // writer an answer for each batch; a few of the crawler and the control socket.
  return 4 * env_.settings.current()->connections_max() + 256;
}

void connection_manager::start() {
  s_.dials.set_limits(env_.settings.current()->dials());
}

caf::behavior connection_manager::make_behavior() {
  return {
      [this](peer_outcome& m) { on_outcome(m); },
      [this](const operations_saved& m) { on_saved(m); },
      [this](const storage_answer& m) { on_due(m); },
      [this](const claims_added&) {
        s_.news = true;
        ask_who_is_due();
      },
      [this](const net::timer_fired& m) { on_timer(m.timer); },
      [this](const ask_progress& m) {
        env_.runtime.send(m.from, crawl_progress{s_.counters, in_phase(pool_phase::live),
                                                 in_phase(pool_phase::imminent)});
      },
      [this](const storage_troubled& m) {
        s_.stalled = m.stalled;
        if (!s_.stalled)
          dial_more();
      },
      [this](const begin_crawl& m) { on_begin(m); },
      [this](const end_crawl&) { on_end(); },
      [this](const shut_down&) { host_.quit(); },
  };
}

// -- beginning and end
// ---------------------------------------------------------------------------------------------

void connection_manager::on_begin(const begin_crawl& m) {
  s_.census = m.census;
  s_.counters = m.so_far;
  s_.now = phase::crawling;
  ask_who_is_due();
}

void connection_manager::on_end() {
  if (s_.now == phase::ended) {
    env_.runtime.send(s_.crawler, crawl_ended{s_.counters, false});
    return;
  }
  s_.now = phase::ending;
  for (const auto& waiting : s_.dials.drop_waiting())
    leave(waiting.peer);
  for (const auto& [key, entry] : s_.pool)
    if (entry.phase == pool_phase::live)
      env_.runtime.send(entry.connection, disconnect_peer{net::outcome::cancelled});
  arm_timers();
  look_for_the_end();
}

void connection_manager::look_for_the_end() {
  const bool empty = s_.pool.empty() && s_.saving.empty();
  const bool nothing_due = s_.now == phase::crawling && empty && !s_.asking && s_.settled &&
                           !s_.news && env_.settings.current()->config.run.once;
  if (!nothing_due && !(s_.now == phase::ending && empty))
    return;
  s_.now = phase::ended;
  arm_timers();
  env_.runtime.send(s_.crawler, crawl_ended{s_.counters, nothing_due});
}

// -- the pool
// --------------------------------------------------------------------------------------------------------

void connection_manager::enter(const net::endpoint& key, pool_entry entry) {
  ++s_.by_phase[static_cast<std::size_t>(entry.phase)];
  s_.pool.insert_or_assign(key, entry);
}

void connection_manager::set_phase(pool_entry& entry, pool_phase to) {
  --s_.by_phase[static_cast<std::size_t>(entry.phase)];
  ++s_.by_phase[static_cast<std::size_t>(to)];
  entry.phase = to;
}

void connection_manager::leave(const net::endpoint& key) {
  const auto i = s_.pool.find(key);
  if (i == s_.pool.end())
    return;
  --s_.by_phase[static_cast<std::size_t>(i->second.phase)];
  s_.pool.erase(i);
}

// -- dialling
// --------------------------------------------------------------------------------------------------------

void connection_manager::dial_more() {
  if (s_.now != phase::crawling || s_.stalled)
    return;
  const auto now = env_.time.now().steady;
  while (const auto peer = s_.dials.next(now))
    dial(*peer);
  ask_who_is_due();
  arm_timers();
}

void connection_manager::dial(const store::due_peer& due) {
  const auto settings = env_.settings.current();
  const auto now = env_.time.now();
  const auto nth = ++s_.visits;
  auto name = fmt::format("crawler/peer/{}#{}", net::to_string(due.peer), nth);

  // Core answers getaddr from a cache that it keeps for a day: asking again sooner brings the same.
  const bool ask = due.last_getaddr == store::never ||
                   now.wall - due.last_getaddr >= settings->config.getaddr_interval;
  const auto draw = net::keyed_hash(env_.seed, "version nonce", net::as_bytes(name));
  peer_connection::state peer;
  peer.key = due.peer;
  peer.manager = host_.self();
  peer.db_writer = s_.db_writer;
  peer.session = net::session{
      net::direction::outbound,
      due.peer,
      net::make_version_nonce(settings->session.nonce_key, static_cast<std::uint32_t>(draw)),
      now.steady,
      {.ask_addresses = ask, .hold = false}};

  auto& entry = s_.pool.at(due.peer);
  set_phase(entry, pool_phase::live);
  entry.started = now.wall;
  entry.connection =
      net::spawn<peer_connection>(env_.runtime, env_, std::move(name), std::move(peer));
  s_.counters.peak_connections =
      std::max<std::uint64_t>(s_.counters.peak_connections, in_phase(pool_phase::live));
}

void connection_manager::on_outcome(peer_outcome& m) {
  const auto i = s_.pool.find(m.key);
  if (i == s_.pool.end() || i->second.phase != pool_phase::live)
    return;
  auto& entry = i->second;
  s_.dials.release(m.key, entry.queue, env_.time.now().steady);
  set_phase(entry, pool_phase::saving);
  count(m.summary);

  save_operations save;
  save.from = host_.self();
  save.token = ++s_.tokens;
  save.operations.push_back(store::record_visit{
      m.key, to_visit_record(m.summary, s_.census, env_.settings.current()->config.run.vantage,
                             entry.started, env_.time.now().wall)});
  s_.saving.emplace(save.token, m.key);
  s_.settled = false;
  env_.runtime.send(s_.db_writer, std::move(save));
  dial_more();
}

void connection_manager::count(const net::visit_summary& summary) {
  auto& c = s_.counters;
  ++c.tried;
  ++(store::reached(summary.reached) ? c.good : c.failed);
  ++c.outcomes[static_cast<std::size_t>(summary.how)];
  for (const auto n : summary.addresses.by_network)
    c.addresses += n;
}

void connection_manager::on_saved(const operations_saved& m) {
  for (const auto token : m.tokens) {
    const auto i = s_.saving.find(token);
    if (i == s_.saving.end())
      continue;
    leave(i->second);
    s_.saving.erase(i);
  }
  if (m.claims_added > 0)
    s_.news = true;
  ask_who_is_due();
  look_for_the_end();
}

// -- who is due
// ------------------------------------------------------------------------------------------------------

void connection_manager::ask_who_is_due() {
  if (s_.now != phase::crawling || s_.asking || s_.stalled)
    return;
  const auto now = env_.time.now().wall;
  // A clock that was set back would hide what became due meanwhile behind the place we had come to.
  if (now < s_.asked_at) {
    s_.after = {};
    s_.news = true;
  }
  const bool due_again = s_.next_due != store::never && now >= s_.next_due;
  const bool last_look = s_.pool.empty() && s_.saving.empty() && !s_.settled;
  const auto most = std::max(fetched_min, fetched_per_slot * s_.dials.limits().slots);
  store::due_query question{now, {}, s_.after};
  bool wanted = false;
  for (std::size_t q = 0; q != store::dialled_class_count; ++q) {
    const auto waiting =
        static_cast<std::uint32_t>(s_.dials.waiting(static_cast<store::dial_class>(q)));
    if (!(s_.news || due_again || last_look || s_.more[q]) || waiting > most / refill_fraction)
      continue;
    // From the front, those in the pool come again: they are due until their visit is recorded.
    const auto again = s_.after[q].empty() ? static_cast<std::uint32_t>(s_.pool.size()) : 0;
    question.limit[q] = most - waiting + again;
    wanted = true;
  }
  if (!wanted)
    return;
  s_.asking = true;
  s_.news = false;
  s_.settled = last_look;
  s_.asked_at = now;
  env_.runtime.send(s_.db_writer, storage_question{host_.self(), 0, std::move(question)});
}

void connection_manager::on_due(const storage_answer& m) {
  s_.asking = false;
  const auto answer = std::get_if<store::due_answer>(&m.answer);
  if (!answer || m.error) {
    env_.log.write(log_level::error, host_.stable_name(), "cannot read who is due",
                   {{"error", m.error.message}});
    s_.settled = false;
    s_.next_due = env_.time.now().wall + std::chrono::seconds{1};
    arm_timers();
    return;
  }
  if (s_.now != phase::crawling)
    return;
  std::vector<net::endpoint> unwelcome;
  for (std::size_t q = 0; q != store::dialled_class_count; ++q) {
    for (const auto& peer : answer->peers[q]) {
      if (s_.pool.contains(peer.peer))
        continue;
      if (!welcome(peer.peer)) {
        unwelcome.push_back(peer.peer);
        continue;
      }
      enter(peer.peer, {pool_phase::imminent, {}, peer.queue, {}});
      s_.dials.add(peer);
    }
    s_.more[q] = answer->more[q];
    // At the end of the queue the next look begins at the front: whatever became due meanwhile may
    // stand anywhere.
    s_.after[q] = answer->more[q] ? answer->after[q] : net::bytes{};
  }
  s_.next_due = answer->next;
  if (!unwelcome.empty())
    forget(unwelcome);
  if (s_.dials.waiting() > 0)
    s_.settled = false;
  dial_more();
  look_for_the_end();
}

void connection_manager::forget(const std::vector<net::endpoint>& unwelcome) {
  save_operations save;
  save.from = host_.self();
  save.token = ++s_.tokens;
  for (const auto& peer : unwelcome)
    save.operations.push_back(store::forget_peer{peer});
  s_.saving.emplace(save.token, unwelcome.front());
  s_.settled = false;
  env_.runtime.send(s_.db_writer, std::move(save));
}

bool connection_manager::welcome(const net::endpoint& peer) const {
  return env_.settings.current()->may_dial(peer);
}

// -- time
// ------------------------------------------------------------------------------------------------------------

void connection_manager::keep_timer(armed_timer& timer,
                                    std::optional<std::chrono::nanoseconds> mark,
                                    std::chrono::nanoseconds delay) {
  if (mark == timer.mark)
    return;
  if (timer.mark)
    env_.time.cancel(timer.id);
  timer = {{}, mark};
  if (mark)
    timer.id = env_.time.start(delay, host_.self());
}

void connection_manager::arm_timers() {
  const bool crawling = s_.now == phase::crawling;
  const auto now = env_.time.now();
  const auto ready = crawling ? s_.dials.ready_at() : std::nullopt;
  keep_timer(s_.pace_timer, ready, ready ? *ready - now.steady : net::steady_time{0});
  const bool waits = crawling && !s_.asking && s_.next_due != store::never;
  keep_timer(s_.due_timer,
             waits ? std::optional<std::chrono::nanoseconds>{s_.next_due} : std::nullopt,
             std::max(s_.next_due - now.wall, std::chrono::seconds{1}));
}

void connection_manager::on_timer(net::timer_id timer) {
  for (auto armed : {&s_.pace_timer, &s_.due_timer}) {
    if (armed->mark && armed->id == timer) {
      *armed = {};
      dial_more();
      return;
    }
  }
}

void connection_manager::on_exception(std::string_view what) {
  env_.runtime.send(s_.crawler, part_failed{std::string{what}});
}

} // namespace seedwalk::actors
