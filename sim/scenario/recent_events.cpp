#include "sim/scenario/recent_events.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::sim {

recent_events::recent_events(world& of, std::span<const net::endpoint> peers, std::size_t lines_max)
    : world_(of), lines_max_(lines_max) {
  for (const auto& peer : peers)
    peers_.push_back(net::to_string(peer));
  world_.listen(*this);
}

recent_events::~recent_events() {
  world_.ignore(*this);
}

bool recent_events::concerns(std::string_view text) const {
  return peers_.empty() || std::ranges::any_of(peers_, [&](const auto& peer) {
           return text.find(peer) != std::string_view::npos;
         });
}

void recent_events::note(std::string text) {
  const auto now = world_.now().steady;
  lines_.push_back(fmt::format("{:>10}.{:06} s  {}", now.count() / 1'000'000'000,
                               now.count() / 1'000 % 1'000'000, text));
  if (lines_.size() > lines_max_)
    lines_.pop_front();
}

void recent_events::on_event(std::uint64_t, std::uint64_t lane) {
  const auto label = world_.events().label_of(lane);
  if (concerns(label))
    note(label);
}

void recent_events::before_step(const step_view& step) {
  if (concerns(step.actor))
    note(fmt::format("step {}: {} takes {}", step.number, step.actor,
                     step.message.empty() ? "nothing" : step.message));
}

std::vector<std::string> last_events(crawl_scenario s, std::span<const net::endpoint> peers,
                                     std::size_t lines_max) {
  s = with_profile(std::move(s));
  s.order.keeps_departures = true;
  crawl_world world{s};
  const recent_events events(world.inner(), peers, lines_max);
  if (world.start())
    world.run();
  return events.lines();
}

} // namespace seedwalk::sim
