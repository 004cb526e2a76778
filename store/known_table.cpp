#include "store/known_table.hpp"

#include <cassert>
#include <utility>

namespace seedwalk::store {

namespace {

/// A simulated crawl opens several tables and knows few endpoints: taking memory for more costs
/// it more than growing.
constexpr std::size_t first_slots = 64;

/// From so many slots on, 16 MiB, memory counts for more than how many places a search looks at.
constexpr std::size_t many_slots = 1 << 20;

bool too_full(std::size_t size, std::size_t slots) {
  return (size + 1) * 5 > slots * (slots < many_slots ? 3 : 4);
}

} // namespace

known_table::known_table() : slots_(first_slots) {}

known_table::entry& known_table::insert(std::uint64_t hash) {
  assert(hash != 0);
  auto slot = slot_of(hash);
  if (slots_[slot].hash != 0)
    return slots_[slot];
  if (too_full(size_, slots_.size())) {
    resize(2 * slots_.size());
    slot = slot_of(hash);
  }
  slots_[slot].hash = hash;
  ++size_;
  return slots_[slot];
}

void known_table::erase(std::uint64_t hash) {
  auto hole = slot_of(hash);
  if (slots_[hole].hash == 0)
    return;
  --size_;
  // What follows and could stand at the hole moves up, so that no search ends too early.
  const auto mask = slots_.size() - 1;
  for (auto next = (hole + 1) & mask; slots_[next].hash != 0; next = (next + 1) & mask) {
    if (((next - first_slot(slots_[next].hash)) & mask) >= ((next - hole) & mask)) {
      slots_[hole] = slots_[next];
      hole = next;
    }
  }
  slots_[hole] = {};
}

void known_table::reserve(std::size_t entries) {
  auto slots = slots_.size();
  while (entries != 0 && too_full(entries - 1, slots))
    slots *= 2;
  if (slots != slots_.size())
    resize(slots);
}

void known_table::resize(std::size_t slots) {
  const auto old = std::exchange(slots_, std::vector<entry>(slots));
  for (const auto& e : old)
    if (e.hash != 0)
      slots_[slot_of(e.hash)] = e;
}

prefix_counts::prefix_counts() : slots_(first_slots) {}

std::size_t prefix_counts::slot_of(std::uint64_t tagged) const {
  auto slot = first_slot(tagged);
  while (slots_[slot] != 0 && tag(slots_[slot]) != tagged)
    slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

std::uint32_t prefix_counts::count(std::uint64_t hash) const {
  return static_cast<std::uint32_t>(slots_[slot_of(tag(hash))] & count_mask);
}

void prefix_counts::increment(std::uint64_t hash) {
  auto slot = slot_of(tag(hash));
  if (slots_[slot] == 0) {
    if (too_full(size_, slots_.size())) {
      grow();
      slot = slot_of(tag(hash));
    }
    slots_[slot] = tag(hash);
    ++size_;
  }
  if ((slots_[slot] & count_mask) != count_mask)
    ++slots_[slot];
}

void prefix_counts::decrement(std::uint64_t hash) {
  const auto slot = slot_of(tag(hash));
  assert((slots_[slot] & count_mask) != 0);
  if ((slots_[slot] & count_mask) == 0)
    return;
  if ((--slots_[slot] & count_mask) == 0)
    erase_slot(slot);
}

void prefix_counts::erase_slot(std::size_t hole) {
  --size_;
  const auto mask = slots_.size() - 1;
  for (auto next = (hole + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    if (((next - first_slot(tag(slots_[next]))) & mask) >= ((next - hole) & mask)) {
      slots_[hole] = slots_[next];
      hole = next;
    }
  }
  slots_[hole] = 0;
}

void prefix_counts::grow() {
  const auto old = std::exchange(slots_, std::vector<std::uint64_t>(slots_.size() * 2));
  for (const auto x : old)
    if (x != 0)
      slots_[slot_of(tag(x))] = x;
}

} // namespace seedwalk::store
