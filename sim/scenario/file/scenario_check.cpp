#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "net/base/stranger_text.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {

namespace {

using result = tl::expected<void, scenario_problem>;

result wrong(std::string path, std::string message) {
  return tl::unexpected(scenario_problem{std::move(path), std::move(message)});
}

std::string in_list(std::string_view list, std::size_t nth, std::string_view key) {
  return fmt::format("{}[{}].{}", list, nth, key);
}

/// The number of another node that is at `at`, or may be when networks are drawn.
std::optional<std::uint32_t> other_node_at(const crawl_scenario& s, const net::endpoint& at,
                                           std::uint32_t than) {
  for (const auto& other : s.nodes.changes)
    if (other.number != than && other.at == at)
      return other.number;
  const auto nodes = completed_nodes(s);
  const auto usual = usual_node_at(nodes, at);
  if (!usual || *usual == than)
    return std::nullopt;
  const auto its_own = ipv4_address_of(nodes, *usual);
  return !its_own || its_own == at ? usual : std::nullopt;
}

result check_nodes(const crawl_scenario& s) {
  if (s.nodes.first.network != net::network_id::ipv4)
    return wrong("nodes.first", "must be an IPv4 endpoint");
  for (const auto node : s.nodes.without)
    if (node >= s.nodes.nodes || node < s.nodes.seeds)
      return wrong("nodes.without", "must be nodes that are no seeds");
  std::set<std::uint32_t> numbers;
  for (std::size_t i = 0; i != s.nodes.changes.size(); ++i) {
    const auto& node = s.nodes.changes[i];
    if (node.number >= s.nodes.nodes)
      return wrong(in_list("node", i, "number"),
                   fmt::format("must be below {}, which is nodes.count", s.nodes.nodes));
    if (!numbers.insert(node.number).second)
      return wrong(in_list("node", i, "number"), "is there twice");
    if (node.at)
      if (const auto other = other_node_at(s, *node.at, node.number))
        return wrong(in_list("node", i, "at"), fmt::format("is where node {} is", *other));
    for (const auto known : node.knows.value_or(std::vector<std::uint32_t>{}))
      if (known >= s.nodes.nodes)
        return wrong(
            in_list("node", i, "knows"),
            fmt::format("must have numbers below {}, which is nodes.count", s.nodes.nodes));
  }
  return {};
}

result check_models(const crawl_scenario& s) {
  std::set<std::string> names;
  for (std::size_t i = 0; i != s.nodes.models.size(); ++i)
    if (s.nodes.models[i].name.empty() || !names.insert(s.nodes.models[i].name).second)
      return wrong(in_list("model", i, "name"), "must be one that no other model has");
  for (const auto& [name, parts] : s.nodes.model_shares)
    if (!names.contains(name))
      return wrong("nodes.models",
                   fmt::format("names none of the models: \"{}\"", net::printable(name, 60)));
  for (std::size_t i = 0; i != s.nodes.changes.size(); ++i) {
    const auto& node = s.nodes.changes[i];
    if (!node.model.empty() && !names.contains(node.model))
      return wrong(in_list("node", i, "model"), "names none of the models");
    if (!node.model.empty() && node.kind && !truth_of(*node.kind).listens)
      return wrong(in_list("node", i, "model"), "is of a kind to which nobody connects");
  }
  return {};
}

result check_crawlers(const crawl_scenario& s) {
  if (s.crawler_count() > crawlers_max)
    return wrong("crawler", fmt::format("must be at most {} in all", crawlers_max));
  const auto parts = completed(s).parts();
  for (std::size_t i = 0; i != parts.size(); ++i) {
    const auto& config = parts[i].recipe.config;
    if (const auto valid = actors::validate(config); !valid)
      return wrong(in_list("crawler", i, "config." + valid.error().option), valid.error().message);
    if (parts[i].drive.sync_cost_max < parts[i].drive.sync_cost_min)
      return wrong(in_list("crawler", i, "disk.sync_cost_max"), "must not be below sync_cost_min");
  }
  return {};
}

result check_faults(const crawl_scenario& s) {
  std::set<std::string> names;
  for (std::uint32_t i = 0; i != s.drawn_faults; ++i)
    names.insert(fmt::format("fault {}", i));
  for (std::size_t i = 0; i != s.faults.size(); ++i) {
    if (s.faults[i].name.empty() || !names.insert(s.faults[i].name).second)
      return wrong(in_list("fault", i, "name"),
                   "must be one that no other fault has: its draws are keyed by it");
    if (s.faults[i].until <= s.faults[i].since)
      return wrong(in_list("fault", i, "until"), "must be behind since");
  }
  return {};
}

result check_operations(const crawl_scenario& s) {
  for (std::size_t i = 0; i != s.operations.size(); ++i) {
    const auto& one = s.operations[i];
    if (one.at_step && one.at_disk_call)
      return wrong(in_list("operation", i, "at_disk_call"), "is not said beside at_step");
    if (one.crawler && *one.crawler >= s.crawler_count())
      return wrong(in_list("operation", i, "crawler"),
                   fmt::format("names one that is not there: there are {}", s.crawler_count()));
  }
  return {};
}

result check_schedule(const crawl_scenario& s) {
  if (!s.order.given.empty() && s.schedule != strategy::fifo)
    return wrong("schedule.choices", "are departures from fifo: strategy must be \"fifo\"");
  const auto in_order = [](const auto& seeds) {
    return std::ranges::is_sorted(seeds, {}, &crawl_scenario::another_seed::from_step);
  };
  if (!in_order(s.reseeds))
    return wrong("schedule.reseed", "must be in the order of the steps");
  if (!in_order(s.redraws))
    return wrong("schedule.redraw", "must be in the order of the steps");
  return {};
}

result check_expectations(const crawl_scenario& s) {
  for (std::size_t i = 0; i != s.expect.peers.size(); ++i) {
    const auto& peer = s.expect.peers[i];
    if (peer.node.has_value() == peer.at.has_value())
      return wrong(in_list("expect.peer", i, "node"), "or at must be said, and not both");
    if (peer.node && *peer.node >= s.nodes.nodes)
      return wrong(in_list("expect.peer", i, "node"),
                   fmt::format("must be below {}, which is nodes.count", s.nodes.nodes));
    if (peer.accepted && !peer.node)
      return wrong(in_list("expect.peer", i, "accepted"), "is said of nodes");
    if (peer.crawler >= s.crawler_count())
      return wrong(in_list("expect.peer", i, "crawler"),
                   fmt::format("names one that is not there: there are {}", s.crawler_count()));
  }
  return {};
}

} // namespace

tl::expected<void, scenario_problem> validate(const crawl_scenario& s) {
  for (const auto check : {check_nodes, check_models, check_crawlers, check_faults,
                           check_operations, check_schedule, check_expectations})
    if (auto checked = check(s); !checked)
      return checked;
  return {};
}

crawl_scenario usual_scenario() {
  return plain_crawl(1, 100);
}

} // namespace seedwalk::sim
