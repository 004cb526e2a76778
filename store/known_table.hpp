#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace seedwalk::store {

/// What is kept in memory of each known endpoint: enough to say, without reading the database, that
/// an announcement brings nothing new. 16 bytes an entry; open addressing, at most 3/5 full, and
/// 4/5 from a million slots on.
///
/// Entries are found by a 64-bit keyed hash. Two endpoints with the same hash, once in some ten
/// million databases of the largest size, share an entry: announcements of the second are then
/// lost, its visits are not. The table answers lookups and has no order to be seen.
class known_table {
public:
  struct entry {
    std::uint64_t hash = 0;           ///< 0: empty.
    std::uint32_t sources = 0;        ///< As peer_record::sources, later announcements included.
    std::uint16_t day = 0;            ///< day_of(announced_time), of the record as written.
    std::uint8_t written_sources = 0; ///< Bits in `sources` of the record as written.
    bool dormant = false;
  };
  static_assert(sizeof(entry) == 16);

  known_table();

  /// Takes memory for so many entries at once, instead of doubling it on the way there.
  void reserve(std::size_t entries);

  /// The hash that is looked up for a hash: never 0.
  static std::uint64_t fold(std::uint64_t hash) { return hash == 0 ? 1 : hash; }

  /// Says that this hash is looked up before long: a table of millions is out of every cache.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[first_slot(hash)]); }

  /// The entry, or null. Valid until the next insert or erase.
  entry* find(std::uint64_t hash) {
    auto& e = slots_[slot_of(hash)];
    return e.hash == 0 ? nullptr : &e;
  }
  const entry* find(std::uint64_t hash) const {
    const auto& e = slots_[slot_of(hash)];
    return e.hash == 0 ? nullptr : &e;
  }

  /// The entry, a new one if there was none. Valid until the next insert or erase.
  entry& insert(std::uint64_t hash);

  /// Removes the entry, if there is one.
  void erase(std::uint64_t hash);

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(entry); }

private:
  std::size_t first_slot(std::uint64_t hash) const { return hash & (slots_.size() - 1); }

  /// Where the hash is, or where it would go.
  std::size_t slot_of(std::uint64_t hash) const {
    auto slot = first_slot(hash);
    while (slots_[slot].hash != 0 && slots_[slot].hash != hash)
      slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }

  void resize(std::size_t slots);

  std::vector<entry> slots_; ///< A power of two of them.
  std::size_t size_ = 0;
};

/// How many known endpoints share an address or a subnet, for the caps on them: 8 bytes a prefix.
///
/// Prefixes are told apart by 48 bits of a keyed hash; two that collide share their cap. A count
/// stops at 65,535, far above any cap.
class prefix_counts {
public:
  prefix_counts();

  /// Says that this hash is looked up before long.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[first_slot(tag(hash))]); }

  std::uint32_t count(std::uint64_t hash) const;
  void increment(std::uint64_t hash);
  /// Precondition: the count is not 0.
  void decrement(std::uint64_t hash);

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(std::uint64_t); }

private:
  static constexpr std::uint64_t count_mask = 0xffff;

  /// The hash without the bits that the count takes; never 0 together with them.
  static std::uint64_t tag(std::uint64_t hash) { return hash & ~count_mask; }
  std::size_t first_slot(std::uint64_t tagged) const {
    return (tagged >> 16) & (slots_.size() - 1);
  }
  std::size_t slot_of(std::uint64_t tagged) const;
  void erase_slot(std::size_t slot);
  void grow();

  std::vector<std::uint64_t> slots_; ///< tag | count; 0: empty.
  std::size_t size_ = 0;
};

} // namespace seedwalk::store
