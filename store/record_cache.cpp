#include "store/record_cache.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

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
  sets_.resize(std::bit_floor(bytes / share_of_places / sizeof(set)));
  ring_bytes_ = bytes - sets_.size() * sizeof(set);
  // Not touched before it is used: what never fills takes no memory.
  ring_ = std::make_unique_for_overwrite<char[]>(ring_bytes_);
  // No position is 0.
  head_ = ring_bytes_;
}

std::size_t record_cache::index_of(std::uint64_t hash) const {
  return hash / ways & (sets_.size() - 1);
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

record_cache::place* record_cache::place_of(std::uint64_t hash, std::string_view key) {
  return const_cast<place*>(std::as_const(*this).place_of(hash, key));
}

const record_cache::place* record_cache::place_of(std::uint64_t hash, std::string_view key) const {
  for (const auto& p : sets_[index_of(hash)].places)
    if (p.tag == tag_of(hash) && holds(p) && at(p).key == key)
      return &p;
  return nullptr;
}

std::optional<std::string_view> record_cache::find(std::uint64_t hash, std::string_view key) const {
  if (sets_.empty())
    return std::nullopt;
  const auto* slot = place_of(hash, key);
  if (slot == nullptr)
    return std::nullopt;
  return at(*slot).value;
}

record_cache::place& record_cache::place_for(std::uint64_t hash) {
  auto& places = sets_[index_of(hash)].places;
  return *std::min_element(places.begin(), places.end(),
                           [](const place& a, const place& b) { return a.position < b.position; });
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
  if (sets_.empty())
    return;
  auto* slot = place_of(hash, key);
  constexpr std::size_t max_size = std::numeric_limits<std::uint16_t>::max();
  if (key.size() > max_size || value.size() > max_size ||
      sizeof(sizes) + key.size() + value.size() > ring_bytes_ / 8) {
    if (slot != nullptr)
      *slot = {};
    return;
  }
  auto& p = slot != nullptr ? *slot : place_for(hash);
  p.tag = tag_of(hash);
  p.position = append(key, value);
}

void record_cache::erase(std::uint64_t hash, std::string_view key) {
  if (sets_.empty())
    return;
  if (auto* slot = place_of(hash, key))
    *slot = {};
}

} // namespace seedwalk::store
