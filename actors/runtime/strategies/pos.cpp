#include "actors/runtime/strategies/pos.hpp"

#include "actors/runtime/draws.hpp"

namespace seedwalk::sim {

void pos::on_pending(const pending_event& one) {
  if (!one.is_step || one.sender == 0)
    return;
  has_sent_.insert(name_from("sent", one.sender, one.source));
  if (one.cause != ran_)
    return;
  for (const auto& [actor, event] : ready_) {
    if (actor == one.sender || !has_sent_.contains(name_from("sent", actor, one.source)))
      continue;
    raced_with_[actor] = ran_;
    changed_.push_back(actor);
  }
}

rank_value pos::rank(const candidate& one) {
  if (one.is_step)
    ready_[one.source] = one.name;
  const auto raced = raced_with_.find(one.source);
  return {drawn(seed_, "pos",
                name_from("drawn anew", one.name, raced == raced_with_.end() ? 0 : raced->second))};
}

void pos::on_left(const candidate& one) {
  ready_.erase(one.source);
}

void pos::on_taken(const candidate& one) {
  ran_ = one.name;
  raced_with_[one.source] = one.name;
  ready_.erase(one.source);
}

} // namespace seedwalk::sim
