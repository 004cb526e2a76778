#include "actors/runtime/strategies/pctcp.hpp"

namespace seedwalk::sim {

/// False if `of` is not the last of a chain.
bool pctcp::continue_chain(std::uint64_t of, std::uint64_t name) {
  const auto last = members_.find(of);
  if (last == members_.end() || !last->second.is_last)
    return false;
  const auto chain = last->second.chain;
  if (last->second.is_pending)
    last->second.is_last = false;
  else
    members_.erase(last); // nobody asks for it any more
  members_[name] = {chain};
  return true;
}

void pctcp::on_pending(const pending_event& one) {
  if (members_.contains(one.name) || continue_chain(one.cause, one.name) ||
      continue_chain(one.previous, one.name))
    return;
  members_[one.name] = {static_cast<std::uint32_t>(ranks_.size())};
  ranks_.push_back(changes_.initial(one.name));
}

std::uint32_t pctcp::chain_of(std::uint64_t name) {
  return members_.at(name).chain;
}

bool pctcp::puts_off(const candidate& one) {
  const auto drop = changes_.at(one.name);
  if (drop)
    ranks_[chain_of(one.name)] = *drop;
  return drop.has_value();
}

/// It is pending no longer.
void pctcp::end(std::uint64_t name) {
  const auto known = members_.find(name);
  if (known == members_.end())
    return;
  known->second.is_pending = false;
  if (!known->second.is_last)
    members_.erase(known);
}

} // namespace seedwalk::sim
