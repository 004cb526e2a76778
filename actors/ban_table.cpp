#include "actors/ban_table.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "net/text_pattern.hpp"

namespace seedwalk::actors {

std::optional<store::ban_record> ban_table::add(store::ban_record ban) {
  std::optional<store::ban_record> gone;
  if (!bans_.contains(ban.target) && bans_.size() >= max_bans) {
    // Those without an end are an operator's: they stay.
    auto first = bans_.end();
    for (auto i = bans_.begin(); i != bans_.end(); ++i)
      if (i->second.until != store::never &&
          (first == bans_.end() || i->second.until < first->second.until))
        first = i;
    if (first == bans_.end())
      return ban;
    gone = first->second;
    forget(first);
  }
  const auto target = ban.target;
  const bool fresh = bans_.insert_or_assign(target, std::move(ban)).second;
  if (const auto subnet = std::get_if<store::subnet>(&target); subnet && fresh)
    ++lengths_[subnet->bits];
  return gone;
}

bool ban_table::lift(const store::ban_target& target) {
  const auto i = bans_.find(target);
  if (i == bans_.end())
    return false;
  forget(i);
  return true;
}

void ban_table::forget(std::map<store::ban_target, store::ban_record>::iterator i) {
  if (const auto subnet = std::get_if<store::subnet>(&i->first)) {
    const auto length = lengths_.find(subnet->bits);
    if (--length->second == 0)
      lengths_.erase(length);
  }
  bans_.erase(i);
}

const store::ban_record* ban_table::forbids(const net::endpoint& peer, store::timestamp now) const {
  for (const auto& [bits, count] : lengths_) {
    const auto i = bans_.find(store::subnet_of(peer, bits));
    if (i != bans_.end() && store::in_force(i->second, now))
      return &i->second;
  }
  const auto i = bans_.find(peer);
  return i != bans_.end() && store::in_force(i->second, now) ? &i->second : nullptr;
}

const store::ban_record* ban_table::forbids_agent(std::string_view user_agent,
                                                  store::timestamp now) const {
  // Patterns stand behind endpoints and subnets: variants are ordered by alternative first.
  for (auto i = bans_.lower_bound(store::user_agent_pattern{}); i != bans_.end(); ++i)
    if (store::in_force(i->second, now) &&
        net::matches_pattern(user_agent, std::get<store::user_agent_pattern>(i->first).pattern))
      return &i->second;
  return nullptr;
}

std::vector<store::ban_target> ban_table::expire(store::timestamp now) {
  std::vector<store::ban_target> ended;
  for (auto i = bans_.begin(); i != bans_.end();) {
    const auto here = i++;
    if (store::in_force(here->second, now))
      continue;
    ended.push_back(here->first);
    forget(here);
  }
  return ended;
}

} // namespace seedwalk::actors
