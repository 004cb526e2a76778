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
  std::vector<wanted_order> result;
  for (auto count = 1 + draw.below(wanted_max); count != 0 && !asked_.empty(); --count) {
    const auto least = std::ranges::min_element(asked_, {}, [](auto& one) { return one.second; });
    std::vector<std::pair<const wanted_order, std::uint32_t>*> rarest;
    for (auto& one : asked_)
      if (one.second == least->second)
        rarest.push_back(&one);
    auto& chosen = *rarest[draw.below(rarest.size())];
    ++chosen.second;
    if (std::ranges::find(result, chosen.first) == result.end())
      result.push_back(chosen.first);
  }
  return result;
}

} // namespace seedwalk::sim
