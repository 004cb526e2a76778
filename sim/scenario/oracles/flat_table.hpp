#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::sim {

/// The hash of what oracles know things by: endpoints, and whatever has a number as its `value`.
/// The same in every process.
struct key_hash {
  static constexpr std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
    const auto product = (state ^ word) * 0x9e3779b97f4a7c15;
    return product ^ product >> 32;
  }

  std::uint64_t operator()(const net::endpoint& key) const {
    auto result = mix(key.port, static_cast<std::uint64_t>(key.network));
    for (std::size_t i = 0; i < net::address_size(key.network); i += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, key.address.data() + i, sizeof word);
      result = mix(result, word);
    }
    return result;
  }

  std::uint64_t operator()(const net::owner& key) const { return mix(0, key.id); }

  template <class Number>
  std::uint64_t operator()(const Number& key) const {
    return mix(0, static_cast<std::uint64_t>(key.value));
  }
};

/// A hash table whose entries stand in one vector: for oracles, which look up endpoints and
/// connections with every event of a run. A look-up costs two accesses to memory, where a tree of
/// endpoints costs a dozen.
///
/// Entries are iterated in the order of insertion, except that the last one takes the place of an
/// erased one: the same order in every run. Insertion and erasure invalidate references and
/// iterators. A value. Threads: one at a time.
template <class Key, class T, class Hash = key_hash>
class flat_table {
public:
  struct entry {
    Key first;
    T second;
  };
  using iterator = typename std::vector<entry>::iterator;
  using const_iterator = typename std::vector<entry>::const_iterator;

  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  iterator find(const Key& key) { return begin() + static_cast<std::ptrdiff_t>(number_of(key)); }
  const_iterator find(const Key& key) const {
    return begin() + static_cast<std::ptrdiff_t>(number_of(key));
  }
  bool contains(const Key& key) const { return number_of(key) != size(); }

  /// Does nothing if there is such an entry. Whether there was none.
  std::pair<iterator, bool> emplace(const Key& key, T value) {
    if (const auto known = find(key); known != end())
      return {known, false};
    if (entries_.size() * 2 >= places_.size())
      grow();
    entries_.push_back({key, std::move(value)});
    occupy(free_place(key), entries_.size());
    return {end() - 1, true};
  }
  void insert_or_assign(const Key& key, T value) { (*this)[key] = std::move(value); }
  T& operator[](const Key& key) {
    const auto known = find(key);
    return (known != end() ? known : emplace(key, T{}).first)->second;
  }

  void erase(const_iterator at) {
    const auto number = static_cast<std::size_t>(at - begin()) + 1;
    vacate(place_of(at->first, number));
    if (number != entries_.size()) {
      places_[place_of(entries_.back().first, entries_.size())] =
          static_cast<std::uint32_t>(number);
      entries_[number - 1] = std::move(entries_.back());
    }
    entries_.pop_back();
  }
  /// How many went: one, or none.
  std::size_t erase(const Key& key) {
    const auto known = find(key);
    if (known == end())
      return 0;
    erase(known);
    return 1;
  }
  /// What was known of a key that goes.
  std::optional<T> take(const Key& key) {
    const auto known = find(key);
    if (known == end())
      return std::nullopt;
    std::optional<T> taken{std::move(known->second)};
    erase(known);
    return taken;
  }
  template <class Predicate>
  void erase_if(Predicate&& is_to_go) {
    for (std::size_t i = 0; i < entries_.size();)
      if (is_to_go(entries_[i]))
        erase(begin() + static_cast<std::ptrdiff_t>(i));
      else
        ++i;
  }
  void clear() {
    entries_.clear();
    places_.assign(places_.size(), 0);
  }

private:
  static constexpr std::size_t places_min = 16;

  std::size_t mask() const { return places_.size() - 1; }
  std::size_t first_place(const Key& key) const { return Hash{}(key)&mask(); }

  /// Of an entry with that key; `size()` if there is none.
  std::size_t number_of(const Key& key) const {
    if (places_.empty())
      return 0;
    for (auto at = first_place(key); places_[at] != 0; at = (at + 1) & mask())
      if (entries_[places_[at] - 1].first == key)
        return places_[at] - 1;
    return entries_.size();
  }

  /// Where the number of an entry that is there stands.
  std::size_t place_of(const Key& key, std::size_t number) const {
    auto at = first_place(key);
    while (places_[at] != number)
      at = (at + 1) & mask();
    return at;
  }
  std::size_t free_place(const Key& key) const {
    auto at = first_place(key);
    while (places_[at] != 0)
      at = (at + 1) & mask();
    return at;
  }
  void occupy(std::size_t at, std::size_t number) {
    places_[at] = static_cast<std::uint32_t>(number);
  }

  /// Those behind it move up that would not be found any more.
  void vacate(std::size_t hole) {
    for (auto at = (hole + 1) & mask(); places_[at] != 0; at = (at + 1) & mask()) {
      const auto wanted = first_place(entries_[places_[at] - 1].first);
      if (((at - wanted) & mask()) < ((at - hole) & mask()))
        continue;
      places_[hole] = places_[at];
      hole = at;
    }
    places_[hole] = 0;
  }

  void grow() {
    places_.assign(std::bit_ceil(std::max(places_min, places_.size() * 2)), 0);
    for (std::size_t i = 0; i != entries_.size(); ++i)
      occupy(free_place(entries_[i].first), i + 1);
  }

  std::vector<entry> entries_;
  std::vector<std::uint32_t> places_; ///< Numbers of entries, from 1; a power of two of them.
};

/// The same of keys alone.
template <class Key, class Hash = key_hash>
class flat_set {
  struct nothing {};

public:
  class const_iterator {
  public:
    explicit const_iterator(typename flat_table<Key, nothing, Hash>::const_iterator at) : at_(at) {}
    const Key& operator*() const { return at_->first; }
    const_iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const const_iterator&, const const_iterator&) = default;

  private:
    typename flat_table<Key, nothing, Hash>::const_iterator at_;
  };

  const_iterator begin() const { return const_iterator{table_.begin()}; }
  const_iterator end() const { return const_iterator{table_.end()}; }
  std::size_t size() const { return table_.size(); }
  bool empty() const { return table_.empty(); }
  bool contains(const Key& key) const { return table_.contains(key); }
  /// Whether it was not there.
  bool insert(const Key& key) { return table_.emplace(key, {}).second; }
  std::size_t erase(const Key& key) { return table_.erase(key); }
  void clear() { table_.clear(); }

private:
  flat_table<Key, nothing, Hash> table_;
};

} // namespace seedwalk::sim
