#include "sim/scenario/oracles/liveness_oracle.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actors/crawl/crawler.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// What a table has, by number: the oldest comes first.
template <class Table>
auto by_age(const Table& table) {
  std::vector<typename Table::entry> all{table.begin(), table.end()};
  std::ranges::sort(all, {}, &Table::entry::first);
  return all;
}

/// What no visit is about: names that are asked for again, brakes, a disk that was full, an orderly
/// end.
constexpr net::steady_time besides = hours{1};

/// What an end that was called for may still take: steps that wait for each other.
constexpr net::steady_time last_steps = std::chrono::seconds{2};

std::int64_t in_seconds(net::steady_time duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

net::steady_time longest_visit(const net::timer_table& timers) {
  net::steady_time longest{0};
  for (const auto& t : {timers.clearnet, timers.tor, timers.i2p})
    longest = std::max<net::steady_time>(longest, t.connect + t.handshake + t.message_whole +
                                                      t.all_addresses + t.probe);
  constexpr net::steady_time asking_a_proxy = std::chrono::seconds{20};
  return longest + asking_a_proxy;
}

/// How long visits to all that a crawler knows may take.
net::steady_time whole_round(simulated_crawler& of) {
  const auto settings = of.program().env().settings.newest().values;
  const auto limits = settings->dials();
  const auto at_once = std::max(std::min(limits.slots, limits.group_slots), 1u);
  const auto each = longest_visit(settings->config.timers) +
                    std::chrono::seconds{1} / std::max(limits.group_dials_per_second, 1u);
  const auto known = of.is_up() ? of.disk().database().totals().known : 0;
  return static_cast<std::int64_t>(known / at_once + 1) * each;
}

/// When the last thing that ends has ended, and the last operation is over.
net::steady_time healed_at(const crawl_scenario& s) {
  net::steady_time last{0};
  for (const auto& rule : s.faults)
    if (rule.until != net::steady_time::max())
      last = std::max(last, rule.until);
  for (const auto& one : s.operations) {
    // One at a step or in a disk's call comes while something goes on; nobody knows when.
    const bool has_moment = !one.at_step && !one.at_disk_call;
    const auto at = has_moment ? one.at : last + besides;
    last = std::max(last, at);
    if (const auto* crash = std::get_if<operation::crash>(&one.action))
      last = std::max<net::steady_time>(last, at + crash->down);
  }
  for (const auto& part : s.parts())
    for (const auto& step : part.wall_steps)
      last = std::max(last, step.at);
  return last;
}

/// One that holds peers has no end while it does.
bool ends_by_itself(simulated_crawler& of) {
  const auto settings = of.program().env().settings.newest().values;
  const auto& run = settings->config.run;
  return run.once && run.hold == 0;
}

} // namespace

void liveness_oracle::begin(crawl_world& of) {
  run_ = &of;
  const auto& s = of.scenario();
  healed_ = healed_at(s);
  const auto parts = s.parts();
  disks_work_ = disks_are_usual(s) && std::ranges::all_of(parts, [](const auto& part) {
                  return part.recipe.config.run.stop_deadline >= std::chrono::seconds{1};
                });
  if (s.order.behind != net::steady_time::max())
    next_look_ = healed_ + besides;
}

void liveness_oracle::on_redraw(crawl_world& of) {
  const auto healed = healed_at(of.scenario());
  if (healed == healed_)
    return;
  healed_ = healed;
  if (next_look_ != net::steady_time::max())
    next_look_ = healed_ + besides;
}

void liveness_oracle::on_crash(const watched_crawler& crawler) {
  of_crawlers_[crawler] = {};
}

void liveness_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& w = of_crawlers_[by];
  const auto now = by->inside().now().steady;
  if (const auto* dial = std::get_if<door_call::connect>(&call))
    w.connections.emplace(dial->id, connection{dial->peer, dial->owner, now});
  else if (const auto* batch = std::get_if<door_call::batch>(&call))
    w.requests.emplace(batch->id, now);
  else if (const auto* question = std::get_if<door_call::question>(&call))
    w.requests.emplace(question->id, now);
}

void liveness_oracle::on_network_completion(const watched_crawler& of,
                                            const net::completion& heard) {
  auto& w = of_crawlers_[of];
  if (const auto* closed = std::get_if<net::closed>(&heard)) {
    look_at_end(w, closed->connection, of->inside().now().steady);
    w.connections.erase(closed->connection);
  } else if (const auto* failed = std::get_if<net::connect_failed>(&heard)) {
    look_at_end(w, failed->connection, of->inside().now().steady);
    w.connections.erase(failed->connection);
  } else if (const auto* connected = std::get_if<net::connected>(&heard)) {
    if (const auto known = w.connections.find(connected->connection); known != w.connections.end())
      known->second.is_open = true;
  }
}

void liveness_oracle::on_step(const watched_crawler& of, const step_view& step, bool) {
  if (step.kind != actors::crawler::kind || !of->over())
    return;
  auto& w = of_crawlers_[of];
  if (!w.ended)
    w.ended = of->inside().now().steady;
}

void liveness_oracle::look_at_end(const waits& w, net::connection_id id, net::steady_time now) {
  const auto known = w.connections.find(id);
  if (!w.ended || known == w.connections.end() || now - *w.ended <= last_steps)
    return;
  const auto& one = known->second;
  broke("a connection outlives its crawl",
        fmt::format("the {} {} ended {} s after the crawl",
                    one.is_open ? "connection with" : "dial to", net::to_string(one.peer),
                    in_seconds(now - *w.ended)),
        {one.peer});
}

void liveness_oracle::on_storage_completion(const watched_crawler& of,
                                            const store::completion& heard) {
  of_crawlers_[of].requests.erase(std::visit([](const auto& done) { return done.request; }, heard));
}

net::steady_time liveness_oracle::deadline_of(simulated_crawler& of) const {
  return healed_ + besides + whole_round(of);
}

void liveness_oracle::on_advance(net::steady_time now) {
  if (now < next_look_)
    return;
  next_look_ = now + minutes{1};
  std::size_t nth = 0;
  for (const auto& crawler : run_->crawlers()) {
    const watched_crawler one{crawler.get(), nth++};
    if (!crawler->is_up() || crawler->over() || !ends_by_itself(*crawler) ||
        now < deadline_of(*crawler))
      continue;
    say_who_waits(*crawler, of_crawlers_[one]);
    next_look_ = net::steady_time::max();
    give_run_up();
  }
}

void liveness_oracle::at_end(crawl_world& of) {
  look_for_blamed_disks(of);
  if (of.now() > of.scenario().limit)
    return; // Somebody ended it.
  std::size_t nth = 0;
  for (const auto& crawler : of.crawlers()) {
    const watched_crawler one{crawler.get(), nth++};
    if (crawler->is_up() && !crawler->over() && of.stands_still())
      say_who_waits(*crawler, of_crawlers_[one]);
  }
}

/// Each actor that waits for a door: for what, and for how long. The oldest come first; so many are
/// named.
std::string liveness_oracle::list_of(simulated_crawler& of, const waits& w) {
  constexpr std::size_t named_most = 8;
  const auto now = of.inside().now().steady;
  std::vector<std::string> lines;
  for (const auto& [id, since] : by_age(w.requests))
    lines.push_back(fmt::format("{}/db_writer for request {} of the store, {} s", of.name(),
                                id.value, in_seconds(now - since)));
  for (const auto& [id, one] : by_age(w.connections))
    lines.push_back(fmt::format("{} for {} {}, {} s", of.inside().name_of(one.owner),
                                one.is_open ? "the end of its connection with" : "its dial to",
                                net::to_string(one.peer), in_seconds(now - one.since)));
  const auto named = std::min(lines.size(), named_most);
  auto text = fmt::format("{}", fmt::join(lines.begin(), lines.begin() + named, "; "));
  if (lines.size() > named)
    text += fmt::format("; and {} others", lines.size() - named);
  return text;
}

/// A crawl that waits for its store in vain ends, and says that the store has failed.
void liveness_oracle::look_for_blamed_disks(crawl_world& of) {
  if (!disks_work_)
    return;
  for (const auto& crawler : of.crawlers()) {
    if (!crawler->is_up() || !crawler->over())
      continue;
    const auto& summary = crawler->summary();
    if (summary.fault == actors::crawl_fault::storage_failed ||
        summary.fault == actors::crawl_fault::storage_full)
      broke("a disk that works is blamed",
            fmt::format("{} has failed: {}; and its disk has done all that it was asked for",
                        crawler->name(), summary.problem),
            {}, crawler->name());
  }
}

void liveness_oracle::say_who_waits(simulated_crawler& of, const waits& w) {
  const auto story = fmt::format("{} has not ended", of.name());
  if (w.requests.empty() && w.connections.empty()) {
    const auto timer = of.inside().world().next_timer();
    broke(timer ? "it waits for a timer" : "it waits for nothing",
          fmt::format("{}: no connection and no request is under way, and {}", story,
                      timer ? fmt::format("the next timer is due in {} s",
                                          in_seconds(*timer - of.inside().now().steady))
                            : "no timer runs"),
          {}, of.name());
    return;
  }
  const auto text = fmt::format("{}: there wait {}", story, list_of(of, w));
  if (!w.requests.empty()) {
    broke("it waits for the store", text, {}, of.name() + "/db_writer");
  } else {
    const auto oldest = by_age(w.connections).front().second;
    broke(oldest.is_open ? "a visit does not end" : "a dial does not end", text, {oldest.peer},
          of.inside().name_of(oldest.owner));
  }
}

} // namespace seedwalk::sim
