#include "sim/nodes/topology.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "net/base/random.hpp"

namespace seedwalk::sim {

namespace {

using net::outcome;

struct kind_row {
  std::string_view name;
  node_truth truth;
};

constexpr node_truth answering = {true, true, true, outcome::complete};

constexpr node_truth listening(outcome o, bool good = false) {
  return {true, good, false, o};
}

constexpr std::array<kind_row, node_kind_count> kinds = {{
    {"honest", answering},
    {"pruned", answering},
    {"slow", answering},
    {"slow_drip", answering},
    {"version_first", answering},
    {"legacy_addr", answering},
    {"singleton_first", answering},
    {"unroutable_gossip", answering},
    {"few_addresses", listening(outcome::no_addresses, true)},
    {"too_many_addresses", listening(outcome::misbehaved, true)},
    {"closes_after_getaddr", listening(outcome::closed_after_handshake, true)},
    {"silent", listening(outcome::handshake_timeout)},
    {"closes_at_accept", listening(outcome::closed_before_version)},
    {"resets_at_accept", listening(outcome::closed_before_version)},
    {"full", listening(outcome::closed_before_version)},
    {"closes_after_version", listening(outcome::closed_before_verack)},
    {"no_verack", listening(outcome::handshake_timeout)},
    {"obsolete", listening(outcome::obsolete)},
    {"wrong_magic", listening(outcome::wrong_magic)},
    {"garbage", listening(outcome::wrong_magic)},
    {"oversize", listening(outcome::oversize)},
    {"refused", {false, false, false, outcome::refused}},
    {"absent", {false, false, false, outcome::connect_timeout}},
    {"two_blocks", answering},
    {"late_answer", answering},
    {"pong_first", answering},
    {"answers_by_timer", answering},
    {"pong_between", answering},
    {"full_answer", answering},
    {"many_blocks", answering},
}};

std::uint32_t ipv4_of(const net::endpoint& at) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i != 4; ++i)
    result = result << 8 | at.address[i];
  return result;
}

net::random_stream stream_of(std::uint64_t seed, std::string_view purpose, std::uint32_t node) {
  return {seed, purpose, {reinterpret_cast<const std::uint8_t*>(&node), sizeof node}};
}

std::uint32_t seed_count(const topology_options& o) {
  return std::clamp(o.seeds, 1u, std::max(o.nodes, 1u));
}

net::endpoint ipv4_address(const topology_options& o, std::uint32_t node) {
  return net::ipv4_endpoint(ipv4_of(o.first) + node, o.first.port);
}

/// A dripping node gets through this many entries within its pace.
constexpr std::uint32_t drip_addresses_max = 50;

} // namespace

std::string_view name_of(node_kind k) {
  return kinds[static_cast<std::size_t>(k)].name;
}

std::optional<node_kind> node_kind_named(std::string_view name) {
  for (std::size_t i = 0; i != kinds.size(); ++i)
    if (kinds[i].name == name)
      return static_cast<node_kind>(i);
  return std::nullopt;
}

node_truth truth_of(node_kind k) {
  return kinds[static_cast<std::size_t>(k)].truth;
}

topology::topology(const topology_options& o) : options_(o) {
  assert(o.first.network == net::network_id::ipv4);
  options_.addresses_a_node = std::clamp(o.addresses_a_node, 2u, 1000u);
  options_.seeds = seed_count(o);
  draw_kinds();
  draw_models();
  draw_tables();
  change_nodes();
  if (!o.without.empty())
    take_out(o.without);
}

void topology::draw_kinds() {
  std::uint64_t parts = 0;
  for (const auto& [kind, share] : options_.shares)
    parts += share;
  nodes_.resize(options_.nodes);
  for (std::uint32_t i = 0; i != options_.nodes; ++i) {
    auto& node = nodes_[i];
    auto stream = stream_of(options_.seed, "node", i);
    auto drawn = parts == 0 ? 0 : stream.below(parts);
    for (const auto& [kind, share] : options_.shares) {
      if (drawn < share) {
        node.kind = kind;
        break;
      }
      drawn -= share;
    }
    if (i < options_.seeds)
      node.kind = node_kind::honest;
    const auto* said = change_of(i);
    if (said != nullptr && said->kind)
      node.kind = *said->kind;
    node.at.network = draw_network(i);
    node.start_height = static_cast<std::int32_t>(stream.between(800'000, 900'000));
  }
}

void topology::draw_models() {
  std::uint64_t parts = 0;
  for (const auto& [name, share] : options_.model_shares)
    parts += share;
  if (parts == 0)
    return;
  for (const auto& [kind, share] : options_.shares)
    parts += share;
  for (auto i = options_.seeds; i < options_.nodes; ++i) {
    const auto* said = change_of(i);
    if (!truth_of(nodes_[i].kind).listens ||
        (said != nullptr && (said->kind || !said->model.empty())))
      continue;
    auto drawn = stream_of(options_.seed, "model", i).below(parts);
    for (const auto& [name, share] : options_.model_shares) {
      if (drawn < share) {
        drawn_models_.emplace(i, name);
        break;
      }
      drawn -= share;
    }
  }
}

net::network_id topology::draw_network(std::uint32_t node) const {
  std::uint64_t parts = 0;
  for (const auto& [network, share] : options_.networks)
    parts += share;
  if (node < options_.seeds || parts == 0)
    return net::network_id::ipv4;
  auto drawn = stream_of(options_.seed, "network", node).below(parts);
  for (const auto& [network, share] : options_.networks) {
    if (drawn < share)
      return network;
    drawn -= share;
  }
  return net::network_id::ipv4;
}

net::endpoint topology::draw_address(std::uint32_t node, net::network_id network) const {
  if (network == net::network_id::ipv4)
    return ipv4_address(options_, node);
  net::endpoint at;
  at.network = network;
  at.port = network == net::network_id::i2p ? 0 : options_.first.port;
  const auto size = at.address_bytes().size();
  auto stream = stream_of(options_.seed, "address", node);
  for (std::size_t i = 0; i != size; ++i)
    at.address[i] = static_cast<std::uint8_t>(stream.below(256));
  // 2a00::/8 is Europe's, fc00::/8 CJDNS. Yggdrasil nobody gossips.
  if (network == net::network_id::ipv6)
    at.address[0] = 0x2a;
  if (network == net::network_id::cjdns)
    at.address[0] = 0xfc;
  for (std::size_t i = 0; i != 4; ++i)
    at.address[size - 4 + i] = static_cast<std::uint8_t>(node >> (24 - 8 * i));
  return at;
}

/// First every node gets into the table of one before it, then the tables are filled up.
void topology::draw_tables() {
  const auto capacity = [&](node_kind k) {
    if (!truth_of(k).answers)
      return 0u;
    return k == node_kind::slow_drip ? std::min(options_.addresses_a_node, drip_addresses_max)
                                     : options_.addresses_a_node;
  };
  std::vector<std::uint32_t> with_room;
  std::uint64_t room = 0;
  for (std::uint32_t i = 0; i != options_.nodes; ++i) {
    auto& node = nodes_[i];
    // The last free place goes to a node that brings new ones.
    const auto* said = change_of(i);
    if (room == 1 && capacity(node.kind) == 0 && (said == nullptr || !said->kind))
      node.kind = node_kind::honest, node.at.network = net::network_id::ipv4;
    if (i > 0 && room != 0) {
      auto stream = stream_of(options_.seed, "parent", i);
      const auto at = stream.below(with_room.size());
      auto& parent = nodes_[with_room[at]];
      if (parent.kind == node_kind::legacy_addr && node.at.network != net::network_id::ipv6)
        node.at.network = net::network_id::ipv4; // All that it can tell of.
      parent.peers.push_back(i);
      --room;
      if (parent.peers.size() == capacity(parent.kind)) {
        with_room[at] = with_room.back();
        with_room.pop_back();
      }
    }
    const bool leads_on = node.at.network == net::network_id::ipv4;
    if (const auto more = capacity(node.kind); more != 0 && leads_on) {
      with_room.push_back(i);
      room += more;
    }
  }
  std::vector<std::uint32_t> seen(options_.nodes, UINT32_MAX);
  for (std::uint32_t i = 0; i != options_.nodes; ++i) {
    auto& node = nodes_[i];
    node.at = draw_address(i, node.at.network);
    if (node.kind == node_kind::refused && node.at.port != 0)
      ++node.at.port;
    if (node.kind == node_kind::pruned)
      node.services = net::service::network_limited | net::service::witness;
    const auto most = std::min(capacity(node.kind), options_.nodes - 1);
    seen[i] = i;
    for (const auto peer : node.peers)
      seen[peer] = i;
    auto stream = stream_of(options_.seed, "table", i);
    while (node.peers.size() < most) {
      // Where nearly all are in, the next free one is as good as a drawn one.
      auto peer = static_cast<std::uint32_t>(stream.below(options_.nodes));
      while (seen[peer] == i)
        peer = (peer + 1) % options_.nodes;
      seen[peer] = i;
      node.peers.push_back(peer);
    }
  }
}

/// What is said of nodes beside their kinds, which tables depend on.
void topology::change_nodes() {
  for (const auto& said : options_.changes) {
    if (said.number >= nodes_.size())
      continue;
    auto& node = nodes_[said.number];
    if (said.at) {
      node.at = *said.at;
      moved_.emplace(node.at, said.number);
    }
    if (said.services)
      node.services = *said.services;
    if (said.start_height)
      node.start_height = *said.start_height;
    if (said.knows)
      node.peers = *said.knows;
  }
}

const node_change* topology::change_of(std::uint32_t node) const {
  const auto found = std::ranges::find(options_.changes, node, &node_change::number);
  return found == options_.changes.end() ? nullptr : &*found;
}

const node_program* topology::program_of(std::uint32_t node) const {
  const auto* said = change_of(node);
  const auto drawn = drawn_models_.find(node);
  if ((said == nullptr || said->model.empty()) && drawn == drawn_models_.end())
    return nullptr;
  const auto& name = drawn == drawn_models_.end() ? said->model : drawn->second;
  const auto found = std::ranges::find(options_.models, name, &node_program::name);
  return found == options_.models.end() ? nullptr : &*found;
}

bool topology::is_good(std::uint32_t node) const {
  const auto* program = program_of(node);
  return truth_of(nodes_[node].kind).good && (program == nullptr || may_shake_hands(*program));
}

void topology::take_out(const std::vector<std::uint32_t>& nodes) {
  std::vector<bool> is_out(nodes_.size());
  for (const auto node : nodes) {
    if (node >= nodes_.size())
      continue;
    assert(node >= options_.seeds);
    is_out[node] = true;
    nodes_[node].kind = node_kind::absent;
    nodes_[node].peers.clear();
  }
  for (auto& other : nodes_)
    std::erase_if(other.peers, [&](std::uint32_t peer) { return is_out[peer]; });
}

std::optional<std::uint32_t> topology::find(const net::endpoint& at) const {
  if (const auto moved = moved_.find(at); moved != moved_.end())
    return moved->second;
  const auto used = at.address_bytes();
  std::uint32_t number = 0;
  for (std::size_t i = used.size() - 4; i != used.size(); ++i)
    number = number << 8 | used[i];
  if (at.network == net::network_id::ipv4)
    number -= ipv4_of(options_.first);
  if (number >= nodes_.size() || nodes_[number].at != at)
    return std::nullopt;
  return number;
}

std::optional<net::endpoint> ipv4_address_of(const topology_options& o, std::uint32_t node) {
  const auto said = std::ranges::find(o.changes, node, &node_change::number);
  if (said != o.changes.end() && said->at)
    return said->at;
  const bool is_drawn =
      node >= seed_count(o) && std::ranges::any_of(o.networks, [](const auto& share) {
        return share.first != net::network_id::ipv4 && share.second != 0;
      });
  return is_drawn ? std::nullopt : std::optional{ipv4_address(o, node)};
}

std::optional<std::uint32_t> usual_node_at(const topology_options& o, const net::endpoint& at) {
  if (at.network != net::network_id::ipv4 || at.port != o.first.port)
    return std::nullopt;
  const auto number = ipv4_of(at) - ipv4_of(o.first);
  return number < o.nodes ? std::optional{number} : std::nullopt;
}

std::vector<net::endpoint> seeds_of(const topology_options& o) {
  std::vector<net::endpoint> result;
  for (std::uint32_t i = 0; i != seed_count(o) && i != o.nodes; ++i)
    result.push_back(*ipv4_address_of(o, i));
  return result;
}

} // namespace seedwalk::sim
