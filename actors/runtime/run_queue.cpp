#include "actors/runtime/run_queue.hpp"

#include "actors/runtime/actor_entry.hpp"

namespace seedwalk::sim {

void run_queue::push(actor_entry* actor) {
  const auto nth = actor->activations++;
  if (how_ == strategy::fifo) {
    fifo_.push_back(actor);
    return;
  }
  const std::uint64_t key[2] = {actor->name_hash, nth};
  const auto draw = rank_({reinterpret_cast<const std::uint8_t*>(key), sizeof key});
  const auto arrival = ++arrivals_;
  ranked_.push({arrival + draw % window, arrival, actor});
}

actor_entry* run_queue::pop() {
  if (how_ == strategy::fifo) {
    if (fifo_.empty())
      return nullptr;
    auto first = fifo_.front();
    fifo_.pop_front();
    return first;
  }
  if (ranked_.empty())
    return nullptr;
  auto first = ranked_.top().actor;
  ranked_.pop();
  return first;
}

std::vector<actor_entry*> run_queue::take(const caf::execution_unit* unit) {
  std::vector<actor_entry*> taken;
  std::erase_if(fifo_, [&](actor_entry* actor) {
    if (actor->unit != unit)
      return false;
    taken.push_back(actor);
    return true;
  });
  std::vector<ranked> others;
  for (; !ranked_.empty(); ranked_.pop()) {
    if (ranked_.top().actor->unit == unit)
      taken.push_back(ranked_.top().actor);
    else
      others.push_back(ranked_.top());
  }
  ranked_ = decltype(ranked_){std::greater<>{}, std::move(others)};
  return taken;
}

} // namespace seedwalk::sim
