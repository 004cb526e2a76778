#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>

#include "net/address/addr_entry.hpp"
#include "net/address/endpoint.hpp"
#include "net/base/bytes.hpp"

namespace seedwalk::net::msg {

/// Gossiped addresses, one behind the other in as few bytes as their networks need: an IPv4 entry
/// takes 19 of them, an `addr_entry` 48. A thousand stay in a processor's first cache on their way
/// from the wire to the database, which is what a crawl spends much of its time on.
///
/// A sequence of values: it is walked from the front, what is in between is found by walking
/// there. An entry lies as
///
///     time, services (little endian), then its key: network, address bytes, port (big endian)
///
/// with the key as databases have it.
class addr_list {
public:
  using value_type = addr_entry;

  /// Stands at an entry, and reads of it what is asked for. Valid until the list changes.
  class const_iterator {
  public:
    using iterator_category = std::input_iterator_tag; // As what it gives is no reference.
    using value_type = addr_entry;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = addr_entry;

    const_iterator() = default;

    std::uint32_t time() const { return load<std::uint32_t>(at_); }
    std::uint64_t services() const { return load<std::uint64_t>(at_ + sizeof(std::uint32_t)); }
    network_id network() const { return static_cast<network_id>(at_[key_offset]); }
    /// Network, address, port: equal keys, equal endpoints.
    byte_view key() const { return {at_ + key_offset, key_bytes()}; }
    endpoint peer() const;

    addr_entry operator*() const { return {peer(), time(), services()}; }
    const_iterator& operator++() {
      at_ += key_offset + key_bytes();
      return *this;
    }
    const_iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const const_iterator&, const const_iterator&) = default;

  private:
    friend class addr_list;
    explicit const_iterator(const std::uint8_t* at) : at_(at) {}
    template <class T>
    static T load(const std::uint8_t* from) {
      T x;
      std::memcpy(&x, from, sizeof x);
      return x;
    }
    std::size_t key_bytes() const { return 1 + address_size(network()) + port_bytes; }

    const std::uint8_t* at_ = nullptr;
  };
  using iterator = const_iterator;

  /// What comes before an entry's key, and the longest entry.
  static constexpr std::size_t key_offset = sizeof(std::uint32_t) + sizeof(std::uint64_t);
  static constexpr std::size_t entry_bytes_max = key_offset + 1 + 32 + 2;

  addr_list() = default;
  addr_list(std::initializer_list<addr_entry> entries)
      : addr_list(entries.begin(), entries.end()) {}
  template <class Iterator>
  addr_list(Iterator first, Iterator last) {
    for (; first != last; ++first)
      push_back(*first);
  }
  addr_list(const addr_list& other) { append(other); }
  addr_list(addr_list&& other) noexcept { swap(other); }
  addr_list& operator=(addr_list other) noexcept {
    swap(other);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const_iterator begin() const { return const_iterator{data_.get()}; }
  const_iterator end() const { return const_iterator{data_.get() + used_}; }
  /// The nth, found by walking there. Precondition: there is one.
  addr_entry operator[](std::size_t n) const {
    return *std::next(begin(), static_cast<std::ptrdiff_t>(n));
  }

  /// The entries as they lie. How much more memory there is depends on how the list was made, and
  /// is nobody's business.
  byte_view view() const { return {data_.get(), used_}; }
  /// What `view()` of another one gave. False, and empty, if these bytes are no entries of known
  /// networks.
  bool assign(byte_view packed);

  /// Takes memory for so many bytes of entries at once.
  void reserve(std::size_t bytes) {
    // Room for one more is asked for without looking how long it is.
    if (bytes + entry_bytes_max > capacity_)
      grow(bytes + entry_bytes_max);
  }

  /// Precondition: of a known network.
  void push_back(const addr_entry& entry) {
    push_back(entry.time, entry.services, entry.peer.network, entry.peer.address.data(),
              entry.peer.port);
  }
  /// The same from its parts: `address` has as many bytes as the network's addresses have, and
  /// does not lie in this list.
  void push_back(std::uint32_t time, std::uint64_t services, network_id network,
                 const std::uint8_t* address, std::uint16_t port) {
    if (capacity_ - used_ < entry_bytes_max)
      grow(std::max<std::size_t>(2 * capacity_, used_ + entry_bytes_max));
    auto at = data_.get() + used_;
    std::memcpy(at, &time, sizeof time);
    std::memcpy(at + sizeof time, &services, sizeof services);
    at += key_offset;
    *at++ = static_cast<std::uint8_t>(network);
    at = copy_address(at, address, network);
    *at++ = static_cast<std::uint8_t>(port >> 8);
    *at++ = static_cast<std::uint8_t>(port);
    used_ = static_cast<std::size_t>(at - data_.get());
    ++size_;
  }
  void append(const addr_list& other);

  /// The first `entries` stay; where there are fewer, copies of `more` follow.
  void resize(std::size_t entries, const addr_entry& more = {});
  void clear() { used_ = size_ = 0; }

  /// Takes out those for which `is_unwanted(iterator)` is true.
  template <class Predicate>
  void erase_if(Predicate&& is_unwanted) {
    auto to = data_.get();
    for (auto i = begin(); i != end();) {
      const auto from = i.at_;
      const bool stays = !is_unwanted(std::as_const(i));
      ++i;
      const auto bytes = i.at_ - from;
      if (!stays) {
        --size_;
        continue;
      }
      if (to != from)
        std::memmove(to, from, static_cast<std::size_t>(bytes));
      to += bytes;
    }
    used_ = static_cast<std::size_t>(to - data_.get());
  }

  friend bool operator==(const addr_list& a, const addr_list& b) {
    return std::ranges::equal(a.view(), b.view());
  }

private:
  static constexpr std::size_t port_bytes = 2;

  /// A copy of a length that the compiler knows is an instruction or two; returns what is behind.
  static std::uint8_t* copy_address(std::uint8_t* to, const std::uint8_t* from, network_id of) {
    switch (const auto bytes = address_size(of)) {
    case 4:
      std::memcpy(to, from, 4);
      return to + 4;
    case 16:
      std::memcpy(to, from, 16);
      return to + 16;
    case 32:
      std::memcpy(to, from, 32);
      return to + 32;
    default:
      std::memcpy(to, from, bytes);
      return to + bytes;
    }
  }

  void grow(std::size_t capacity);
  void swap(addr_list& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    std::swap(used_, other.used_);
    std::swap(size_, other.size_);
  }

  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t capacity_ = 0; ///< Bytes.
  std::size_t used_ = 0;     ///< Bytes.
  std::size_t size_ = 0;     ///< Entries.
};

inline endpoint addr_list::const_iterator::peer() const {
  // Of machine words as wide as those it will be read by: what is stored in pieces and loaded whole
  // waits for the stores to reach the cache, which costs as much as all the rest.
  using wide = std::uint64_t __attribute__((vector_size(16)));
  wide first{};
  wide second{};
  const auto address = at_ + key_offset + 1;
  const auto size = address_size(network());
  if (size == 4)
    first[0] = load<std::uint32_t>(address);
  else if (size >= sizeof first)
    first = load<wide>(address);
  if (size == 2 * sizeof first)
    second = load<wide>(address + sizeof first);
  endpoint result;
  result.network = network();
  std::memcpy(result.address.data(), &first, sizeof first);
  std::memcpy(result.address.data() + sizeof first, &second, sizeof second);
  if (result.network == network_id::torv2) // Ten bytes, and never kept.
    copy_address(result.address.data(), address, result.network);
  result.port = static_cast<std::uint16_t>(address[size] << 8 | address[size + 1]);
  return result;
}

} // namespace seedwalk::net::msg
