#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "actors/runtime/strategies/message_order.hpp"
#include "actors/runtime/strategies/run_profile.hpp"

namespace seedwalk::sim {

/// Which orders of messages the runs of one world had, and which no run had yet: what `pairs` is
/// told by those before it. It counts orders that were not settled in some run; the others may be
/// impossible.
///
/// Bounded: beyond `orders_max` of them no other becomes known. One thread.
class order_memory {
public:
  static constexpr std::size_t orders_max = 65'536;
  /// So many one run tries to make, at most.
  static constexpr std::size_t wanted_max = 3;

  /// A run had these orders, and tried to make those that it wanted: one that was in vain counts as
  /// much as one that came, or what cannot be would be tried for ever.
  void learn(const run_profile& run, std::span<const message_order> wanted = {});

  /// One to three of those that the fewest runs had or tried; none if none is known. Equal seeds
  /// and equal memories draw equal ones.
  std::vector<message_order> draw(std::uint64_t seed) const;

  /// How many are known, and how many of them no run had or tried.
  std::size_t known() const { return runs_.size(); }
  std::size_t open() const;

private:
  std::map<message_order, std::uint32_t> runs_; ///< How many had it or tried.
};

} // namespace seedwalk::sim
