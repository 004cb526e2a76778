#include "sim/scenario/oracles/bounds_oracle.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "actors/crawl/due_questions.hpp"
#include "actors/crawl/peer_connection.hpp"
#include "net/bitcoin/session_config.hpp"
#include "sim/scenario/simulated_crawler.hpp"

namespace seedwalk::sim {

namespace {

constexpr std::uint64_t accept_credit_max = 64;

/// No configuration and no peer has one connection look at its deadlines so often.
constexpr std::uint32_t ticks_max = 2'000;
constexpr net::steady_time tick_window = std::chrono::seconds{1};
/// Actors that are watched at once: beyond, all are looked at anew.
constexpr std::size_t ticking_actors_max = 1'000;

/// What was sent together stays together. The most that is: all who are fetched ahead, of each
/// class, and are put off because a command or a reload has excluded or banned them.
std::uint64_t largest_batch(const actors::settings_shelf& shelf) {
  using actors::due_questions;
  std::uint64_t most = 0;
  for (const auto& one : shelf.all()) { // Somebody may not have heard of the newest.
    const std::uint64_t ahead =
        std::max(due_questions::fetched_min, due_questions::fetched_per_slot * one->dials().slots);
    most = std::max<std::uint64_t>(
        {most, one->config.storage.batch_operations, store::dialled_class_count * ahead});
  }
  return most;
}

} // namespace

void bounds_oracle::on_crash(const watched_crawler& crawler) {
  of_crawlers_[crawler] = {};
}

void bounds_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  auto& q = of_crawlers_[by];
  if (const auto* want = std::get_if<door_call::want>(&call)) {
    const auto all = q.wanted[want->id] += want->bytes;
    constexpr std::uint64_t window = net::session_limits{}.receive_window;
    if (all > window)
      broke("more bytes wanted than a window has",
            fmt::format("a connection wants {} bytes, and {} is the most", all, window));
  } else if (const auto* credit = std::get_if<door_call::accept>(&call)) {
    const auto all = q.credit[credit->listener] += credit->connections;
    if (all > accept_credit_max)
      broke("more connections accepted than have room",
            fmt::format("a listener may accept {} connections, and {} is the most", all,
                        accept_credit_max));
  } else if (const auto* batch = std::get_if<door_call::batch>(&call)) {
    const auto most = largest_batch(by->program().env().settings);
    // Bans that have ended are lifted together: the table of bans bounds them.
    const auto operations = static_cast<std::uint64_t>(
        std::ranges::count_if(batch->contents.operations, [](const auto& one) {
          return !std::holds_alternative<store::lift_ban>(one);
        }));
    if (operations > most)
      broke("a batch beyond its bound",
            fmt::format("a batch has {} operations, and {} is the most", operations, most));
  }
}

void bounds_oracle::on_network_completion(const watched_crawler& of, const net::completion& heard) {
  auto& q = of_crawlers_[of];
  if (const auto* received = std::get_if<net::received>(&heard)) {
    auto& wanted = q.wanted[received->connection];
    if (received->data.size() > wanted)
      broke("more bytes than were wanted",
            fmt::format("a connection is given {} bytes, and wanted {}", received->data.size(),
                        wanted));
    wanted -= std::min<std::uint64_t>(wanted, received->data.size());
  } else if (const auto* closed = std::get_if<net::closed>(&heard)) {
    q.wanted.erase(closed->connection);
    if (closed->reason == net::error::send_queue_full)
      broke("a send queue ran full", "a connection is cut off because its send queue was full");
  } else if (const auto* failed = std::get_if<net::connect_failed>(&heard)) {
    q.wanted.erase(failed->connection);
  } else if (const auto* accepted = std::get_if<net::accepted>(&heard)) {
    --q.credit[accepted->listener];
  }
}

void bounds_oracle::on_storage_completion(const watched_crawler&, const store::completion& heard) {
  const auto& error =
      std::visit([](const auto& done) -> const store::error& { return done.error; }, heard);
  if (error.code == store::error_code::overloaded)
    broke("more requests than the store takes", error.message);
}

void bounds_oracle::on_step(const watched_crawler& of, const step_view& step, bool) {
  if (step.kind != actors::peer_connection::kind || !step.message.ends_with("timer_fired"))
    return;
  auto& actors = of_crawlers_[of].of_actors;
  if (actors.size() > ticking_actors_max)
    actors.clear();
  auto& fired = actors[step.owner];
  const auto now = of->inside().now().steady;
  if (fired.count == 0 || now - fired.since > tick_window)
    fired = {now, 0};
  if (++fired.count == ticks_max) {
    broke("a timer that fires again and again",
          fmt::format("timers of {} have fired {} times within {} us", step.actor, fired.count,
                      (now - fired.since) / std::chrono::microseconds{1}),
          {}, std::string{step.actor});
    give_run_up();
  }
}

} // namespace seedwalk::sim
