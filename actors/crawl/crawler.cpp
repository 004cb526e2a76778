#include "actors/crawl/crawler.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "actors/control/control_server.hpp"
#include "actors/crawl/census_counters.hpp"
#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/db_writer.hpp"
#include "net/base/probe.hpp"

namespace seedwalk::actors {

namespace {

constexpr std::chrono::seconds progress_interval{1};
constexpr std::chrono::minutes tidy_interval{10};
/// What the last batch may take beyond the deadline for visits.
constexpr std::chrono::seconds closing_time{5};

crawl_fault fault_of(const store::error& e) {
  if (e.code == store::error_code::disk_full)
    return crawl_fault::storage_full;
  return store::damaged(e.code) ? crawl_fault::storage_damaged : crawl_fault::storage_failed;
}

} // namespace

void crawler::start() {
  const auto name = host_.stable_name();
  s_.started = env_.time.now().steady;
  s_.db_writer = env_.runtime.next_owner();
  s_.manager = env_.runtime.next_owner();
  db_writer::state writing;
  writing.settings = s_.settings;
  writing.manager = s_.manager;
  writing.crawler = host_.self();
  net::spawn_as<db_writer>(env_.runtime, env_, s_.db_writer, name + "/db_writer",
                           std::move(writing));
  connection_manager::state managing;
  managing.settings = s_.settings;
  managing.crawler = host_.self();
  managing.db_writer = s_.db_writer;
  net::spawn_as<connection_manager>(env_.runtime, env_, s_.manager, name + "/manager",
                                    std::move(managing));
  if (!env_.recipe.control_socket.empty()) {
    control_server::state controlling;
    controlling.chain = s_.settings->config.network.name;
    controlling.default_port = s_.settings->default_port();
    controlling.crawler = host_.self();
    controlling.manager = s_.manager;
    controlling.db_writer = s_.db_writer;
    s_.control =
        net::spawn<control_server>(env_.runtime, env_, name + "/control", std::move(controlling));
  }
  env_.network.find_routes(host_.self());
  find_proxy();
}

caf::behavior crawler::make_behavior() {
  return {
      [this](const storage_answer& m) { on_answer(m); },
      [this](const operations_saved& m) { on_saved(m); },
      [this](const net::resolved& m) { on_resolved(m); },
      [this](const net::routes_found& m) { on_routes(m); },
      [this](const crawl_progress& m) {
        if (env_.progressed) {
          auto progress = m;
          progress.known = s_.known;
          env_.progressed(progress);
        }
        s_.counters = m.counters;
        watch_for_seeds(m);
        s_.believed_at = m.believed_at;
        if (s_.tidy_waits)
          tidy();
      },
      [this](const nothing_is_due& m) { on_nothing_due(m); },
      [this](const crawl_ended& m) { on_crawl_ended(m); },
      [this](const net::timer_fired& m) { on_timer(m.timer); },
      [this](const net::stop_requested&) { end(crawl_end::stopped); },
      [this](const net::reload_requested& m) {
        if (m.error.empty())
          reload({net::nobody, 0, m.path, m.contents});
        else
          env_.log.write(log_level::error, host_.stable_name(), "cannot reload the configuration",
                         {{"error", m.error}});
      },
      [this](const reload_settings& m) { reload(m); },
      [this](const command_done&) {},
      [this](const storage_troubled& m) { fail(fault_of(m.error), m.error.message); },
      [this](const outage_ended& m) {
        if (s_.census.outages.size() >= store::census_record::max_outages)
          s_.census.outages.erase(s_.census.outages.begin());
        s_.census.outages.push_back(m.interval);
        if (s_.now == phase::crawling)
          save_census(store::census_state::open);
      },
      [this](const part_failed& m) { fail(m.fault, m.problem); },
  };
}

void crawler::ask(token purpose, store::query query) {
  env_.runtime.send(s_.db_writer, storage_question{host_.self(), purpose, std::move(query)});
}

void crawler::save(token purpose, std::vector<store::operation> operations) {
  ++s_.unsaved;
  env_.runtime.send(s_.db_writer, save_operations{host_.self(), purpose, std::move(operations)});
}

void crawler::on_answer(const storage_answer& m) {
  if (m.token == ask_known) { // For the progress alone: nothing depends on it.
    s_.asking_known = false;
    if (const auto stats = std::get_if<store::stats_answer>(&m.answer); stats && !m.error)
      s_.known = stats->known;
    return;
  }
  if (m.error) {
    fail(fault_of(m.error), m.error.message);
    if (m.token == ask_final_stats)
      finish();
    if (m.token == ask_unreached)
      save_census(store::census_state::stopped);
    return;
  }
  if (const auto censuses = std::get_if<store::censuses_answer>(&m.answer);
      censuses && s_.now == phase::opening)
    on_census(*censuses);
  if (const auto stats = std::get_if<store::stats_answer>(&m.answer)) {
    s_.known = stats->known;
    s_.not_dialled = stats->not_dialled;
    if (m.token == ask_final_stats)
      finish();
    else if (m.token == ask_unreached)
      judge_unreached(*stats);
    else if (s_.now == phase::opening)
      on_stats(*stats);
  }
}

void crawler::on_saved(const operations_saved& m) {
  for (std::size_t i = 0; i != m.tokens.size(); ++i) {
    --s_.unsaved;
    switch (m.tokens[i]) {
    case save_open:
      for (const auto& result : m.results)
        if (const auto opened = std::get_if<store::census_opened>(&result))
          s_.census_number = opened->number;
      if (s_.now == phase::closing)
        save_census(store::census_state::stopped);
      else if (s_.now == phase::opening)
        ask(ask_stats, store::stats_query{env_.time.now().wall});
      break;
    case save_seeds:
      --s_.queueing;
      if (s_.now == phase::seeding)
        begin();
      else
        found_more();
      break;
    case save_found:
      --s_.queueing;
      found_more();
      break;
    case save_tidy:
      for (const auto& result : m.results)
        if (const auto done = std::get_if<store::tidied>(&result);
            done && done->more && s_.now == phase::crawling)
          tidy();
      break;
    case save_networks: {
      // A writer that has given up answers without results.
      store::networks_settled done;
      for (const auto& result : m.results)
        if (const auto settled = std::get_if<store::networks_settled>(&result))
          done = *settled;
      on_networks_settled(done);
      break;
    }
    case save_end:
      ask(ask_final_stats, store::stats_query{env_.time.now().wall});
      break;
    default:
      break;
    }
  }
}

// -- where it starts
// ------------------------------------------------------------------------------------------

void crawler::on_census(const store::censuses_answer& answer) {
  if (!answer.censuses.empty() &&
      answer.censuses.front().second.state == store::census_state::open) {
    std::tie(s_.census_number, s_.census) = answer.censuses.front();
    s_.resumed = true;
    net::reached(net::probe::census_resumed);
    ++s_.census.restarts;
    s_.census.networks = s_.settings->reach.networks();
    s_.counters = counters_of(s_.census.counts);
    env_.log.write(log_level::info, host_.stable_name(), "going on with the open census",
                   {{"census", fmt::to_string(s_.census_number)},
                    {"tried", fmt::to_string(s_.counters.tried)}});
    save(save_open, {store::update_census{s_.census_number, s_.census}});
    return;
  }
  const auto settings = s_.settings;
  s_.census.start = env_.time.now().wall;
  s_.census.vantage = settings->config.run.vantage;
  s_.census.build = settings->build;
  s_.census.configuration = settings->digest;
  s_.census.networks = settings->reach.networks();
  for (const auto& peer : settings->config.start.connect)
    s_.census.seeds.push_back(net::to_string(peer));
  for (const auto& name : settings->config.start.connect_names)
    s_.census.seeds.push_back(net::to_string(name));
  save(save_open, {store::open_census{s_.census}});
}

void crawler::on_stats(const store::stats_answer& answer) {
  s_.reached_lately = answer.reached_lately;
  settle_networks(std::nullopt);
}

/// Asked for at the start and now and then, for a machine may be given a route at any time. What
/// was there and is gone is still dialled: an outage ends, and need not move every record.
void crawler::on_routes(const net::routes_found& found) {
  const auto& before = s_.settings->found.routes;
  const net::routes_found now{before.ipv4 || found.ipv4, before.ipv6 || found.ipv6,
                              before.cjdns || found.cjdns, before.yggdrasil || found.yggdrasil};
  const bool first = !std::exchange(s_.routes_known, true);
  if (!first && now != before)
    net::reached(net::probe::route_found);
  if (first || now != before) {
    auto known = s_.settings->found;
    known.routes = now;
    found_out(std::move(known));
  }
  if (first)
    open();
}

/// Opens the census, once it is known which networks are dialled. For the proxy's name that is when
/// the resolver has answered or was given up, after `resolve_timeout`: a crawl that ends when
/// nothing is due would else end before its onions could be dialled.
void crawler::open() {
  if (s_.routes_known && s_.proxy_asked && s_.now == phase::opening)
    ask(ask_census, store::censuses_query{1});
}

/// Replaces the settings by what follows from the same configuration and what was found.
void crawler::found_out(findings found) {
  const auto old = s_.settings;
  const bool matters =
      !(found.routes == old->found.routes) || found.tor_proxy != old->found.tor_proxy;
  use(std::make_shared<const settings>(old->config, env_.seed, old->build, old->excluded,
                                       std::move(found)));
  if (matters && s_.now == phase::crawling)
    env_.runtime.send(s_.manager, apply_settings{host_.self(), 0});
}

/// Replaces the settings of the day, and has the database follow if other networks are dialled.
void crawler::use(std::shared_ptr<const settings> next) {
  const auto old = s_.settings;
  const bool changes = old->reach != next->reach;
  s_.settings = env_.settings.add(next);
  for (const auto& other : {s_.db_writer, s_.manager})
    env_.runtime.send(other, settings_changed{s_.settings});
  if (changes || s_.now == phase::opening)
    env_.log.write(
        log_level::info, host_.stable_name(), "networks",
        {{"dialled", next->reach.dialled_text()}, {"not_dialled", next->reach.not_dialled_text()}});
  if (changes && s_.now == phase::crawling)
    save_census(store::census_state::open);
  if (changes && s_.now == phase::crawling && !s_.settling)
    settle_networks(std::nullopt);
}

/// Tells the database which networks are dialled, a part of its records at a time.
void crawler::settle_networks(const std::optional<net::endpoint>& after) {
  s_.settling = true;
  s_.settling_for = s_.settings->reach.dialled();
  save(save_networks, {store::dial_networks{s_.settling_for, env_.time.now().wall, after}});
}

void crawler::on_networks_settled(const store::networks_settled& done) {
  if (s_.now >= phase::ending)
    return;
  if (done.queued > 0 && s_.now == phase::crawling)
    env_.runtime.send(s_.manager, endpoints_queued{});
  if (s_.settling_for != s_.settings->reach.dialled())
    return settle_networks(std::nullopt);
  if (done.next)
    return settle_networks(done.next);
  s_.settling = false;
  if (s_.now == phase::opening)
    seed();
}

void crawler::begin() {
  const auto settings = s_.settings;
  s_.now = phase::crawling;
  if (s_.settling_for != settings->reach.dialled()) // A reload came meanwhile.
    settle_networks(std::nullopt);
  if (settings->config.run.limit.count() > 0 && s_.limit_timer == net::timer_id{})
    s_.limit_timer = env_.time.start(settings->config.run.limit, host_.self());
  s_.progress_timer = env_.time.start(progress_interval, host_.self());
  s_.tidy_timer = env_.time.start(tidy_interval, host_.self());
  s_.tidy_waits = true;
  s_.watch.begin(env_.time.now().steady);
  const bool more_to_come = may_ask_seeds() || !settings->config.start.connect_names.empty();
  env_.runtime.send(s_.manager, begin_crawl{s_.census_number, s_.counters, more_to_come});
}

/// What is dropped is gone: under a clock that is a year ahead that would be everything. So it
/// waits until the peers have said that the clock is right, and for a clock that was not set since.
void crawler::tidy() {
  const auto now = env_.time.now();
  s_.tidy_waits = !s_.believed_at || clock_step_between(*s_.believed_at, now);
  if (!s_.tidy_waits)
    save(save_tidy, {store::tidy{now.wall, s_.settings->config.storage.history}});
}

void crawler::on_timer(net::timer_id timer) {
  if (timer == s_.limit_timer) {
    end(crawl_end::stopped);
  } else if (timer == s_.progress_timer) {
    env_.runtime.send(s_.manager, ask_progress{host_.self()});
    if (!std::exchange(s_.asking_known, true))
      ask(ask_known, store::stats_query{env_.time.now().wall});
    s_.progress_timer = env_.time.start(progress_interval, host_.self());
  } else if (timer == s_.tidy_timer) {
    tidy();
    s_.tidy_timer = env_.time.start(tidy_interval, host_.self());
    env_.network.find_routes(host_.self());
  } else if (timer == s_.seeds_timer && s_.now < phase::ending) {
    s_.seeds_timer = {};
    ask_seeds();
  } else if (timer == s_.names_timer && s_.now < phase::ending) {
    ask_names();
  } else if (timer == s_.proxy_timer && s_.now < phase::ending) {
    find_proxy();
  } else if (timer == s_.deadline_timer && s_.now == phase::ending) {
    net::reached(net::probe::stopped_late);
    env_.log.write(log_level::warning, host_.stable_name(),
                   "visits that did not end in time are dropped");
    on_crawl_ended({s_.counters, false});
  } else if (timer == s_.deadline_timer && s_.now == phase::closing) {
    fail(crawl_fault::storage_failed, "the end of the census could not be written in time");
    finish();
  }
}

// -- reloads
// ------------------------------------------------------------------------------------------

void crawler::reload(const reload_settings& m) {
  auto next = reconfigured(env_.recipe, m.contents, m.name);
  if (!next) {
    net::reached(net::probe::reload_refused);
    env_.log.write(log_level::error, host_.stable_name(),
                   "the new configuration is refused, the old one stays",
                   {{"error", next.error()}});
    if (m.from != net::nobody)
      env_.runtime.send(m.from, command_done{m.token, next.error(), 0, true});
    return;
  }
  net::reached(net::probe::reload_applied);
  const auto old = s_.settings;
  auto found = old->found;
  if (next->network.reach.tor_proxy_name != old->config.network.reach.tor_proxy_name)
    found.tor_proxy.reset();
  use(std::make_shared<const settings>(std::move(*next), env_.seed, old->build,
                                       env_.recipe.excluded, std::move(found)));
  env_.network.find_routes(host_.self());
  find_proxy();
  env_.log.write(log_level::info, host_.stable_name(), "configuration reloaded",
                 {{"file", m.name}});
  const auto asker = m.from == net::nobody ? host_.self() : m.from;
  env_.runtime.send(s_.manager, apply_settings{asker, m.token});
}

// -- how it ends
// ------------------------------------------------------------------------------------------

void crawler::fail(crawl_fault fault, std::string problem) {
  if (s_.fault == crawl_fault::none) {
    s_.fault = fault;
    s_.problem = std::move(problem);
  }
  if (s_.now >= phase::ending)
    s_.end = crawl_end::failed; // Whatever ends it: the last of it could not be done.
  else
    end(crawl_end::failed);
}

void crawler::end(crawl_end end) {
  if (s_.now >= phase::ending)
    return;
  s_.now = phase::ending;
  s_.end = end;
  env_.log.write(log_level::info, host_.stable_name(),
                 "ending: no new dials, visits under way are cancelled");
  s_.deadline_timer = env_.time.start(s_.settings->config.run.stop_deadline, host_.self());
  env_.runtime.send(s_.manager, end_crawl{});
}

void crawler::on_crawl_ended(const crawl_ended& m) {
  if (s_.now >= phase::closing)
    return;
  if (m.nothing_due && s_.now < phase::ending)
    s_.end = crawl_end::finished;
  if (m.nothing_due && s_.now < phase::ending && !m.problem.empty()) {
    s_.end = crawl_end::failed;
    s_.fault = crawl_fault::nobody_reached;
    s_.problem = m.problem;
  }
  s_.now = phase::closing;
  s_.counters = m.counters;
  env_.time.cancel(s_.deadline_timer);
  s_.deadline_timer =
      env_.time.start(s_.settings->config.run.stop_deadline + closing_time, host_.self());
  if (s_.census_number == 0) {
    // Ended before there was a census. One that is being opened is waited for.
    if (s_.unsaved == 0)
      ask(ask_final_stats, store::stats_query{env_.time.now().wall});
    return;
  }
  if (s_.end == crawl_end::finished && s_.counters.tried == 0)
    ask(ask_unreached, store::stats_query{env_.time.now().wall});
  else
    save_last_census();
}

/// Nothing is due, and nobody was visited: if that is because all who are known are on networks
/// that are not dialled, a crawl of them has failed. Such a census stays open.
void crawler::judge_unreached(const store::stats_answer& stats) {
  const auto& not_dialled = stats.not_dialled;
  if (stats.known > 0 &&
      std::accumulate(not_dialled.begin(), not_dialled.end(), std::uint64_t{0}) == stats.known)
    fail(crawl_fault::nobody_reached, s_.settings->reach.nobody_dialled_text(stats.not_dialled));
  save_last_census();
}

void crawler::save_last_census() {
  save_census(s_.end == crawl_end::finished ? store::census_state::finished
                                            : store::census_state::stopped);
}

/// A census that began here began as long ago as its process did, whatever the clock said then.
void crawler::keep_census_times(const net::instant& now) {
  const net::instant start{s_.started, s_.census.start};
  if (!s_.resumed && clock_step_between(start, now))
    s_.census.start = now.wall - std::chrono::floor<std::chrono::seconds>(now.steady - s_.started);
  s_.census.start = std::min(s_.census.start, now.wall);
  for (auto& outage : s_.census.outages) {
    outage.until = std::min(outage.until, now.wall);
    outage.since = std::min(outage.since, outage.until);
  }
}

void crawler::save_census(store::census_state final_state) {
  keep_census_times(env_.time.now());
  s_.census.state = final_state;
  s_.census.networks = s_.settings->reach.networks();
  const bool last = final_state != store::census_state::open;
  // A census that was stopped stays open: the next run goes on with it.
  if (final_state == store::census_state::stopped)
    s_.census.state = store::census_state::open;
  else if (last)
    s_.census.end = env_.time.now().wall;
  save(last ? save_end : save_progress,
       {note_of(s_.census_number, s_.counters), store::update_census{s_.census_number, s_.census}});
}

void crawler::finish() {
  if (s_.now == phase::ended)
    return;
  s_.now = phase::ended;
  for (const auto timer : {s_.limit_timer, s_.progress_timer, s_.tidy_timer, s_.deadline_timer,
                           s_.seeds_timer, s_.names_timer, s_.proxy_timer})
    env_.time.cancel(timer);
  env_.runtime.send(s_.manager, shut_down{});
  env_.runtime.send(s_.db_writer, shut_down{});
  env_.runtime.send(s_.control, shut_down{});
  if (env_.finished)
    env_.finished({s_.end, s_.problem, s_.fault, s_.census_number, s_.resumed, s_.counters,
                   s_.known, s_.not_dialled, env_.time.now().steady - s_.started});
  host_.quit();
}

void crawler::on_exception(std::string_view text) {
  fail(crawl_fault::program, std::string{text});
  finish();
}

} // namespace seedwalk::actors
