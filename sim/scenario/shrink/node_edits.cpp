#include "sim/scenario/shrink/node_edits.hpp"

#include <algorithm>
#include <utility>

#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {

namespace {

std::optional<crawl_scenario> if_valid(crawl_scenario s) {
  if (!validate(s))
    return std::nullopt;
  return s;
}

/// Nodes get other numbers: `of[i]` is that of node i; nothing: it is no more.
crawl_scenario renumbered(crawl_scenario s, const std::vector<std::optional<std::uint32_t>>& of) {
  const auto is_gone = [&](std::uint32_t node) { return node >= of.size() || !of[node]; };
  const auto renumber = [&](std::vector<std::uint32_t>& nodes) {
    std::erase_if(nodes, is_gone);
    for (auto& node : nodes)
      node = *of[node];
  };
  auto& changes = s.nodes.changes;
  std::erase_if(changes, [&](const auto& change) { return is_gone(change.number); });
  for (auto& change : changes) {
    change.number = *of[change.number];
    if (change.knows)
      renumber(*change.knows);
  }
  auto& peers = s.expect.peers;
  std::erase_if(peers, [&](const auto& peer) { return peer.node && is_gone(*peer.node); });
  for (auto& peer : peers)
    if (peer.node)
      peer.node = of[*peer.node];
  renumber(s.nodes.without);
  return s;
}

std::optional<crawl_scenario> first_nodes(const crawl_scenario& s, std::uint32_t count) {
  std::vector<std::optional<std::uint32_t>> same;
  for (std::uint32_t i = 0; i != count; ++i)
    same.emplace_back(i);
  auto fewer = renumbered(s, same);
  fewer.nodes.nodes = count;
  fewer.nodes.seeds = std::min(fewer.nodes.seeds, count);
  return if_valid(std::move(fewer));
}

std::vector<std::uint32_t> that_can_go(const crawl_scenario& s) {
  auto nodes = nodes_left(s);
  std::erase_if(nodes, [&](std::uint32_t node) { return node < s.nodes.seeds; });
  return nodes;
}

} // namespace

std::vector<std::uint32_t> nodes_left(const crawl_scenario& s) {
  std::vector<bool> is_out(s.nodes.nodes);
  for (const auto node : s.nodes.without)
    is_out[node] = true;
  std::vector<std::uint32_t> left;
  for (std::uint32_t i = 0; i != s.nodes.nodes; ++i)
    if (!is_out[i])
      left.push_back(i);
  return left;
}

scenario_choices fewer_nodes() {
  scenario_choices choices;
  choices.simpler = [](const crawl_scenario& s,
                       std::size_t nth) -> std::optional<std::vector<crawl_scenario>> {
    if (nth > 1)
      return std::nullopt;
    std::vector<crawl_scenario> all;
    if (nth == 1) { // And fewer of them are seeds.
      if (s.nodes.seeds == 1)
        return all;
      auto one_seed = s;
      one_seed.nodes.seeds = 1;
      if (auto valid = if_valid(std::move(one_seed)))
        all.push_back(std::move(*valid));
      return all;
    }
    for (std::uint32_t count = 1; count < s.nodes.nodes; count += 1 + count / 3) {
      auto fewer = first_nodes(s, count);
      if (!fewer)
        continue;
      auto one_seed = *fewer;
      one_seed.nodes.seeds = 1;
      if (count != 1 && s.nodes.seeds != 1)
        if (auto valid = if_valid(std::move(one_seed)))
          all.push_back(std::move(*valid));
      all.push_back(std::move(*fewer));
    }
    return all;
  };
  return choices;
}

scenario_parts single_nodes() {
  scenario_parts parts;
  parts.count = [](const crawl_scenario& s) { return that_can_go(s).size(); };
  parts.without = [](const crawl_scenario& s, std::size_t begin, std::size_t end) {
    const auto nodes = that_can_go(s);
    auto fewer = s;
    auto& out = fewer.nodes.without;
    out.insert(out.end(), nodes.begin() + static_cast<std::ptrdiff_t>(begin),
               nodes.begin() + static_cast<std::ptrdiff_t>(end));
    std::ranges::sort(out);
    std::erase_if(fewer.nodes.changes, [&](const auto& change) {
      return std::ranges::binary_search(out, change.number);
    });
    return if_valid(std::move(fewer));
  };
  return parts;
}

std::optional<crawl_scenario> written_out(const crawl_scenario& s) {
  if (s.nodes.without.empty())
    return std::nullopt;
  const auto left = nodes_left(s);
  const topology drawn{completed_nodes(s)};
  std::vector<std::optional<std::uint32_t>> numbers(s.nodes.nodes);
  for (std::uint32_t i = 0; i != left.size(); ++i)
    numbers[left[i]] = i;
  auto written = s;
  written.nodes.nodes = static_cast<std::uint32_t>(left.size());
  written.nodes.without.clear();
  written.nodes.changes.clear();
  for (const auto node : left) {
    node_change change;
    if (const auto* said = drawn.change_of(node))
      change = *said;
    const auto& one = drawn.nodes()[node];
    change.number = node;
    change.at = one.at;
    change.kind = one.kind;
    change.services = one.services;
    change.start_height = one.start_height;
    change.knows = one.peers;
    written.nodes.changes.push_back(std::move(change));
  }
  return if_valid(renumbered(std::move(written), numbers));
}

} // namespace seedwalk::sim
