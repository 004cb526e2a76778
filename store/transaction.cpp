#include "store/transaction.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "net/base/archive.hpp"
#include "store/keys.hpp"
#include "store/read_record.hpp"
#include "store/values.hpp"
#include "store/wrong_clock.hpp"

namespace seedwalk::store {

namespace {

std::string due_key_of(const hashed_endpoint& hashed, const peer_record& r) {
  return due_key(r.queue, r.due, hashed.tiebreak(), hashed.peer);
}

/// Counts by an enumerator, in a list that ends behind the last that was counted.
template <class Enum>
void count_one(std::vector<std::uint64_t>& counts, Enum counted) {
  const auto i = static_cast<std::size_t>(counted);
  if (counts.size() <= i)
    counts.resize(i + 1);
  ++counts[i];
}

/// What looks for its work in the database, and finds none where it was done.
template <class Operation>
inline constexpr bool is_housekeeping =
    std::is_same_v<Operation, tidy> || std::is_same_v<Operation, dial_networks> ||
    std::is_same_v<Operation, mend_times>;

} // namespace

tl::expected<operation_result, error> transaction::run(const operation& op) {
  return std::visit([this](const auto& o) { return apply(o); }, op);
}

tl::expected<operation_result, error> transaction::run_again(const operation& op) {
  return std::visit(
      [this](const auto& o) -> result {
        if constexpr (is_housekeeping<std::decay_t<decltype(o)>>)
          return apply(o);
        else if constexpr (requires { again(o); })
          return again(o);
        else
          return operation_result{};
      },
      op);
}

operation_result transaction::again(const record_announcements& op) const {
  announcements_recorded counts;
  counts.known = static_cast<std::uint32_t>(op.announcements.size());
  return counts;
}

operation_result transaction::again(const dial_soon& op) const {
  announcements_recorded counts;
  counts.known = static_cast<std::uint32_t>(op.peers.size());
  return counts;
}

operation_result transaction::again(const open_census&) const {
  return census_opened{memory_.totals.censuses};
}

std::string transaction::group_key_of(const hashed_endpoint& hashed, const peer_record& r) {
  if (r.last_success != never)
    return {};
  return group_key(group_names_.of(r), hashed.tiebreak(), hashed.peer);
}

/// The place of an endpoint, or the empty one that it would take.
std::uint32_t& transaction::place_of(const hashed_endpoint& hashed) {
  const auto mask = places_.size() - 1;
  auto i = hashed.hash & mask;
  while (places_[i] != 0) {
    const auto& entry = touched_[places_[i] - 1].hashed;
    if (entry.hash == hashed.hash && entry.peer == hashed.peer)
      break;
    i = (i + 1) & mask;
  }
  return places_[i];
}

transaction::touched* transaction::find(const hashed_endpoint& hashed) {
  const auto place = place_of(hashed);
  return place == 0 ? nullptr : &touched_[place - 1];
}

transaction::touched* transaction::load_unknown(const hashed_endpoint& hashed) {
  if (auto* entry = find(hashed))
    return entry;
  touched_.emplace_back(hashed);
  if (touched_.size() * 2 > places_.size()) {
    places_.assign(places_.size() * 2, 0);
    for (std::uint32_t n = 0; n != touched_.size(); ++n)
      place_of(touched_[n].hashed) = n + 1;
  } else {
    place_of(hashed) = static_cast<std::uint32_t>(touched_.size());
  }
  return &touched_.back();
}

tl::expected<transaction::touched*, error> transaction::load(const hashed_endpoint& hashed) {
  if (auto* entry = find(hashed))
    return entry;
  const auto* known = memory_.table.find(hashed.hash);
  if (known == nullptr)
    return load_unknown(hashed);
  auto found = read_record(disk_, memory_, hashed);
  if (!found)
    return tl::unexpected(found.error());
  auto* t = load_unknown(hashed);
  if (!*found)
    return t;
  t->record = std::move(*found);
  t->due_key = due_key_of(hashed, *t->record);
  t->group_key = group_key_of(hashed, *t->record);
  return t;
}

peer_record transaction::current(const touched& t) const {
  auto r = t.record.value_or(peer_record{});
  const auto* known = memory_.table.find(t.hashed.hash);
  if (t.record && known != nullptr)
    r.sources |= known->sources;
  return r;
}

void transaction::change(touched& t, std::optional<peer_record>&& record) {
  memory_.change(t.hashed, t.record ? &*t.record : nullptr, record ? &*record : nullptr);
  t.record = std::move(record);
}

void transaction::place(const net::endpoint& peer, peer_record& r,
                        const store::placement& placement) const {
  const bool parked = memory_.parks(peer);
  r.queue = parked ? dial_class::dormant : placement.queue;
  r.due = parked ? forget_time(r, schedule_) : placement.due;
}

transaction::result transaction::apply(const record_visit& op) {
  const auto hashed = memory_.identify(op.peer);
  auto t = load(hashed);
  if (!t)
    return tl::unexpected(t.error());
  auto r = current(**t);
  if (!(*t)->record)
    r.first_heard = r.last_heard = r.due = op.visit.started;
  // A clock that was ahead may have put it off for years, and a visit that was broken off leaves
  // it where it was.
  if (r.queue != dial_class::dormant)
    r.due = std::min(r.due, op.visit.ended + longest_interval(schedule_));
  count_visit(r, op.visit, schedule_);
  place(op.peer, r, place_visited(op.peer, r, op.visit, schedule_, memory_.seed()));
  change(**t, std::move(r));
  if (const auto counted = count_in_census(op.peer, op.visit); !counted)
    return tl::unexpected(counted.error());
  const auto number = memory_.totals.visits++;
  out_.Put(visit_key(day_of(op.visit.ended), op.peer, number),
           as_slice(encode(op.visit, memory_.agents)));
  return operation_result{};
}

transaction::result transaction::apply(const dial_soon& op) {
  announcements_recorded counts;
  for (const auto& peer : op.peers) {
    auto t = load(memory_.identify(peer));
    if (!t)
      return tl::unexpected(t.error());
    auto r = current(**t);
    ++((*t)->record ? counts.known : counts.added);
    if (!(*t)->record)
      r.first_heard = r.last_heard = r.announced_time = op.now;
    if (r.queue == dial_class::dormant)
      r.queue = r.last ? dial_class::rest : dial_class::fresh;
    // An announcement that is not fresh would keep it from being dialled.
    if (r.queue == dial_class::fresh)
      r.announced_time = std::max(r.announced_time, op.now);
    place(peer, r, {r.queue, std::min(r.due == never ? op.now : r.due, op.now)});
    change(**t, std::move(r));
  }
  return counts;
}

transaction::result transaction::apply(const forget_peer& op) {
  auto t = load(memory_.identify(op.peer));
  if (!t)
    return tl::unexpected(t.error());
  if ((*t)->record)
    change(**t, std::nullopt);
  return operation_result{};
}

transaction::result transaction::apply(const record_inbound& op) {
  const auto key = inbound_key(day_of(op.sighting.ended), memory_.totals.inbound++);
  out_.Put(key, as_slice(encode(op.sighting, memory_.agents)));
  sightings_.insert(key);
  ++memory_.inbound.kept;
  while (memory_.inbound.kept > limits_.inbound)
    if (auto dropped = drop_oldest_sighting(); !dropped)
      return tl::unexpected(dropped.error());
  return operation_result{};
}

/// Days are written in order, unless a clock was mended: then some stand before the one that was
/// dropped last, and go with their day, or when nothing is left behind it.
tl::expected<void, error> transaction::drop_oldest_sighting() {
  std::string oldest;
  const auto look_from = [&](const std::string& first) {
    return disk_.scan(prefix(key_kind::inbound), first,
                      [&](std::string_view key, std::string_view) {
                        const bool deleted = written_.contains(std::string(key));
                        if (!deleted)
                          oldest = key;
                        return deleted;
                      });
  };
  auto looked = look_from(memory_.inbound_dropped);
  if (looked && oldest.empty() && sightings_.empty())
    looked = look_from({});
  if (!looked)
    return looked;
  if (oldest.empty() || (!sightings_.empty() && *sightings_.begin() < oldest)) {
    oldest = *sightings_.begin();
    sightings_.erase(sightings_.begin());
  }
  out_.Delete(oldest);
  written_[oldest] = std::nullopt;
  memory_.inbound_dropped = oldest;
  --memory_.inbound.kept;
  ++memory_.inbound.dropped;
  return {};
}

tl::expected<census_record*, error> transaction::census(std::uint32_t number) {
  const auto [pending, first] = censuses_.try_emplace(number);
  if (first) {
    auto value = disk_.get(census_key(number));
    if (!value)
      return tl::unexpected(value.error());
    if (*value && !net::from_archive(net::as_bytes(**value), pending->second.emplace()))
      return tl::unexpected(disk_.damaged_value("a census"));
  }
  return pending->second ? &*pending->second : nullptr;
}

/// So the counters of a census are as durable as its visits: no kill comes between the two.
tl::expected<void, error> transaction::count_in_census(const net::endpoint& peer,
                                                       const visit_record& visit) {
  if (visit.census == 0)
    return {};
  const auto counted = census(visit.census);
  if (!counted)
    return tl::unexpected(counted.error());
  if (*counted == nullptr)
    return {};
  auto& c = (*counted)->counts;
  const bool good = reached(visit.stage);
  const auto network = static_cast<std::size_t>(peer.network) % c.tried_by_network.size();
  ++c.tried;
  ++(good ? c.good : c.failed);
  ++c.tried_by_network[network];
  c.good_by_network[network] += good ? 1 : 0;
  count_one(c.outcomes, visit.outcome);
  count_one(c.collections, visit.addresses.ended_by);
  for (const auto entries : visit.addresses.entries)
    c.addresses += entries;
  return {};
}

transaction::result transaction::apply(const note_census& op) {
  const auto noted = census(op.number);
  if (!noted)
    return tl::unexpected(noted.error());
  if (*noted == nullptr)
    return operation_result{};
  auto& c = (*noted)->counts;
  c.peak_connections = std::max(c.peak_connections, op.peak_connections);
  c.peak_unwritten_bytes = std::max(c.peak_unwritten_bytes, op.peak_unwritten_bytes);
  for (const auto& [reason, n] : op.local_failures)
    c.local_failures[reason] = std::max(c.local_failures[reason], n);
  return operation_result{};
}

transaction::result transaction::apply(const open_census& op) {
  auto& last = memory_.totals.censuses;
  auto before = census(last);
  if (!before)
    return tl::unexpected(before.error());
  if (*before && (*before)->state == census_state::open) {
    (*before)->state = census_state::crashed;
    (*before)->end = op.census.start;
  }
  censuses_[++last] = op.census;
  return census_opened{last};
}

transaction::result transaction::apply(const update_census& op) {
  auto before = census(op.number);
  if (!before)
    return tl::unexpected(before.error());
  if (*before)
    (*before)->describe_as(op.census);
  return operation_result{};
}

transaction::result transaction::apply(const add_ban& op) {
  const auto key = ban_key(op.ban.target);
  auto before = disk_.get(key);
  if (!before)
    return tl::unexpected(before.error());
  const auto pending = written_.find(key);
  const bool entry = pending != written_.end() ? pending->second.has_value() : before->has_value();
  if (!entry)
    ++memory_.totals.bans;
  const auto bytes = net::to_archive(op.ban);
  out_.Put(key, as_slice(bytes));
  written_[key] = net::as_text(bytes);
  return operation_result{};
}

transaction::result transaction::apply(const lift_ban& op) {
  const auto key = ban_key(op.target);
  auto before = disk_.get(key);
  if (!before)
    return tl::unexpected(before.error());
  const auto pending = written_.find(key);
  const bool entry = pending != written_.end() ? pending->second.has_value() : before->has_value();
  if (!entry)
    return operation_result{};
  --memory_.totals.bans;
  out_.Delete(key);
  written_[key] = std::nullopt;
  return operation_result{};
}

void transaction::write(touched& t) {
  const auto key = peer_key(t.hashed.peer);
  const auto due = t.record ? due_key_of(t.hashed, *t.record) : std::string{};
  const auto group = t.record ? group_key_of(t.hashed, *t.record) : std::string{};
  const bool was_there = !t.due_key.empty();
  if (t.record) {
    const auto value = encode(*t.record, memory_.agents);
    out_.Put(key, as_slice(value));
    memory_.records.put(t.hashed.hash, key, net::as_text(value));
  } else if (was_there) {
    out_.Delete(key);
    memory_.records.erase(t.hashed.hash, key);
  }
  const auto move = [this](const std::string& from, const std::string& to) {
    if (from == to)
      return;
    if (!from.empty())
      out_.Delete(from);
    if (!to.empty())
      out_.Put(to, {});
  };
  move(t.due_key, due);
  if (t.record)
    memory_.gaps[static_cast<std::size_t>(t.record->queue)].add(due);
  move(t.group_key, group);
}

leveldb::WriteBatch& transaction::finish() {
  constexpr std::size_t ahead = 4;
  for (std::size_t i = 0; i != touched_.size(); ++i) {
    if (i + ahead < touched_.size())
      memory_.records.prefetch(touched_[i + ahead].hashed.hash);
    write(touched_[i]);
  }
  for (auto n = agents_before_; n != memory_.agents.size(); ++n)
    out_.Put(user_agent_key(n), as_slice(*memory_.agents.find(n)));
  for (const auto& [number, c] : censuses_)
    if (c)
      out_.Put(census_key(number), as_slice(net::to_archive(*c)));
  if (memory_.parked != parked_before_) {
    const auto parked = net::to_archive(memory_.parked);
    out_.Put(meta_key("parked"), as_slice(parked));
  }
  if (memory_.inbound != inbound_before_) {
    const auto inbound = net::to_archive(memory_.inbound);
    out_.Put(meta_key("inbound"), as_slice(inbound));
  }
  const auto bytes = net::to_archive(memory_.totals);
  out_.Put(meta_key("counters"), as_slice(bytes));
  return out_;
}

} // namespace seedwalk::store
