#include <algorithm>
#include <bit>

#include "net/base/probe.hpp"
#include "store/keys.hpp"
#include "store/transaction.hpp"

namespace seedwalk::store {

/// True if the record need not be written for this; what it says is kept in memory then.
inline bool transaction::is_as_known(const record_announcements& op, std::uint32_t source_bit,
                                     const net::msg::addr_list::const_iterator& entry,
                                     known_table::entry& known) const {
  const auto sane = sane_announced_time(entry.time(), op.now);
  const auto sources = known.sources | source_bit;
  const bool heard_anew = sources != known.sources;
  const bool advances = std::min(day_of(sane), 0xffffu) > known.day;
  const bool doubles = heard_anew && std::popcount(sources) >= 2 * known.written_sources;
  const bool wakes =
      known.dormant && heard_anew && fresh(sane, op.now, schedule_) && !memory_.parks(entry.peer());
  if (advances || doubles || wakes)
    return false;
  known.sources = sources;
  return true;
}

transaction::result transaction::apply(const record_announcements& op) {
  announcements_recorded counts;
  const auto bit = memory_.source_bit(op.source);
  // All are named before the first is looked up, so that the table's memory comes meanwhile.
  hashes_.clear();
  const auto& told = op.announcements;
  for (auto entry = told.begin(); entry != told.end(); ++entry) {
    hashes_.push_back(memory_.hash_of_key(entry.key()));
    memory_.table.prefetch(hashes_.back());
  }
  constexpr std::size_t ahead = 8; // Longer than memory takes, shorter than a cache holds.
  bool was_new = false;
  auto entry = told.begin();
  auto later_entry = told.begin();
  for (std::size_t i = 0, at = 0; i != hashes_.size(); ++i, ++entry) {
    // New ones come in runs, as a crawl begins. Where all are known, as later, nobody looks twice.
    const auto later = i + ahead;
    if (was_new && later < hashes_.size() && !memory_.table.find(hashes_[later])) {
      for (; at != later; ++at)
        ++later_entry;
      memory_.prefetch_new(later_entry.peer());
    }
    auto* known = memory_.table.find(hashes_[i]);
    was_new = known == nullptr;
    counts.known += was_new ? 0 : 1;
    if (known != nullptr && is_as_known(op, bit, entry, *known))
      continue;
    const auto done = was_new ? add_announcement(op, bit, *entry, hashes_[i], counts)
                              : refresh({entry.peer(), hashes_[i]}, op, bit, *entry);
    if (!done)
      return tl::unexpected(done.error());
  }
  return counts;
}

tl::expected<void, error> transaction::add_announcement(const record_announcements& op,
                                                        std::uint32_t source_bit,
                                                        const announcement& c, std::uint64_t hash,
                                                        announcements_recorded& counts) {
  if (!memory_.has_room(c.peer, limits_)) {
    ++counts.refused_address;
    net::reached(net::probe::announcement_crowded_out);
    return {};
  }
  const auto room = make_room();
  if (!room)
    return tl::unexpected(room.error());
  if (*room && !**room) {
    ++counts.refused_full;
    net::reached(net::probe::database_full);
    return {};
  }
  if (*room) {
    ++counts.evicted;
    net::reached(net::probe::endpoint_evicted);
  }
  ++counts.added;
  std::optional<peer_record> made(std::in_place);
  auto& r = *made;
  r.first_heard = r.last_heard = op.now;
  r.announced_time = sane_announced_time(c.time, op.now);
  r.announced_raw = c.time;
  r.announced_services = c.services;
  r.first_source = op.source;
  r.sources = source_bit;
  place(c.peer, r, place_new(r, op.now, schedule_));
  change(*load_unknown({c.peer, hash}), std::move(made));
  return {};
}

tl::expected<void, error> transaction::refresh(const hashed_endpoint& hashed,
                                               const record_announcements& op,
                                               std::uint32_t source_bit, const announcement& c) {
  auto t = load(hashed);
  if (!t)
    return tl::unexpected(t.error());
  // Two endpoints of one hash: this one has no record of its own, and is not worth one.
  if (!(*t)->record)
    return {};
  auto r = current(**t);
  r.last_heard = op.now;
  r.sources |= source_bit;
  if (const auto sane = sane_announced_time(c.time, op.now); sane > r.announced_time) {
    r.announced_time = sane;
    r.announced_raw = c.time;
    r.announced_services = c.services;
  }
  place(hashed.peer, r, place_announced(r, op.now, schedule_));
  change(**t, std::move(r));
  return {};
}

tl::expected<std::optional<bool>, error> transaction::make_room() {
  if (memory_.totals.known < limits_.known)
    return std::nullopt;
  const auto group = memory_.largest_group();
  if (group == memory_.groups.end())
    return false;
  // By value: eviction may remove the group.
  return evict_from(std::string(group->first)).map([](bool done) {
    return std::optional<bool>(done);
  });
}

tl::expected<bool, error> transaction::evict_from(const std::string& name) {
  auto& group = memory_.groups.at(name);
  const auto front = group_prefix(name);
  if (!group.evicted.empty()) {
    auto done = evict_behind(front, group.evicted, group);
    if (!done || *done)
      return done;
  }
  auto done = evict_behind(front, front, group);
  if (!done || *done)
    return done;
  return evict_pending(name);
}

/// Evicts the first endpoint of a group from `first` on that is there and was never reached, in
/// the database and in this batch.
tl::expected<bool, error> transaction::evict_behind(const std::string& front,
                                                    const std::string& first, source_group& group) {
  std::optional<hashed_endpoint> victim;
  auto scanned = disk_.scan(front, first, [&](std::string_view key, std::string_view) {
    const auto parts = parse_group_key(key);
    if (!parts)
      return true;
    const auto hashed = memory_.identify(parts->peer);
    if (const auto* pending = find(hashed))
      if (!pending->record || pending->record->last_success != never)
        return true;
    group.evicted = key;
    victim = hashed;
    return false;
  });
  if (!scanned)
    return tl::unexpected(scanned.error());
  if (!victim)
    return false;
  auto t = load(*victim);
  if (!t)
    return tl::unexpected(t.error());
  if (!(*t)->record)
    return tl::unexpected(disk_.damaged_value("the index of sources"));
  change(**t, std::nullopt);
  return true;
}

/// Evicts an endpoint that only this batch knows.
bool transaction::evict_pending(const std::string& name) {
  for (auto& t : touched_) {
    if (!t.record || t.record->last_success != never || source_group_of(*t.record) != name)
      continue;
    change(t, std::nullopt);
    return true;
  }
  return false;
}

} // namespace seedwalk::store
