#include "sim/nodes/bitcoin_nodes.hpp"

#include <algorithm>
#include <span>

#include "net/base/random.hpp"
#include "net/bitcoin/encode.hpp"
#include "sim/nodes/bitcoin_session.hpp"
#include "sim/nodes/program_session.hpp"

namespace seedwalk::sim {

namespace {

/// Accepts and says nothing that makes sense, or nothing at all.
class mute_session final : public node_session {
public:
  mute_session(node_kind kind, std::uint64_t visit) : kind_(kind), visit_(visit) {}

  void on_open(node_io& io) override {
    if (kind_ == node_kind::closes_at_accept)
      io.close();
    else if (kind_ == node_kind::resets_at_accept)
      io.reset();
    else if (kind_ == node_kind::garbage)
      io.send(noise());
  }

  void on_bytes(node_io& io, net::byte_view) override {
    if (kind_ == node_kind::full)
      io.close();
  }

private:
  /// No chain's magic begins with a zero.
  net::buffer noise() const {
    net::random_stream stream(visit_, "noise");
    net::bytes data(100);
    std::generate(data.begin() + 1, data.end(),
                  [&] { return static_cast<std::uint8_t>(stream.next()); });
    return net::buffer{data};
  }

  node_kind kind_;
  std::uint64_t visit_;
};

bool is_mute(node_kind kind) {
  switch (kind) {
  case node_kind::silent:
  case node_kind::closes_at_accept:
  case node_kind::resets_at_accept:
  case node_kind::full:
  case node_kind::garbage:
    return true;
  default:
    return false;
  }
}

/// A node heard of everybody within the last three hours.
constexpr std::uint64_t age_max_s = 10'800;

/// As many as one message may tell of, by Core's MAX_ADDR_TO_SEND.
constexpr std::size_t block_entries_max = 1'000;
/// Of `many_blocks`: more than a crawler takes of one answer.
constexpr int many = 11;

/// What no crawler may dial; and none of it leaves a machine that does.
void add_unroutable(std::vector<net::msg::addr_entry>& entries, std::uint32_t time) {
  for (std::uint32_t i = 1; i != 6 && entries.size() < 1000; ++i) {
    entries.push_back({net::ipv4_endpoint(0xe0000000 + i, 8333), time, 1});
    if (entries.size() < 1000)
      entries.push_back({net::ipv4_endpoint(0x7f000000 + i, 0), time, 1});
  }
}

void append_block(net::bytes& out, const net::magic_bytes& magic, bool v2,
                  std::span<const net::msg::addr_entry> entries) {
  net::msg::addr_list told(entries.begin(), entries.end());
  if (v2)
    net::append_message(out, magic, net::msg::addrv2{std::move(told), {}});
  else
    net::append_message(out, magic, net::msg::addr{std::move(told), {}, true});
}

} // namespace

std::unique_ptr<node_session> bitcoin_nodes::open(std::uint32_t node, const net::endpoint& peer) {
  const auto kind = topology_.nodes()[node].kind;
  const auto visit = next_visit(node, peer);
  if (const auto* program = topology_.program_of(node))
    return std::make_unique<program_session>(*this, node, peer, visit, *program);
  if (is_mute(kind))
    return std::make_unique<mute_session>(kind, visit);
  return std::make_unique<bitcoin_session>(*this, node, peer, visit);
}

/// What the draws of a connection that begins are keyed by.
std::uint64_t bitcoin_nodes::next_visit(std::uint32_t node, const net::endpoint& peer) {
  auto from = peer;
  from.port = 0;
  if (visits_.size() > diallers_max && !visits_.contains(from))
    from = {};
  auto& counts = visits_[from];
  if (counts.size() <= node)
    counts.resize(topology_.nodes().size());
  const std::uint64_t key[3] = {
      node, net::keyed_hash(0, "dialler", net::endpoint_words{from}.view()), ++counts[node]};
  return net::keyed_hash(topology_.settings().seed, "visit",
                         {reinterpret_cast<const std::uint8_t*>(key), sizeof key});
}

net::bytes bitcoin_nodes::encode_answer(std::uint32_t node, bool v2,
                                        std::chrono::seconds wall) const {
  const auto& self = topology_.nodes()[node];
  const net::keyed_hasher draw(topology_.settings().seed, "age");
  std::vector<net::msg::addr_entry> entries;
  entries.reserve(self.peers.size());
  for (const auto number : self.peers) {
    const auto& peer = topology_.nodes()[number];
    if (!v2 && peer.at.network != net::network_id::ipv4 && peer.at.network != net::network_id::ipv6)
      continue; // addr has no room for it (BIP155).
    const std::uint32_t key[2] = {node, number};
    const std::chrono::seconds age{draw({reinterpret_cast<const std::uint8_t*>(key), sizeof key}) %
                                   age_max_s};
    auto& entry = entries.emplace_back();
    entry.peer = peer.at;
    entry.time = announced_time(wall - age);
    entry.services = peer.services;
  }
  const auto* said = topology_.change_of(node);
  if (said != nullptr)
    for (const auto& peer : said->tells)
      if (entries.size() < 1000)
        entries.push_back({peer, announced_time(wall + said->tells_ahead), net::service::network});
  if (self.kind == node_kind::unroutable_gossip)
    add_unroutable(entries, announced_time(wall));
  if (self.kind == node_kind::too_many_addresses)
    entries.resize(block_entries_max + 1, {self.at, announced_time(wall), self.services});
  if (self.kind == node_kind::full_answer || self.kind == node_kind::many_blocks)
    entries.resize(block_entries_max, {self.at, announced_time(wall), self.services});
  net::bytes out;
  const auto& magic = topology_.settings().magic;
  // Blocks of one begin no answer: a table too small for two of them is told in one.
  if (self.kind == node_kind::two_blocks && entries.size() >= 4) {
    const auto middle = entries.size() / 2;
    append_block(out, magic, v2, std::span(entries).first(middle));
    append_block(out, magic, v2, std::span(entries).subspan(middle));
    return out;
  }
  append_block(out, magic, v2, entries);
  if (self.kind == node_kind::many_blocks)
    for (int i = 1; i != many; ++i)
      append_block(out, magic, v2, entries);
  return out;
}

net::buffer bitcoin_nodes::answer_of(std::uint32_t node, bool v2, std::chrono::seconds wall) {
  const auto key = std::uint64_t{node} * 2 + (v2 ? 1 : 0);
  if (const auto known = answers_.find(key); known != answers_.end())
    return known->second;
  net::buffer fresh{encode_answer(node, v2, wall)};
  cached_bytes_ += fresh.size();
  answers_.emplace(key, fresh);
  oldest_answers_.push_back(key);
  while (cached_bytes_ > cached_bytes_max) {
    const auto oldest = answers_.extract(oldest_answers_.front());
    oldest_answers_.pop_front();
    cached_bytes_ -= oldest.mapped().size();
  }
  return fresh;
}

} // namespace seedwalk::sim
