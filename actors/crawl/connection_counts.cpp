#include "actors/crawl/connection_counts.hpp"

#include <utility>

#include <fmt/format.h>

#include "net/base/random.hpp"

namespace seedwalk::actors {

namespace {

constexpr std::size_t places_min = 64;

std::uint64_t hash_of(std::string_view name) {
  const auto hash = net::keyed_hash(0, "connections", net::as_bytes(name));
  return hash == 0 ? 1 : hash;
}

} // namespace

std::string connection_counts::next_name(const net::endpoint& peer, net::direction direction) {
  auto name = net::to_string(peer);
  if (direction != net::direction::outbound)
    name.resize(name.rfind(':'));
  const auto nth = next(hash_of(name));
  return fmt::format("{}#{}", name, nth);
}

/// How many connections there were with the peer that `hash` stands for, a new one included.
std::uint64_t connection_counts::next(std::uint64_t hash) {
  if (5 * (counted_ + 1) > 4 * hashes_.size() && counted_ < most_)
    grow();
  const auto at = place_of(hash);
  if (hashes_[at] == hash)
    return ++counts_[at];
  // Who has no count now never gets one: no place is ever given back.
  if (counted_ == most_)
    return ++others_;
  ++counted_;
  hashes_[at] = hash;
  return counts_[at] = 1;
}

/// Where the hash is, or where it would go.
std::size_t connection_counts::place_of(std::uint64_t hash) const {
  const auto mask = hashes_.size() - 1;
  auto at = static_cast<std::size_t>(hash & mask);
  while (hashes_[at] != 0 && hashes_[at] != hash)
    at = (at + 1) & mask;
  return at;
}

void connection_counts::grow() {
  const auto places = hashes_.empty() ? places_min : 2 * hashes_.size();
  const auto old_hashes = std::exchange(hashes_, std::vector<std::uint64_t>(places));
  const auto old_counts = std::exchange(counts_, std::vector<std::uint32_t>(places));
  for (std::size_t i = 0; i != old_hashes.size(); ++i) {
    if (old_hashes[i] == 0)
      continue;
    const auto at = place_of(old_hashes[i]);
    hashes_[at] = old_hashes[i];
    counts_[at] = old_counts[i];
  }
}

} // namespace seedwalk::actors
