#include "actors/crawl/peer_pool.hpp"

#include <stdexcept>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace seedwalk::actors {

namespace {

constexpr std::array<std::string_view, pool_phase_count> phase_names = {
    "imminent", "connecting", "awaiting_handshake", "connected", "rejected", "saving"};

} // namespace

std::string_view name_of(pool_phase phase) {
  return phase_names[static_cast<std::size_t>(phase)];
}

bool may_follow(pool_phase from, pool_phase to) {
  switch (from) {
  case pool_phase::imminent:
    return to == pool_phase::connecting;
  case pool_phase::connecting:
    return to == pool_phase::awaiting_handshake || to == pool_phase::rejected ||
           to == pool_phase::saving;
  case pool_phase::awaiting_handshake:
    return to == pool_phase::connected || to == pool_phase::rejected || to == pool_phase::saving;
  case pool_phase::connected:
    return to == pool_phase::rejected || to == pool_phase::saving;
  case pool_phase::rejected:
    return to == pool_phase::saving;
  case pool_phase::saving:
    return false;
  }
  return false;
}

void peer_pool::count(const pool_entry& entry, std::int32_t by) {
  const auto change =
      static_cast<std::uint32_t>(by); // Unsigned arithmetic wraps: adding -1 takes one away.
  by_phase_[static_cast<std::size_t>(entry.phase)] += change;
  if (!is_live(entry.phase))
    return;
  live_[static_cast<std::size_t>(entry.direction)] += change;
  if (entry.hold)
    held_ += change;
}

pool_entry* peer_pool::enter(const net::endpoint& key, pool_entry entry) {
  const auto [i, fresh] = entries_.try_emplace(key, std::move(entry));
  if (!fresh)
    return nullptr;
  count(i->second, 1);
  return &i->second;
}

pool_entry* peer_pool::find(const net::endpoint& key) {
  const auto i = entries_.find(key);
  return i == entries_.end() ? nullptr : &i->second;
}

const pool_entry* peer_pool::find(const net::endpoint& key) const {
  const auto i = entries_.find(key);
  return i == entries_.end() ? nullptr : &i->second;
}

void peer_pool::move_on(pool_entry& entry, pool_phase to) {
  if (!may_follow(entry.phase, to))
    throw std::logic_error(
        fmt::format("a pool entry cannot go from {} to {}", name_of(entry.phase), name_of(to)));
  count(entry, -1);
  entry.phase = to;
  count(entry, 1);
}

void peer_pool::leave(const net::endpoint& key) {
  const auto i = entries_.find(key);
  if (i == entries_.end())
    return;
  count(i->second, -1);
  entries_.erase(i);
}

std::vector<net::endpoint> peer_pool::other_connections(const net::endpoint& key,
                                                        const net::endpoint& identity) const {
  std::vector<net::endpoint> others;
  auto first = key;
  first.port = 0;
  for (auto i = entries_.lower_bound(first); i != entries_.end(); ++i) {
    const auto& [other, entry] = *i;
    if (other.network != key.network || other.address != key.address)
      break;
    if (other == key || !is_live(entry.phase) || entry.phase == pool_phase::rejected)
      continue;
    const auto& known = entry.identity ? *entry.identity : other;
    if (known == identity)
      others.push_back(other);
  }
  return others;
}

std::vector<net::endpoint> peer_pool::silent_since(net::steady_time before) const {
  std::vector<net::endpoint> silent;
  for (const auto& [key, entry] : entries_)
    if (is_live(entry.phase) && entry.phase != pool_phase::connecting && entry.last_seen <= before)
      silent.push_back(key);
  return silent;
}

bool first_stays(const pool_entry& first, const pool_entry& second) {
  return std::tie(first.nonce_smaller, first.nonce_larger) <=
         std::tie(second.nonce_smaller, second.nonce_larger);
}

} // namespace seedwalk::actors
