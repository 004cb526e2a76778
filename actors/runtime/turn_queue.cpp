#include "actors/runtime/turn_queue.hpp"

#include <algorithm>
#include <cassert>

namespace seedwalk::sim {

namespace {

constexpr std::size_t children = 4;

} // namespace

void turn_queue::push(const place& added) {
  places_.push_back(added);
  auto* const all = places_.data();
  auto at = places_.size() - 1;
  while (at != 0) {
    const auto parent = (at - 1) / children;
    if (!(added < all[parent]))
      break;
    all[at] = all[parent];
    at = parent;
  }
  all[at] = added;
}

void turn_queue::pop() {
  assert(!places_.empty());
  auto* const all = places_.data();
  const auto size = places_.size() - 1;
  const auto moved = all[size];
  std::size_t at = 0;
  for (auto first = at * children + 1; first < size; first = at * children + 1) {
    const auto* least = all + first;
    const auto* const end = all + std::min(first + children, size);
    for (const auto* child = least + 1; child != end; ++child)
      least = *child < *least ? child : least;
    if (moved < *least)
      break;
    all[at] = *least;
    at = static_cast<std::size_t>(least - all);
  }
  all[at] = moved;
  places_.pop_back();
}

} // namespace seedwalk::sim
