#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace seedwalk::sim {

/// The slots of a schedule by rank, then by the order in which they came: a heap whose nodes have
/// four children.
///
/// A simulated run puts and takes one of these for everything that happens, between steps that
/// leave nothing of it in the instruction cache: both operations are short, and there is one copy
/// of each.
class turn_queue {
public:
  /// Where a slot stands.
  struct place {
    std::int64_t rank = 0;
    std::uint64_t order = 0;
    std::uint32_t at = 0;         ///< The slot,
    std::uint32_t generation = 0; ///< and whose it was when it was put.

    friend bool operator<(const place& a, const place& b) {
      if (a.rank == b.rank) [[unlikely]]
        return a.order < b.order;
      return a.rank < b.rank;
    }
  };

  bool empty() const { return places_.empty(); }

  /// The least. Precondition: not empty.
  const place& front() const { return places_.front(); }

  void push(const place& added);

  /// Takes the least out. Precondition: not empty.
  void pop();

  void clear() { places_.clear(); }

private:
  std::vector<place> places_;
};

} // namespace seedwalk::sim
