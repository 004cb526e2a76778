#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/outcome.hpp"
#include "net/bitcoin/chain_params.hpp"
#include "net/bitcoin/services.hpp"
#include "sim/nodes/node_program.hpp"

namespace seedwalk::sim {

/// How a node behaves towards those who dial it.
enum class node_kind : std::uint8_t {
  honest,               ///< As Core does it: handshake, one answer to getaddr, pongs.
  pruned,               ///< Honest, and offers the last 288 blocks only (BIP159).
  slow,                 ///< Honest, and says everything `pace` late.
  slow_drip,            ///< Honest, and says everything in pieces.
  version_first,        ///< Honest, and sends its version without being asked.
  legacy_addr,          ///< Honest, and knows addr only: protocol 70015.
  singleton_first,      ///< Honest, and sends its own address as an addr of one before the answer.
  unroutable_gossip,    ///< Honest, but its answer holds multicast addresses and port 0 too.
  few_addresses,        ///< Honest, and knows too little to answer getaddr at all.
  too_many_addresses,   ///< Answers with 1001 addresses.
  closes_after_getaddr, ///< Ends the connection instead of an answer.
  silent,               ///< Accepts, reads, and says nothing.
  closes_at_accept,     ///< Ends each connection at once.
  resets_at_accept,     ///< Resets each connection at once.
  full,                 ///< Reads the version and ends the connection, as Core without free slots.
  closes_after_version, ///< Answers with its version, and ends the connection.
  no_verack,            ///< Answers with its version, and nothing else.
  obsolete,             ///< Speaks protocol 31799.
  wrong_magic,          ///< Speaks of another chain.
  garbage,              ///< Says nothing but noise.
  oversize,             ///< Announces a payload above 4,000,000 bytes.
  refused,              ///< Nobody listens.
  absent,               ///< No machine: dials are not answered. Simulated only.
  two_blocks,           ///< Honest, and answers getaddr in two messages.
  late_answer,          ///< Honest, and takes `pace` to answer getaddr; what follows waits for it.
  pong_first,           ///< Honest, and answers getaddr `pace` late, but pings at once.
  answers_by_timer, ///< As Core up to 0.21: tells of itself, pongs, and answers ten `pace` late.
  pong_between,     ///< Honest, and tells all that it told once more behind the next pong.
  full_answer,      ///< Honest, and answers with 1,000 addresses: as many as there may be.
  many_blocks,      ///< Honest, and answers with eleven times as many, in eleven messages.
};

inline constexpr std::size_t node_kind_count = 30;

/// "honest", "closes_at_accept", ...: the spelling of options and reports.
std::string_view name_of(node_kind k);
std::optional<node_kind> node_kind_named(std::string_view name);

/// What a crawler that does everything right finds out about a node.
struct node_truth {
  bool listens = true;
  bool good = false;    ///< Its verack is to be had.
  bool answers = false; ///< getaddr brings its table.
  net::outcome outcome = net::outcome::complete;
};

node_truth truth_of(node_kind k);

/// What is said of one node, where something else would have been drawn or is usual. All other
/// nodes are as they would be, but that their tables know what this one is.
struct node_change {
  std::uint32_t number = 0;
  std::optional<net::endpoint> at;
  std::optional<node_kind> kind; ///< A node that is a seed should answer.
  std::string model; ///< It follows this program; its kind is what it counts as. Empty: none.
  std::optional<std::uint64_t> services;
  std::optional<std::int32_t> start_height;
  std::optional<std::vector<std::uint32_t>> knows; ///< The nodes that its answer tells of.
  std::vector<net::endpoint> tells;                ///< Its answer tells of these endpoints besides.
  std::chrono::seconds tells_ahead{0}; ///< Their times are so far from now; may be below zero.
  std::chrono::seconds clock{0};       ///< Its clock goes so much before ours.
  std::optional<std::string> user_agent;
  std::optional<std::int32_t> protocol;

  friend bool operator==(const node_change&, const node_change&) = default;
};

/// One node, as data. Its behaviour is `bitcoin_nodes`' business.
struct node_description {
  net::endpoint at;
  node_kind kind = node_kind::honest;
  std::uint64_t services = net::service::network | net::service::witness;
  std::int32_t start_height = 0;
  std::vector<std::uint32_t> peers; ///< The nodes that its answer tells of, by number.
};

/// What a topology is drawn from. The same options make the same topology.
struct topology_options {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 500;
  /// The first of them are honest, and where a crawl starts.
  std::uint32_t seeds = 4;
  /// What a node's answer holds, at most 1000 (Core tells at most 23% of what it knows; ours may
  /// know little and tell all of it).
  std::uint32_t addresses_a_node = 1000;
  /// The parts of each kind. Drawn for each node.
  std::vector<std::pair<node_kind, std::uint32_t>> shares = {{node_kind::honest, 1}};
  /// The parts of each network. Drawn for each node but the seeds, which are on IPv4. Only nodes on
  /// IPv4 bring a crawl to new ones, so that who cannot reach a network misses nobody else.
  std::vector<std::pair<net::network_id, std::uint32_t>> networks = {{net::network_id::ipv4, 1}};
  net::magic_bytes magic = {0xfa, 0xbf, 0xb5, 0xda}; ///< regtest
  /// Node i listens at `first` plus i; a refused one at the next port. On other networks than IPv4
  /// at an address that is drawn, the last bytes of which are i.
  net::endpoint first = net::ipv4_endpoint(0x7f010001, 18444);
  /// Programs that nodes may follow, by name.
  std::vector<node_program> models = {};
  /// The parts of nodes that follow each of them, beside those of `shares`, who follow none. Drawn
  /// for each node but the seeds and those of which a kind or a model is said; what a node counts
  /// as is its kind all the same.
  std::vector<std::pair<std::string, std::uint32_t>> model_shares = {};
  /// What is said of single nodes, one entry a node.
  std::vector<node_change> changes = {};
  /// How late `slow` and its like are, and how long a whole answer of `slow_drip` takes at most.
  std::chrono::nanoseconds pace = std::chrono::seconds{3};
  /// These of them, but no seeds, are taken out when all is drawn: nobody has their addresses, and
  /// nobody tells of them. All else is as it would be.
  std::vector<std::uint32_t> without = {};

  friend bool operator==(const topology_options&, const topology_options&) = default;
};

/// The address of a node, known without drawing it; nothing where networks are drawn. A node that
/// refuses has the next port.
std::optional<net::endpoint> ipv4_address_of(const topology_options& o, std::uint32_t node);

/// The node that has this IPv4 address where nothing is said of it, or may have it where networks
/// are drawn; nothing: no node.
std::optional<std::uint32_t> usual_node_at(const topology_options& o, const net::endpoint& at);

/// Where a crawl of a topology that is drawn from these starts: known without drawing it.
std::vector<net::endpoint> seeds_of(const topology_options& o);

/// A network of nodes. A crawl that starts at any seed and dials all that it hears of reaches every
/// node: each was put into the table of an answering node that comes before it.
class topology {
public:
  explicit topology(const topology_options& o);

  const topology_options& settings() const { return options_; }
  const std::vector<node_description>& nodes() const& { return nodes_; }
  std::vector<node_description> nodes() && { return std::move(nodes_); }

  /// What is said of a node; null: nothing.
  const node_change* change_of(std::uint32_t node) const;

  /// The program that a node follows; null: it behaves as its kind does.
  const node_program* program_of(std::uint32_t node) const;

  /// Whether a crawler that does everything right finds a node good: by its kind, and never one
  /// whose program does not say what a handshake needs.
  bool is_good(std::uint32_t node) const;

  /// The number of the node at `at`.
  std::optional<std::uint32_t> find(const net::endpoint& at) const;

  /// Where a crawl starts.
  std::vector<net::endpoint> seeds() const { return seeds_of(options_); }

private:
  void draw_kinds();
  void draw_models();
  net::network_id draw_network(std::uint32_t node) const;
  net::endpoint draw_address(std::uint32_t node, net::network_id network) const;
  void draw_tables();
  void change_nodes();
  void take_out(const std::vector<std::uint32_t>& nodes);

  topology_options options_;
  std::vector<node_description> nodes_;
  std::map<net::endpoint, std::uint32_t> moved_;      ///< Nodes whose address was said.
  std::map<std::uint32_t, std::string> drawn_models_; ///< By node.
};

} // namespace seedwalk::sim
