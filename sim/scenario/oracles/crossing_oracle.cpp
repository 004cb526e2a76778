#include "sim/scenario/oracles/crossing_oracle.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

namespace {

/// What is over and older says nothing any more.
constexpr std::size_t crossings_kept = 32;

} // namespace

void crossing_oracle::begin(crawl_world& of) {
  std::size_t nth = 0;
  for (const auto& crawler : of.crawlers()) {
    for (const auto& local : crawler->program().env().recipe.config.peers.listen)
      listeners_.emplace(local, nth);
    ++nth;
  }
  if (nth < 2)
    listeners_.clear();
}

void crossing_oracle::on_crash(const watched_crawler& crawler) {
  std::erase_if(crossings_, [&](const crossing& one) {
    return one.dialler == crawler.nth || one.listener == crawler.nth;
  });
}

void crossing_oracle::on_call(const watched_crawler& by, const any_door_call& call) {
  if (listeners_.empty())
    return;
  const auto* dial = std::get_if<door_call::connect>(&call);
  const auto found = dial == nullptr ? listeners_.end() : listeners_.find(dial->peer);
  if (found == listeners_.end() || found->second == by.nth)
    return;
  forget_the_old();
  crossing made;
  made.dialler = by.nth;
  made.listener = found->second;
  made.id = dial->id;
  made.dialled = dial->peer;
  made.began = by->inside().now().steady;
  crossings_.push_back(made);
}

void crossing_oracle::forget_the_old() {
  if (crossings_.size() < crossings_kept)
    return;
  const auto middle = crossings_.begin() + crossings_kept / 2;
  crossings_.erase(std::remove_if(crossings_.begin(), middle,
                                  [](const crossing& one) { return one.is_over_there; }),
                   middle);
}

void crossing_oracle::on_network_completion(const watched_crawler& of,
                                            const net::completion& heard) {
  const auto* connected = std::get_if<net::connected>(&heard);
  if (connected == nullptr || crossings_.empty())
    return;
  for (auto& one : crossings_)
    if (one.dialler == of.nth && one.id == connected->connection)
      one.accepted = connected->local;
}

void crossing_oracle::on_outcome(const watched_crawler& of, const actors::peer_outcome& m) {
  for (auto& one : crossings_) {
    const bool as_dialler = one.dialler == of.nth && !one.is_over_there && one.dialled == m.key &&
                            m.summary.direction == net::direction::outbound;
    const bool as_listener = one.listener == of.nth && !one.is_over_here && one.accepted == m.key &&
                             m.summary.direction != net::direction::outbound;
    if (!as_dialler && !as_listener)
      continue;
    (as_dialler ? one.is_over_there : one.is_over_here) = true;
    if (m.summary.outcome == net::outcome::duplicate && !one.is_duplicate)
      end(one, of->inside().now().steady);
    return;
  }
}

/// If it goes as a duplicate another one stays: one that did not go for the same reason.
void crossing_oracle::end(crossing& one, net::steady_time now) {
  one.is_duplicate = true;
  one.ended = now;
  bool has_gone_too = false;
  for (const auto& other : crossings_) {
    if (&other == &one || !other.is_of(one.dialler, one.listener))
      continue;
    if (!other.is_duplicate && !other.is_over())
      return;
    has_gone_too = has_gone_too ||
                   (other.is_duplicate && other.dialler != one.dialler && other.ended >= one.began);
  }
  if (has_gone_too)
    broke("of two crossing connections none stays",
          fmt::format("the connection that {} accepted is ended as a duplicate, and the other one "
                      "of the two crawlers was, too",
                      net::to_string(one.dialled)),
          {one.dialled});
}

} // namespace seedwalk::sim
