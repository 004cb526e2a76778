#include "sim/scenario/crawl_scenario.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/runtime/strategies/portfolio.hpp"
#include "sim/scenario/drawn_misfortunes.hpp"

namespace seedwalk::sim {

crawl_scenario plain_crawl(std::uint64_t seed, std::uint32_t nodes) {
  crawl_scenario s;
  s.seed = seed;
  s.nodes.nodes = nodes;
  s.nodes.addresses_a_node = std::min<std::uint32_t>(nodes, 64);
  s.drive.journal = false;
  auto& c = s.crawler.config;
  c.network.name = "regtest";
  c.network.allow_unroutable = true;
  c.start.dns = false;
  c.run.once = true;
  return s;
}

schedule_options crawl_scenario::near_events() {
  schedule_options order;
  order.ahead = order.behind = std::chrono::microseconds{50};
  return order;
}

bool crawl_scenario::wants_profile() const {
  const auto wants = [](strategy said, std::uint64_t by) {
    return sim::wants_profile(settled({said}, by).strategy);
  };
  return wants(schedule, seed) || (then && wants(then->strategy, then->seed));
}

std::vector<crawler_part> crawl_scenario::parts() const {
  std::vector<crawler_part> all = {
      {crawlers, crawler, addresses, drive, endpoints_expected, wall_steps}};
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

void crawl_scenario::set_parts(std::vector<crawler_part> parts) {
  if (parts.empty())
    return;
  auto& first = parts.front();
  crawlers = first.count;
  crawler = std::move(first.recipe);
  addresses = std::move(first.addresses);
  drive = std::move(first.drive);
  endpoints_expected = first.endpoints_expected;
  wall_steps = std::move(first.wall_steps);
  parts.erase(parts.begin());
  others = std::move(parts);
}

std::uint32_t crawl_scenario::crawler_count() const {
  std::uint32_t count = std::max(crawlers, 1u);
  for (const auto& part : others)
    count += part.count;
  return count;
}

std::string crawler_name(std::uint32_t nth) {
  return std::string(1, static_cast<char>('a' + nth % 26)) +
         (nth < 26 ? "" : fmt::format("{}", nth / 26));
}

topology_options completed_nodes(const crawl_scenario& s) {
  auto nodes = s.nodes;
  nodes.seed = s.seed;
  // On loopback all crawlers would have the same address.
  if (s.crawler_count() > 1 && net::is_loopback(nodes.first))
    nodes.first = net::ipv4_endpoint(0x0b010001, nodes.first.port);
  return nodes;
}

crawl_scenario completed(crawl_scenario s) {
  s = with_misfortunes(std::move(s));
  s.crawlers = std::max(s.crawlers, 1u);
  s.nodes = completed_nodes(s);
  const auto start_at_seeds = [&](actors::crawl_recipe& recipe) {
    if (recipe.config.start.names_somebody() || s.starts_at_dns)
      return;
    recipe.config.start.connect = seeds_of(s.nodes);
    // As if a flag had said it: a file that is read again need not.
    recipe.pinned.insert("start.connect");
  };
  // As the command gives one where none is said: a file that is read again must not need to.
  const auto with_path = [](actors::crawl_recipe& recipe) {
    if (recipe.config.storage.path.empty())
      recipe.config.storage.path = "/db";
  };
  with_path(s.crawler);
  for (auto& part : s.others)
    with_path(part.recipe);
  start_at_seeds(s.crawler);
  for (auto& part : s.others)
    start_at_seeds(part.recipe);
  std::ranges::stable_sort(s.operations, {}, &planned_operation::at);
  // What a crash leaves is read off the journal, and calls are counted there.
  const bool may_crash = std::ranges::any_of(s.operations, [](const auto& one) {
    const auto* stop = std::get_if<operation::stop>(&one.action);
    return std::holds_alternative<operation::crash>(one.action) || one.at_disk_call ||
           (stop != nullptr && stop->signal != 0);
  });
  s.drive.journal = s.drive.journal || may_crash;
  for (auto& part : s.others)
    part.drive.journal = part.drive.journal || may_crash;
  return s;
}

} // namespace seedwalk::sim
