#include "sim/scenario/chaos/unseen_orders.hpp"

#include <algorithm>
#include <utility>

#include "sim/scenario/file/value_texts.hpp"

namespace seedwalk::sim {

/// An actor of that kind takes such a message: before and after each that is known of it.
void unseen_orders::meet(const std::string& actor, const std::string& message) {
  auto& known = messages_[actor];
  if (!known.insert(message).second)
    return;
  const auto ask = [&](wanted_order one) {
    if (asked_.size() < orders_max && !seen_.contains(one))
      asked_.try_emplace(std::move(one), 0);
  };
  for (const auto& other : known) {
    ask({actor, message, other});
    ask({actor, other, message});
  }
}

void unseen_orders::learn(const std::vector<feature>& reached) {
  for (const auto& one : reached) {
    if (one.kind != feature_kind::message_pair)
      continue;
    // That of an actor's start has no first message.
    auto order = parse_wanted(one.name);
    if (!order || seen_.size() == orders_max || !seen_.insert(*order).second)
      continue;
    asked_.erase(*order);
    meet(order->actor, order->first);
    meet(order->actor, order->second);
  }
}

std::vector<wanted_order> unseen_orders::draw(net::random_stream& draw) {
  std::vector<std::pair<std::pair<std::uint32_t, std::uint64_t>, const wanted_order*>> all;
  all.reserve(asked_.size());
  for (const auto& [one, times] : asked_)
    all.push_back({{times, draw.next()}, &one});
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), offered_max));
  std::ranges::partial_sort(all, end, {}, [](const auto& one) { return one.first; });
  std::vector<wanted_order> result;
  for (auto one = all.begin(); one != end; ++one) {
    result.push_back(*one->second);
    ++asked_.at(result.back());
  }
  return result;
}

} // namespace seedwalk::sim
