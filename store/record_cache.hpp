#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace seedwalk::store {

/// The records that were read or written last, encoded, so that a visit to an endpoint that was
/// just found to be due reads no disk. Reading one from LevelDB costs as much as writing it, and
/// makes LevelDB compact what is read often.
///
/// Values lie one behind the other in a ring; each new one overwrites the oldest. They are found
/// through sets of eight places, chosen by the keyed hash of their endpoint: a ninth value of a set
/// displaces its oldest, which a ring full of records sees happen to one in a hundred. Keys are
/// compared whole, so what is found is never another's.
///
/// Memory: at most the bytes it was made with, an eighth of them for the places; the ring takes
/// memory only as it fills. The same calls leave the same contents.
class record_cache {
public:
  /// One of less than `min_bytes` keeps nothing.
  static constexpr std::size_t min_bytes = 4'096;

  explicit record_cache(std::size_t bytes = 0);

  /// Says that this hash is looked up before long.
  void prefetch(std::uint64_t hash) const {
    if (!sets_.empty())
      __builtin_prefetch(&sets_[index_of(hash)]);
  }

  /// The value last put under the key, if it is still there. Valid until the next `put`.
  std::optional<std::string_view> find(std::uint64_t hash, std::string_view key) const;

  /// Values of more than an eighth of the ring or 65,535 bytes are not kept.
  void put(std::uint64_t hash, std::string_view key, std::string_view value);

  void erase(std::uint64_t hash, std::string_view key);

  std::size_t memory_bytes() const { return ring_bytes_ + sets_.size() * sizeof(set); }

private:
  static constexpr std::size_t ways = 8;

  /// A value's position in all that was ever put, and a part of its hash to know it by.
  struct place {
    std::uint64_t tag : 16 = 0;
    std::uint64_t position : 48 = 0; ///< 0: nothing. Enough for 281 TB.
  };
  static_assert(sizeof(place) == 8);

  /// The places of some hashes: one line of a processor's cache.
  struct alignas(64) set {
    std::array<place, ways> places;
  };
  static_assert(sizeof(set) == 64);

  struct entry {
    std::string_view key;
    std::string_view value;
  };

  static std::uint64_t tag_of(std::uint64_t hash) { return hash >> 48; }
  std::size_t index_of(std::uint64_t hash) const;
  bool holds(const place& p) const;
  entry at(const place& p) const;
  /// The place that has the key; null if none has.
  place* place_of(std::uint64_t hash, std::string_view key);
  const place* place_of(std::uint64_t hash, std::string_view key) const;
  /// The place of a set that is free, or whose value is the oldest.
  place& place_for(std::uint64_t hash);
  /// Writes an entry into the ring; its position.
  std::uint64_t append(std::string_view key, std::string_view value);

  std::size_t ring_bytes_ = 0;
  std::unique_ptr<char[]> ring_;
  std::vector<set> sets_;  ///< A power of two of them.
  std::uint64_t head_ = 0; ///< The position of the next value.
};

} // namespace seedwalk::store
