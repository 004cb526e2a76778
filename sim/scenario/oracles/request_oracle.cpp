#include "sim/scenario/oracles/request_oracle.hpp"

#include <fmt/format.h>

#include "actors/control/control_server.hpp"
#include "actors/crawl/connection_manager.hpp"
#include "actors/crawl/local_failures.hpp"
#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/oracles/reference_model.hpp"

namespace seedwalk::sim {

namespace {

constexpr net::steady_time patience = std::chrono::seconds{5};

std::uint64_t whole_ms(std::chrono::nanoseconds t) {
  return static_cast<std::uint64_t>(t / std::chrono::milliseconds{1});
}

} // namespace

void request_oracle::begin(crawl_world& of) {
  disks_are_quick_ = disks_are_usual(of.scenario());
}

void request_oracle::on_start(const watched_crawler& crawler) {
  desks_[crawler] = {};
}

void request_oracle::on_crash(const watched_crawler& crawler) {
  desks_[crawler] = {};
}

void request_oracle::on_outcome(const watched_crawler& of, const actors::peer_outcome& m) {
  const auto& visit = m.summary;
  if (actors::never_began(visit))
    return;
  auto& all = desks_[of].visits;
  if (visit.round_trip) {
    ++all.round_trips;
    all.round_trips_us +=
        static_cast<std::uint64_t>(*visit.round_trip / std::chrono::microseconds{1});
  }
  if (visit.direction != net::direction::outbound)
    return;
  all.visits_ms += whole_ms(visit.whole);
  all.handshakes_ms += whole_ms(visit.handshake.value_or(std::chrono::nanoseconds{0}));
}

// -- what is asked and answered

void request_oracle::on_message(const watched_crawler& to, const step_view& step) {
  if (step.kind == actors::connection_manager::kind)
    hear_request(to, step);
  else if (step.kind == actors::control_server::kind)
    hear_answer(to, step);
}

void request_oracle::hear_request(const watched_crawler& to, const step_view& step) {
  auto& d = desks_[to];
  const auto open = [&](const auto& asked, std::string_view command) -> request& {
    auto& made = d.open[{asked.from, asked.token}];
    made = {command, to->inside().now().steady, std::nullopt, false, d.visits};
    return made;
  };
  if (const auto* ban = step.message_as<actors::ban_peer>())
    open(*ban, "ban").target = ban->target;
  else if (const auto* lifted = step.message_as<actors::unban_peer>())
    open(*lifted, "unban").target = lifted->target;
  else if (const auto* drop = step.message_as<actors::drop_peer>())
    open(*drop, "disconnect");
  else if (const auto* all = step.message_as<actors::broadcast>())
    open(*all, "broadcast");
  else if (const auto* status = step.message_as<actors::ask_snapshot>())
    open(*status, "status");
  else if (const auto* peers = step.message_as<actors::ask_peers>())
    open(*peers, "peers");
}

std::optional<request_oracle::request> request_oracle::take(desk& d, net::owner asker,
                                                            std::uint64_t number) {
  const token named{asker, number};
  if (d.answered.contains(named))
    broke("a second answer", fmt::format("request {} has an answer already", number));
  const auto found = d.open.extract(named);
  if (!found)
    return std::nullopt; // Of a reload, which the crawler hears.
  d.answered.insert(named);
  return found.mapped();
}

void request_oracle::hear_answer(const watched_crawler& to, const step_view& step) {
  auto& d = desks_[to];
  if (const auto* done = step.message_as<actors::command_done>()) {
    const auto asked = take(d, step.owner, done->token);
    if (asked && asked->target && done->problem.empty() && !asked->is_durable)
      broke(fmt::format("a {} is answered before it is durable", asked->command),
            fmt::format("{} says that a {} is done, and it is not written", to->name(),
                        asked->command));
  } else if (const auto* snapshot = step.message_as<actors::pool_snapshot>()) {
    if (const auto asked = take(d, step.owner, snapshot->token))
      compare(*asked, *snapshot);
  } else if (const auto* list = step.message_as<actors::peer_list>()) {
    take(d, step.owner, list->token);
  } else if (const auto* sent = step.message_as<actors::broadcast_done>()) {
    take(d, step.owner, sent->token);
  }
}

void request_oracle::compare(const request& asked, const actors::pool_snapshot& answer) {
  const sums found{answer.visits_ms, answer.handshakes_ms, answer.round_trips,
                   answer.round_trips_us};
  if (found != asked.so_far)
    broke("a snapshot with other sums than visits",
          fmt::format("visits came to {} ms, of handshakes {} ms, and {} round trips of {} us in "
                      "all; the answer has {}, {}, {} and {}",
                      asked.so_far.visits_ms, asked.so_far.handshakes_ms, asked.so_far.round_trips,
                      asked.so_far.round_trips_us, found.visits_ms, found.handshakes_ms,
                      found.round_trips, found.round_trips_us));
  const auto& counters = answer.counters;
  if (counters.tried != counters.good + counters.failed)
    broke("visits that ended neither well nor badly",
          fmt::format("{} visits ended, {} well and {} badly", counters.tried, counters.good,
                      counters.failed));
}

void request_oracle::on_durable(const watched_crawler& of, const store::batch& contents,
                                const store::batch_result&) {
  auto& d = desks_[of];
  if (d.open.empty())
    return;
  const auto note = [&](const store::ban_target& target, std::string_view command) {
    for (auto& [named, asked] : d.open)
      if (asked.target == target && asked.command == command)
        asked.is_durable = true;
  };
  for (const auto& operation : contents.operations)
    if (const auto* ban = std::get_if<store::add_ban>(&operation))
      note(ban->ban.target, "ban");
    else if (const auto* lifted = std::get_if<store::lift_ban>(&operation))
      note(lifted->target, "unban");
}

// -- who still waits

void request_oracle::on_step(const watched_crawler& of, const step_view&, bool) {
  auto& d = desks_[of];
  if (!d.open.empty() && !d.ended && of->over())
    d.ended = of->inside().now().steady;
}

void request_oracle::at_end(crawl_world& of) {
  std::size_t nth = 0;
  for (const auto& crawler : of.crawlers()) {
    const auto& d = desks_[{crawler.get(), nth++}];
    const auto now = d.ended.value_or(crawler->inside().now().steady);
    for (const auto& [named, asked] : d.open)
      if (disks_are_quick_ && now - asked.at > patience)
        broke(fmt::format("a request without an answer: {}", asked.command),
              fmt::format("{} was asked for {}, and has not answered for {} s", crawler->name(),
                          asked.command, (now - asked.at) / std::chrono::seconds{1}));
  }
}

} // namespace seedwalk::sim
