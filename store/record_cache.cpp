#include "store/record_cache.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace seedwalk::store {

namespace {

/// An entry is its sizes, its key and its value.
struct sizes {
  std::uint16_t key = 0;
  std::uint16_t value = 0;
};

} // namespace

record_cache::record_cache(std::size_t bytes) {
  if (bytes < min_bytes)
    return;
  constexpr std::size_t share_of_places = 8;
  places_.resize(std::bit_floor(bytes / share_of_places / sizeof(place)));
  ring_bytes_ = bytes - places_.size() * sizeof(place);
  // Not touched before it is used: what never fills takes no memory.
  ring_ = std::make_unique_for_overwrite<char[]>(ring_bytes_);
  // No position is 0.
  head_ = ring_bytes_;
}

std::size_t record_cache::set_of(std::uint64_t hash) const {
  return hash & (places_.size() - 1) & ~(ways - 1);
}

/// Whether there is a value, and nothing was written over it since.
bool record_cache::holds(const place& p) const {
  return p.position != 0 && p.position + ring_bytes_ >= head_;
}

record_cache::entry record_cache::at(const place& p) const {
  const char* from = ring_.get() + p.position % ring_bytes_;
  sizes n;
  std::memcpy(&n, from, sizeof n);
  from += sizeof n;
  return {{from, n.key}, {from + n.key, n.value}};
}

std::optional<std::size_t> record_cache::place_of(std::uint64_t hash, std::string_view key) const {
  const auto first = set_of(hash);
  for (auto i = first; i != first + ways; ++i)
    if (places_[i].tag == tag_of(hash) && holds(places_[i]) && at(places_[i]).key == key)
      return i;
  return std::nullopt;
}

std::optional<std::string_view> record_cache::find(std::uint64_t hash, std::string_view key) const {
  if (places_.empty())
    return std::nullopt;
  const auto i = place_of(hash, key);
  if (!i)
    return std::nullopt;
  return at(places_[*i]).value;
}

std::size_t record_cache::place_for(std::uint64_t hash) const {
  const auto first = places_.begin() + static_cast<std::ptrdiff_t>(set_of(hash));
  const auto oldest = std::min_element(
      first, first + ways, [](const place& a, const place& b) { return a.position < b.position; });
  return static_cast<std::size_t>(oldest - places_.begin());
}

std::uint64_t record_cache::append(std::string_view key, std::string_view value) {
  const sizes n{static_cast<std::uint16_t>(key.size()), static_cast<std::uint16_t>(value.size())};
  const auto size = sizeof n + key.size() + value.size();
  // Entries do not wrap around: the end of the ring stays empty where one does not fit.
  if (const auto left = ring_bytes_ - head_ % ring_bytes_; left < size)
    head_ += left;
  const auto position = head_;
  char* to = ring_.get() + position % ring_bytes_;
  std::memcpy(to, &n, sizeof n);
  std::memcpy(to + sizeof n, key.data(), key.size());
  std::memcpy(to + sizeof n + key.size(), value.data(), value.size());
  head_ += size;
  return position;
}

void record_cache::put(std::uint64_t hash, std::string_view key, std::string_view value) {
  if (places_.empty())
    return;
  const auto there = place_of(hash, key);
  constexpr std::size_t max_size = std::numeric_limits<std::uint16_t>::max();
  if (key.size() > max_size || value.size() > max_size ||
      sizeof(sizes) + key.size() + value.size() > ring_bytes_ / 8) {
    if (there)
      places_[*there] = {};
    return;
  }
  const auto i = there.value_or(place_for(hash));
  places_[i].tag = tag_of(hash);
  places_[i].position = append(key, value);
}

void record_cache::erase(std::uint64_t hash, std::string_view key) {
  if (places_.empty())
    return;
  if (const auto there = place_of(hash, key))
    places_[*there] = {};
}

} // namespace seedwalk::store
