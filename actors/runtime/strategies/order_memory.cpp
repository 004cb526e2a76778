#include "actors/runtime/strategies/order_memory.hpp"

#include <algorithm>
#include <utility>

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

void order_memory::learn(const run_profile& run, std::span<const message_order> wanted) {
  for (const auto& one : run.races())
    if (runs_.size() < orders_max)
      runs_.try_emplace(one, 0);
  const auto count = [&](const message_order& one) {
    if (const auto known = runs_.find(one); known != runs_.end() && known->second != UINT32_MAX)
      ++known->second;
  };
  const auto had = run.orders();
  std::ranges::for_each(had, count);
  for (const auto& one : wanted)
    if (!std::ranges::binary_search(had, one))
      count(one);
}

std::vector<message_order> order_memory::draw(std::uint64_t seed) const {
  // The fewest runs, then a draw for each.
  std::vector<std::pair<std::pair<std::uint32_t, std::uint64_t>, const message_order*>> all;
  all.reserve(runs_.size());
  for (const auto& [one, runs] : runs_)
    all.push_back(
        {{runs, drawn(seed, "wanted order", name_from("order", one.actor, one.first, one.second))},
         &one});
  const auto count =
      std::min<std::size_t>(1 + drawn(seed, "wanted orders", 0) % wanted_max, all.size());
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(all, end, {}, [](const auto& one) { return one.first; });
  std::vector<message_order> result;
  for (auto one = all.begin(); one != end; ++one)
    result.push_back(*one->second);
  return result;
}

std::size_t order_memory::open() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(runs_, [](const auto& one) { return one.second == 0; }));
}

} // namespace seedwalk::sim
