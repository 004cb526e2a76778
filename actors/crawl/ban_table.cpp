#include "actors/crawl/ban_table.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "net/base/text_pattern.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::actors {

std::optional<store::ban_record> ban_table::add(store::ban_record ban) {
  std::optional<store::ban_record> gone;
  if (const auto known = bans_.find(ban.target); known != bans_.end()) {
    forget(known);
  } else if (bans_.size() >= max_bans) {
    // Those without an end are an operator's: they stay.
    if (ends_.empty())
      return ban;
    const auto first = bans_.find(ends_.begin()->second);
    gone = first->second;
    forget(first);
  }
  if (const auto subnet = std::get_if<store::subnet>(&ban.target))
    ++lengths_[subnet->bits];
  if (ban.until != store::never)
    ends_.emplace(ban.until, ban.target);
  auto target = ban.target;
  bans_.emplace(std::move(target), std::move(ban));
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
  if (i->second.until != store::never)
    ends_.erase({i->second.until, i->first});
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
  while (!ends_.empty() && ends_.begin()->first <= now) {
    ended.push_back(ends_.begin()->second);
    forget(bans_.find(ended.back()));
  }
  return ended;
}

void ban_table::mend(store::timestamp now) {
  ends_.clear();
  for (auto& [target, ban] : bans_) {
    store::mend(ban, now);
    if (ban.until != store::never)
      ends_.emplace(ban.until, target);
  }
}

} // namespace seedwalk::actors
