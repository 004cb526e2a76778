#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "net/address/endpoint.hpp"
#include "net/base/inspect.hpp"
#include "store/ban_record.hpp"

namespace seedwalk::actors {

/// Who is neither dialled nor welcomed, by endpoint, by subnet, or by what its user agent looks
/// like, and until when.
///
/// A value: the database keeps the same records, and the manager reads them when it starts.
/// Bounded: bans without an end are as many as operators make; of the others, the one that ends
/// first gives way at `max_bans`. Threads: one at a time.
class ban_table {
public:
  static constexpr std::size_t max_bans = 100'000;

  /// Adds a ban or replaces that of the same target. Returns who had to give way, if anybody: the
  /// new ban itself where all others are without an end.
  std::optional<store::ban_record> add(store::ban_record ban);

  /// Lifts a ban; false if there is none.
  bool lift(const store::ban_target& target);

  /// The ban in force at `now` that forbids `peer`, whatever it says: that of the widest subnet,
  /// else that of the endpoint.
  const store::ban_record* forbids(const net::endpoint& peer, store::timestamp now) const;

  /// The first ban in force at `now` whose pattern `user_agent` matches.
  const store::ban_record* forbids_agent(std::string_view user_agent, store::timestamp now) const;

  /// Forgets the bans that have ended, and names their targets.
  std::vector<store::ban_target> expire(store::timestamp now);

  /// Bans that begin after `now` were written under a clock that was ahead: see wrong_clock.hpp.
  void mend(store::timestamp now);

  const std::map<store::ban_target, store::ban_record>& all() const { return bans_; }

  friend bool operator==(const ban_table&, const ban_table&) = default;
  SEEDWALK_INSPECT(ban_table, bans_, lengths_, ends_)

private:
  void forget(std::map<store::ban_target, store::ban_record>::iterator i);

  std::map<store::ban_target, store::ban_record> bans_;
  /// How many subnets of each length there are: a look-up asks for the lengths that exist, not for
  /// every subnet.
  std::map<std::uint16_t, std::uint32_t> lengths_;
  /// Those that end, in that order: who gives way is found at once, however many there are.
  std::set<std::pair<store::timestamp, store::ban_target>> ends_;
};

} // namespace seedwalk::actors
